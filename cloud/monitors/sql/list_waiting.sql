SELECT core, screen, state, since_ms FROM monitors_screens
WHERE painted IS NULL OR painted <> version
ORDER BY since_ms DESC
LIMIT :most
