SELECT o.id, o.code, o.number, o.user_id, o.site, o.state, o.version, o.currency, o.total_minor,
       o.hold_minor, o.holds, o.menu_version, o.core, o.station, o.visit, o.prediction, o.tray,
       o.difference, o.reason, o.placed_ms, o.updated_ms, o.tax_minor, o.means, o.pending,
       o.captured_minor, o.refunded_minor, o.refund_asked_minor, o.refund_tax_minor
FROM orders_orders o
WHERE o.site = :site AND o.placed_ms >= :since
  AND (o.state NOT IN ('paid', 'cancelled', 'expired', 'refunded') OR o.updated_ms >= :recent)
ORDER BY o.placed_ms DESC, o.id DESC
LIMIT :most
