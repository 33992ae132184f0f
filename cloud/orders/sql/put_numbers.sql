INSERT INTO orders_numbers (site, last) SELECT site, last FROM @rows(site text, last bigint) AS r
WHERE true
ON CONFLICT (site) DO UPDATE SET last = excluded.last
