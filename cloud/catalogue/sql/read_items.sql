SELECT sku, name, price_minor FROM catalogue_items
WHERE site = :site AND active = 1
ORDER BY position, sku
