UPDATE host_runs SET clean = 1 WHERE owner = :owner
