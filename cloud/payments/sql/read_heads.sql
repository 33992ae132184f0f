SELECT site, seq, hash FROM payments_ledger_heads ORDER BY site
