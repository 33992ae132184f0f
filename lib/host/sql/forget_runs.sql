DELETE FROM host_runs WHERE owner <> :owner
