INSERT INTO catalogue_sites (site, name, currency, version, hours, updated_ms)
SELECT site, name, currency, version, hours, :now
FROM @rows(site text, name text, currency text, version text, hours text) AS r WHERE true
ON CONFLICT (site) DO UPDATE
SET name = excluded.name, currency = excluded.currency, version = excluded.version,
    hours = excluded.hours, updated_ms = excluded.updated_ms
