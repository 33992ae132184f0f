UPDATE orders_predictions
SET fate = CASE WHEN orders_predictions.id = r.kept THEN r.fate ELSE 'superseded' END
FROM @rows(order_id text, fate text, kept text) AS r
WHERE orders_predictions.order_id = r.order_id AND orders_predictions.fate = 'open'
