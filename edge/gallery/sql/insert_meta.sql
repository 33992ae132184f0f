INSERT INTO gallery_meta (id, format, embedder, dim, version, size_unit, surface)
VALUES (1, :format, :embedder, :dim, 0, 'none', '')
ON CONFLICT (id) DO NOTHING
