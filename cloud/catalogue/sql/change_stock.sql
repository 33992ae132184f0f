UPDATE catalogue_items
SET stock = CASE r.mode
              WHEN 'unlimited' THEN NULL
              WHEN 'count' THEN r.counted - r.taken
              ELSE catalogue_items.stock - r.taken
            END
FROM @rows(site text, sku text, mode text, counted bigint, taken bigint, least bigint) AS r
WHERE catalogue_items.site = r.site AND catalogue_items.sku = r.sku
  AND (r.mode <> 'move' OR catalogue_items.stock >= r.least)
RETURNING catalogue_items.sku AS sku
