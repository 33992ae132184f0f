SELECT o.id, o.code, o.number, o.user_id, o.site, o.state, o.version, o.currency, o.total_minor,
       o.hold_minor, o.holds, o.menu_version, o.core, o.station, o.visit, o.prediction, o.tray,
       o.difference, o.reason, o.placed_ms, o.updated_ms, o.tax_minor, o.means, o.pending,
       o.captured_minor, o.refunded_minor, o.refund_asked_minor, o.refund_tax_minor
FROM orders_orders o
WHERE o.id IN (
  SELECT r.a FROM @rows(kind text, a text, b text, c text) AS r WHERE r.kind = 'id'
  UNION
  SELECT byc.id FROM orders_orders byc
  JOIN @rows(kind text, a text, b text, c text) AS r ON r.kind = 'code' AND byc.code = r.a
  UNION
  SELECT v.order_id FROM orders_visits v
  JOIN @rows(kind text, a text, b text, c text) AS r
    ON r.kind = 'visit' AND v.core = r.a AND v.station = r.b AND v.visit = r.c
  UNION
  SELECT u.id FROM orders_orders u
  JOIN @rows(kind text, a text, b text, c text) AS r
    ON r.kind = 'user' AND u.user_id = r.a AND u.site = r.b AND u.open = 1
  WHERE u.id >= coalesce((SELECT n.id FROM orders_orders n
                          WHERE n.user_id = r.a AND n.site = r.b AND n.open = 1
                          ORDER BY n.id DESC LIMIT 1 OFFSET :most), ''))
ORDER BY o.id @lock(o)
