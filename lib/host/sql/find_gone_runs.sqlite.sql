SELECT owner, host, clean FROM host_runs WHERE released = 0 AND owner <> :owner
