SELECT CAST(sku AS text) AS sku, CAST(name AS text) AS name
FROM gallery_item WHERE active = 1 ORDER BY gallery_item.sku
