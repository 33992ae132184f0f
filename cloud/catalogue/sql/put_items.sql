INSERT INTO catalogue_items (site, sku, position, name, price_minor, active, tax_bp)
SELECT site, sku, position, name, price_minor, active, tax_bp
FROM @rows(site text, sku text, position bigint, name text, price_minor bigint, active bigint,
           tax_bp bigint) AS r
WHERE true
ON CONFLICT (site, sku) DO UPDATE
SET position = excluded.position, name = excluded.name, price_minor = excluded.price_minor,
    active = excluded.active, tax_bp = excluded.tax_bp
