DELETE FROM host_attempts WHERE host = :host
