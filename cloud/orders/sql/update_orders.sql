UPDATE orders_orders
SET state = r.state,
    waits = CASE WHEN r.state IN ('mismatch', 'review') THEN 1 ELSE 0 END,
    version = r.version, user_id = r.user_id, currency = r.currency,
    total_minor = r.total_minor,
    hold_minor = r.hold_minor, holds = r.holds, menu_version = r.menu_version, core = r.core,
    station = r.station, visit = r.visit, prediction = r.prediction, tray = r.tray,
    difference = r.difference, reason = r.reason, placed_ms = r.placed_ms,
    updated_ms = r.updated_ms, open = r.open, tax_minor = r.tax_minor, means = r.means,
    pending = r.pending, captured_minor = r.captured_minor, refunded_minor = r.refunded_minor,
    refund_asked_minor = r.refund_asked_minor, refund_tax_minor = r.refund_tax_minor
FROM @rows(id text, was_version bigint, state text, version bigint, user_id text, currency text,
           total_minor bigint, hold_minor bigint, holds bigint, menu_version text, core text,
           station text, visit text, prediction text, tray text, difference text, reason text,
           placed_ms bigint, updated_ms bigint, open bigint, tax_minor bigint, means text,
           pending text, captured_minor bigint, refunded_minor bigint, refund_asked_minor bigint,
           refund_tax_minor bigint) AS r
WHERE orders_orders.id = r.id AND orders_orders.version = r.was_version
RETURNING orders_orders.id AS id
