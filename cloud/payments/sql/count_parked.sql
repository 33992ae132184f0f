SELECT COUNT(*) AS waiting FROM payments_parked
