INSERT INTO host_runs (owner, started_ms, clean) VALUES (:owner, :now, 0)
