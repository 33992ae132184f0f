SELECT sku, name FROM gallery_item WHERE active = 1 ORDER BY sku
