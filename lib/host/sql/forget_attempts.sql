DELETE FROM host_attempts
