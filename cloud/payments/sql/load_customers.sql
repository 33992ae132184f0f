SELECT c.user_id, c.customer_id, c.method_id FROM payments_customers c
WHERE c.user_id IN (
  SELECT r.id FROM @rows(kind text, id text) AS r WHERE r.kind = 'user'
  UNION
  SELECT k.user_id FROM payments_customers k
  JOIN @rows(kind text, id text) AS r ON r.kind = 'customer' AND r.id = k.customer_id)
ORDER BY c.user_id @lock(c)
