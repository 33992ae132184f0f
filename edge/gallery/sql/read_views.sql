SELECT CAST(v.sku AS text) AS sku, CAST(v.size_milli AS bigint) AS size_milli,
       CAST(v.vec AS text) AS vec
FROM gallery_view v JOIN gallery_item i ON i.sku = v.sku
WHERE i.active = 1
ORDER BY v.sku, v.id
