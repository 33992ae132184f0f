INSERT INTO orders_visits (core, station, visit, order_id, number)
SELECT core, station, visit, order_id, number
FROM @rows(core text, station text, visit text, order_id text, number bigint) AS r WHERE true
ON CONFLICT (core, station, visit) DO UPDATE
SET order_id = excluded.order_id, number = excluded.number
