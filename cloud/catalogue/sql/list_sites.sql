SELECT site, name, currency, version FROM catalogue_sites ORDER BY site LIMIT :most
