SELECT COUNT(*) AS runs FROM host_runs WHERE released = 1 AND clean = 0 AND host = :host
