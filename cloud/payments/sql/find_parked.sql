SELECT p.id, p.about, p.body, p.at_ms, (SELECT COUNT(*) FROM payments_parked) AS waiting
FROM payments_parked p
WHERE p.at_ms <= :before
  OR EXISTS (SELECT 1 FROM payments_payments o WHERE o.order_id = p.about)
  OR EXISTS (SELECT 1 FROM payments_payments i WHERE i.intent_id = p.about)
  OR EXISTS (SELECT 1 FROM payments_customers c WHERE c.customer_id = p.about)
ORDER BY p.at_ms, p.id LIMIT :most
