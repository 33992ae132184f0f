SELECT (SELECT COUNT(*) FROM payments_parked) AS parked,
       COALESCE((SELECT why FROM payments_stops WHERE id = 'payments'), '') AS stopped,
       COALESCE((SELECT at_ms FROM payments_stops WHERE id = 'payments'), 0) AS stopped_ms
