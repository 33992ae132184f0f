SELECT core, screen, version, state, painted, pages, since_ms, shown_ms
FROM monitors_screens WHERE core = :core AND screen = :screen
