SELECT sku, name, price_minor, tax_bp, stock FROM catalogue_items
WHERE site = :site AND active = 1
ORDER BY position, sku
