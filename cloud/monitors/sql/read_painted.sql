SELECT core, screen, version, status, painted_ms FROM monitors_painted
WHERE order_id = :order ORDER BY painted_ms, core, screen, version LIMIT :most
