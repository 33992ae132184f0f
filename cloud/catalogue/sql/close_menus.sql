UPDATE catalogue_menus SET until_ms = :now
FROM @rows(site text, version text) AS r
WHERE catalogue_menus.site = r.site AND catalogue_menus.version <> r.version
  AND catalogue_menus.until_ms IS NULL
