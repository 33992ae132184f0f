INSERT INTO host_runs (owner, host, started_ms, clean, released)
VALUES (:owner, :host, :now, 0, 0)
ON CONFLICT (owner) DO UPDATE SET released = 0
