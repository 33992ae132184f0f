UPDATE orders_orders
SET state = r.state, version = r.version, hold_minor = r.hold_minor, holds = r.holds, core = r.core,
    station = r.station, visit = r.visit, prediction = r.prediction, tray = r.tray,
    difference = r.difference, reason = r.reason, updated_ms = r.updated_ms, open = r.open
FROM @rows(id text, was_version bigint, state text, version bigint, hold_minor bigint, holds bigint,
           core text, station text, visit text, prediction text, tray text, difference text,
           reason text, updated_ms bigint, open bigint) AS r
WHERE orders_orders.id = r.id AND orders_orders.version = r.was_version
RETURNING orders_orders.id AS id
