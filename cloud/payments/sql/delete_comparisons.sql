DELETE FROM payments_comparisons WHERE at_ms < :before
