SELECT key, amount_minor FROM payments_counter_refunds WHERE key = :key
