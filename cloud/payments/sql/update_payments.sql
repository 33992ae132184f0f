UPDATE payments_payments
SET state = r.state, attempt = r.attempt, revision = r.revision, amount_minor = r.amount_minor,
    hold_minor = r.hold_minor, captured_minor = r.captured_minor, customer_id = r.customer_id,
    method_id = r.method_id, intent_id = r.intent_id, off_session = r.off_session,
    void_asked = r.void_asked, reason = r.reason, updated_ms = :now
FROM @rows(order_id text, was_revision bigint, state text, attempt bigint, revision bigint,
           amount_minor bigint, hold_minor bigint, captured_minor bigint, customer_id text,
           method_id text, intent_id text, off_session bigint, void_asked bigint, reason text) AS r
WHERE payments_payments.order_id = r.order_id AND payments_payments.revision = r.was_revision
RETURNING payments_payments.order_id AS order_id
