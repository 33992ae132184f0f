SELECT CAST(format AS bigint) AS format, CAST(embedder AS text) AS embedder,
       CAST(dim AS bigint) AS dim, CAST(version AS bigint) AS version,
       CAST(size_unit AS text) AS size_unit, CAST(surface AS text) AS surface
FROM gallery_meta WHERE id = 1
