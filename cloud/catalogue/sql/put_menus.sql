INSERT INTO catalogue_menus (site, version, from_ms, until_ms, menu)
SELECT site, version, :now, NULL, menu
FROM @rows(site text, version text, menu text) AS r WHERE true
ON CONFLICT (site, version) DO UPDATE SET until_ms = NULL
