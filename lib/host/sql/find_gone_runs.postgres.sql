SELECT owner, host, clean FROM host_runs
WHERE released = 0 AND owner <> :owner AND pg_try_advisory_xact_lock(hashtextextended(owner, 0))
