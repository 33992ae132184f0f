SELECT p.order_id, p.user_id, p.site, p.means, p.state, p.attempt, p.attempts, p.captures, p.raises,
       p.revision, p.currency, p.amount_minor, p.hold_minor, p.asking_minor, p.captured_minor,
       p.tax_minor, p.refunding_minor, p.refunded_minor, p.refunded_tax_minor, p.customer_id,
       p.method_id, p.intent_id, p.raising, p.off_session, p.void_asked, p.asked_ms, p.deadline_ms,
       p.reason,
       COALESCE((SELECT s.why FROM payments_stops s WHERE s.id = 'payments'), '') AS stopped
FROM payments_payments p JOIN @rows(order_id text) AS r ON r.order_id = p.order_id
ORDER BY p.order_id @lock(p)
