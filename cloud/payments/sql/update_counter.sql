UPDATE payments_counter
SET status = :status, amount_minor = :amount_minor, held_minor = :held_minor,
    due_minor = :due_minor, received_minor = :received_minor
WHERE id = :id AND status = :before
RETURNING id
