INSERT INTO orders_orders
  (id, code, number, user_id, site, state, version, currency, total_minor, hold_minor, holds,
   menu_version, core, station, visit, prediction, tray, difference, reason, placed_ms, updated_ms,
   open, tax_minor, means, pending, captured_minor, refunded_minor, refund_asked_minor,
   refund_tax_minor, waits)
SELECT id, code, number, user_id, site, state, version, currency, total_minor, hold_minor, holds,
       menu_version, core, station, visit, prediction, tray, difference, reason, placed_ms,
       updated_ms, open, tax_minor, means, pending, captured_minor, refunded_minor,
       refund_asked_minor, refund_tax_minor,
       CASE WHEN state IN ('mismatch', 'review') THEN 1 ELSE 0 END
FROM @rows(id text, code text, number text, user_id text, site text, state text, version bigint,
           currency text, total_minor bigint, hold_minor bigint, holds bigint, menu_version text,
           core text, station text, visit text, prediction text, tray text, difference text,
           reason text, placed_ms bigint, updated_ms bigint, open bigint, tax_minor bigint,
           means text, pending text, captured_minor bigint, refunded_minor bigint,
           refund_asked_minor bigint, refund_tax_minor bigint) AS r
