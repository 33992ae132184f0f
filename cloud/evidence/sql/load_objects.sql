SELECT o.hash FROM evidence_objects o JOIN @rows(hash text) AS r ON r.hash = o.hash
