SELECT vec FROM gallery_negative ORDER BY id
