UPDATE payments_payments
SET means = r.means, state = r.state, attempt = r.attempt, attempts = r.attempts,
    captures = r.captures, raises = r.raises, revision = r.revision,
    amount_minor = r.amount_minor, hold_minor = r.hold_minor, asking_minor = r.asking_minor,
    captured_minor = r.captured_minor, tax_minor = r.tax_minor,
    refunding_minor = r.refunding_minor, refunded_minor = r.refunded_minor,
    refunded_tax_minor = r.refunded_tax_minor, customer_id = r.customer_id,
    method_id = r.method_id, intent_id = r.intent_id, raising = r.raising,
    off_session = r.off_session, void_asked = r.void_asked, asked_ms = r.asked_ms,
    deadline_ms = r.deadline_ms, reason = r.reason, updated_ms = :now
FROM @rows(order_id text, was_revision bigint, means text, state text, attempt bigint,
           attempts bigint, captures bigint, raises bigint, revision bigint, amount_minor bigint,
           hold_minor bigint, asking_minor bigint, captured_minor bigint, tax_minor bigint,
           refunding_minor bigint, refunded_minor bigint, refunded_tax_minor bigint,
           customer_id text, method_id text, intent_id text, raising text, off_session bigint,
           void_asked bigint, asked_ms bigint, deadline_ms bigint, reason text) AS r
WHERE payments_payments.order_id = r.order_id AND payments_payments.revision = r.was_revision
RETURNING payments_payments.order_id AS order_id
