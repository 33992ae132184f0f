SELECT p.order_id, p.user_id, p.site, p.state, p.attempt, p.revision, p.currency, p.amount_minor,
       p.hold_minor, p.captured_minor, p.customer_id, p.method_id, p.intent_id, p.off_session,
       p.void_asked, p.reason
FROM payments_payments p JOIN @rows(order_id text) AS r ON r.order_id = p.order_id
