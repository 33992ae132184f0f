DELETE FROM host_attempts WHERE host = :host AND id = :id
