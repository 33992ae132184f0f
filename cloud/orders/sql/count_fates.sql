SELECT core, fate, COUNT(*) AS predictions FROM orders_predictions
GROUP BY core, fate ORDER BY core, fate
