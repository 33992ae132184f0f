SELECT i.site, i.sku, i.name, i.price_minor, i.active, i.tax_bp, i.stock
FROM catalogue_items i JOIN @rows(site text, sku text) AS r ON r.site = i.site AND r.sku = i.sku
