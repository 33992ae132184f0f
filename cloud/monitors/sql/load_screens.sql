SELECT s.core, s.screen, s.version, s.state, s.painted, s.pages, s.since_ms, s.shown_ms,
       s.boot_id, s.monotonic_ms
FROM monitors_screens s JOIN @rows(core text) AS r ON r.core = s.core
