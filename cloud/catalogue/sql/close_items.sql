UPDATE catalogue_items SET active = 0
FROM @rows(site text) AS r
WHERE catalogue_items.site = r.site AND catalogue_items.active = 1
