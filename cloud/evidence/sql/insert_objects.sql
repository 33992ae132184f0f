INSERT INTO evidence_objects (hash, bytes, at_ms)
SELECT hash, bytes, :now FROM @rows(hash text, bytes bigint) AS r WHERE true
ON CONFLICT (hash) DO NOTHING
