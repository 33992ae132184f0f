SELECT p.id, p.about, p.body, p.at_ms
FROM payments_parked p JOIN @rows(about text) AS r ON r.about = p.about
