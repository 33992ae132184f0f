INSERT INTO monitors_screens (core, screen, version, state, painted, pages, since_ms, shown_ms,
                              boot_id, monotonic_ms)
SELECT core, screen, version, state, painted, pages, since_ms, shown_ms, boot_id, monotonic_ms
FROM @rows(core text, screen text, version bigint, state text, painted bigint, pages bigint,
           since_ms bigint, shown_ms bigint, boot_id text, monotonic_ms bigint) AS r WHERE true
ON CONFLICT (core, screen) DO UPDATE
SET version = excluded.version, state = excluded.state, painted = excluded.painted,
    pages = excluded.pages, since_ms = excluded.since_ms, shown_ms = excluded.shown_ms,
    boot_id = excluded.boot_id, monotonic_ms = excluded.monotonic_ms
