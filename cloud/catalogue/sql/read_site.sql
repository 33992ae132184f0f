SELECT site, name, currency, version, hours FROM catalogue_sites WHERE site = :site
