DELETE FROM host_inbox WHERE at_ms < :before
