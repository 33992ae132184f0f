INSERT INTO catalogue_sites (site, name, currency, version, updated_ms)
SELECT site, name, currency, version, :now
FROM @rows(site text, name text, currency text, version text) AS r WHERE true
ON CONFLICT (site) DO UPDATE
SET name = excluded.name, currency = excluded.currency, version = excluded.version,
    updated_ms = excluded.updated_ms
