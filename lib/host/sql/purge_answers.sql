DELETE FROM host_answers WHERE at_ms < :before
