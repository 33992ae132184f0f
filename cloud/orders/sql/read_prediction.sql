SELECT p.body FROM orders_predictions p JOIN orders_orders o
  ON o.core = p.core AND o.prediction = p.id
WHERE o.id = :id
