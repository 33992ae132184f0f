UPDATE host_outbox SET owner = '', next_try_ms = :now, tries = tries + 1 WHERE owner <> ''
