INSERT INTO gallery_negative (id, vec) SELECT id, vec FROM @rows(id text, vec text) AS r WHERE true
ON CONFLICT (id) DO NOTHING
