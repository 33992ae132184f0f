UPDATE host_runs SET released = 1 WHERE owner IN (SELECT owner FROM @rows(owner text) AS r)
