DELETE FROM payments_cards WHERE method_id IN (SELECT r.id FROM @rows(id text) AS r)
