INSERT INTO orders_refunds
  (id, order_id, amount_minor, tax_minor, reason, who, state, why, asked_ms)
SELECT id, order_id, amount_minor, tax_minor, reason, who, state, why, asked_ms
FROM @rows(id text, order_id text, amount_minor bigint, tax_minor bigint, reason text, who text,
           state text, why text, asked_ms bigint) AS r
WHERE true
ON CONFLICT (id) DO UPDATE SET state = excluded.state, why = excluded.why
