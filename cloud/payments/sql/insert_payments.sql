INSERT INTO payments_payments
  (order_id, user_id, site, state, attempt, revision, currency, amount_minor, hold_minor,
   captured_minor, customer_id, method_id, intent_id, off_session, void_asked, reason, updated_ms)
SELECT order_id, user_id, site, state, attempt, revision, currency, amount_minor, hold_minor,
       captured_minor, customer_id, method_id, intent_id, off_session, void_asked, reason, :now
FROM @rows(order_id text, user_id text, site text, state text, attempt bigint, revision bigint,
           currency text, amount_minor bigint, hold_minor bigint, captured_minor bigint,
           customer_id text, method_id text, intent_id text, off_session bigint,
           void_asked bigint, reason text) AS r
