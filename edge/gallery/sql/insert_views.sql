INSERT INTO gallery_view (id, sku, captured_at, source, size_milli, vec, thumb)
SELECT id, sku, captured_at, source, size_milli, vec, thumb
FROM @rows(id text, sku text, captured_at text, source text, size_milli bigint, vec text,
           thumb text) AS r
