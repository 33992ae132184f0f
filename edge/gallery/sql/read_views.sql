SELECT v.id, v.sku, v.size_milli, v.vec
FROM gallery_view v JOIN gallery_item i ON i.sku = v.sku
WHERE i.active = 1
ORDER BY v.sku, v.id
