INSERT INTO payments_counter (id, order_id, key, status, currency, amount_minor, held_minor,
                              due_minor, received_minor, created_ms)
SELECT id, order_id, key, 'requires_confirmation', currency, amount_minor, 0, 0, 0, created_ms
FROM @rows(id text, order_id text, key text, currency text, amount_minor bigint,
           created_ms bigint) AS r WHERE true
ON CONFLICT (key) DO NOTHING
