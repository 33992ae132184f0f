SELECT pg_advisory_lock(hashtextextended(:owner, 0)) IS NOT NULL AS held
