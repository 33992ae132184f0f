INSERT INTO orders_predictions
  (core, id, hash, station, visit, order_id, fate, body, received_ms)
SELECT core, id, hash, station, visit, order_id, fate, body, :now
FROM @rows(core text, id text, hash text, station text, visit text, order_id text, fate text,
           body text) AS r
