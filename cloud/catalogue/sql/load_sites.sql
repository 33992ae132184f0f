SELECT s.site, s.name, s.currency, s.version, s.hours
FROM catalogue_sites s JOIN @rows(site text) AS r ON r.site = s.site
