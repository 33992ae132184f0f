INSERT INTO payments_customers (user_id, customer_id, method_id)
SELECT user_id, customer_id, method_id
FROM @rows(user_id text, customer_id text, method_id text) AS r WHERE true
ON CONFLICT (user_id) DO UPDATE
SET customer_id = excluded.customer_id, method_id = excluded.method_id
