SELECT why FROM payments_stops WHERE id = 'payments'
