SELECT c.method_id, c.user_id, c.brand, c.last4, c.exp_month, c.exp_year FROM payments_cards c
WHERE c.user_id IN (
  SELECT r.id FROM @rows(kind text, id text) AS r WHERE r.kind = 'user'
  UNION
  SELECT k.user_id FROM payments_cards k
  JOIN @rows(kind text, id text) AS r ON r.kind = 'method' AND r.id = k.method_id)
ORDER BY c.saved_ms, c.method_id
