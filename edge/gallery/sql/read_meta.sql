SELECT format, embedder, dim, version, size_unit, surface FROM gallery_meta WHERE id = 1
