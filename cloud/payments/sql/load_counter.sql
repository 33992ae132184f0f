SELECT id, status, amount_minor, held_minor, due_minor, received_minor, created_ms
FROM payments_counter WHERE id = :id
