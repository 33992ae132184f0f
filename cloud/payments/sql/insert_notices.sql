INSERT INTO payments_notices (id, order_id, what, amount_minor, currency, reason, at_ms)
SELECT id, order_id, what, amount_minor, currency, reason, :now
FROM @rows(id text, order_id text, what text, amount_minor bigint, currency text, reason text) AS r
WHERE true
ON CONFLICT (id) DO NOTHING
