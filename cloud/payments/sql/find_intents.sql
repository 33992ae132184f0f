SELECT p.order_id, p.intent_id
FROM payments_payments p JOIN @rows(intent_id text) AS r ON r.intent_id = p.intent_id
WHERE p.intent_id <> ''
