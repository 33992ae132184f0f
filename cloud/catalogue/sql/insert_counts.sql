INSERT INTO catalogue_counts (site, sku, at_ms, step, stock, who, why)
SELECT site, sku, :now, step, stock, who, why
FROM @rows(site text, sku text, step bigint, stock bigint, who text, why text) AS r WHERE true
ON CONFLICT (site, sku, at_ms, step) DO NOTHING
