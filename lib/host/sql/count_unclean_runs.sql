SELECT COUNT(*) AS runs FROM host_runs WHERE clean = 0
