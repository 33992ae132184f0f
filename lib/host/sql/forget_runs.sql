DELETE FROM host_runs WHERE released = 1 AND (clean = 1 OR host = :host OR started_ms < :before)
