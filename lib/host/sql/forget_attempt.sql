DELETE FROM host_attempts WHERE id = :id
