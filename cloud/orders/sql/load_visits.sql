SELECT v.core, v.station, v.visit, v.order_id, v.number
FROM orders_visits v
JOIN @rows(core text, station text, visit text) AS r
  ON r.core = v.core AND r.station = v.station AND r.visit = v.visit
ORDER BY v.core, v.station, v.visit @lock(v)
