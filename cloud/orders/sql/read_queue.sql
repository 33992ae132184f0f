SELECT o.id, o.code, o.number, o.user_id, o.site, o.state, o.version, o.currency, o.total_minor,
       o.hold_minor, o.holds, o.menu_version, o.core, o.station, o.visit, o.prediction, o.tray,
       o.difference, o.reason, o.placed_ms, o.updated_ms, o.tax_minor, o.means, o.pending,
       o.captured_minor, o.refunded_minor, o.refund_asked_minor, o.refund_tax_minor
FROM orders_orders o JOIN @rows(state text) AS r ON r.state = o.state
WHERE o.waits = 1 AND (o.placed_ms > :after_ms OR o.placed_ms = :after_ms AND o.id > :after_id)
ORDER BY o.placed_ms, o.id
LIMIT :most
