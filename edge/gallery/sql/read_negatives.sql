SELECT CAST(vec AS text) AS vec FROM gallery_negative ORDER BY id
