DELETE FROM payments_stops WHERE id = 'payments'
