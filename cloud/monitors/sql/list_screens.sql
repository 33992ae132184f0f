SELECT core, screen, version, state, painted, pages, since_ms, shown_ms
FROM monitors_screens ORDER BY core, screen LIMIT :most
