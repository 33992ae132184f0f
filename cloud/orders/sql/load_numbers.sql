SELECT n.site, n.last FROM orders_numbers n JOIN @rows(site text) AS r ON r.site = n.site
