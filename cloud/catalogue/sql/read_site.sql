SELECT site, name, currency, version FROM catalogue_sites WHERE site = :site
