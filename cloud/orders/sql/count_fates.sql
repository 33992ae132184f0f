SELECT core, fate, COUNT(*) AS predictions FROM (
  SELECT p.core,
         CASE WHEN p.fate <> 'open' OR o.id IS NULL THEN p.fate
              WHEN o.core <> p.core OR o.prediction <> p.id THEN 'superseded'
              WHEN o.state IN ('paid', 'refunded') THEN 'charged'
              WHEN o.state IN ('cancelled', 'expired') THEN 'closed'
              ELSE 'open' END AS fate
  FROM orders_predictions p LEFT JOIN orders_orders o ON o.id = p.order_id) AS f
GROUP BY core, fate ORDER BY core, fate
