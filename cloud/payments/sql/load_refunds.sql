SELECT f.refund_id, f.order_id, f.state, f.amount_minor, f.tax_minor, f.currency, f.attempt,
       f.provider_id, f.reason, f.who
FROM payments_refunds f
WHERE f.refund_id IN (
  SELECT r.id FROM @rows(kind text, id text) AS r WHERE r.kind = 'refund'
  UNION
  SELECT o.refund_id FROM payments_refunds o
  JOIN @rows(kind text, id text) AS r ON r.kind = 'order' AND r.id = o.order_id
  WHERE o.state = 'asked')
