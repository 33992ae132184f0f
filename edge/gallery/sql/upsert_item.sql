INSERT INTO gallery_item (sku, name, active) VALUES (:sku, :name, 1)
ON CONFLICT (sku) DO UPDATE SET
  name = CASE WHEN excluded.name = '' THEN gallery_item.name ELSE excluded.name END, active = 1
