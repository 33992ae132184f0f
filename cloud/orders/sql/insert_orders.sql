INSERT INTO orders_orders
  (id, code, number, user_id, site, state, version, currency, total_minor, hold_minor, holds,
   menu_version, core, station, visit, prediction, tray, difference, reason, placed_ms, updated_ms,
   open)
SELECT id, code, number, user_id, site, state, version, currency, total_minor, hold_minor, holds,
       menu_version, core, station, visit, prediction, tray, difference, reason, placed_ms,
       updated_ms, open
FROM @rows(id text, code text, number text, user_id text, site text, state text, version bigint,
           currency text, total_minor bigint, hold_minor bigint, holds bigint, menu_version text,
           core text, station text, visit text, prediction text, tray text, difference text,
           reason text, placed_ms bigint, updated_ms bigint, open bigint) AS r
