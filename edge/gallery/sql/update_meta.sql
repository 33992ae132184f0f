UPDATE gallery_meta SET version = version + 1, size_unit = :size_unit, surface = :surface
WHERE id = 1
RETURNING version
