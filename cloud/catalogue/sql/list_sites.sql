SELECT site, name, currency, version, hours FROM catalogue_sites ORDER BY site LIMIT :most
