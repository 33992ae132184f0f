SELECT pg_try_advisory_lock(hashtextextended('monitors.repeats', 2)) AS mine
