INSERT INTO payments_payments
  (order_id, user_id, site, means, currency, state, attempt, attempts, captures, raises, revision,
   amount_minor, hold_minor, asking_minor, captured_minor, tax_minor, refunding_minor,
   refunded_minor, refunded_tax_minor, customer_id, method_id, intent_id, raising, off_session,
   void_asked, asked_ms, deadline_ms, reason, updated_ms)
SELECT order_id, user_id, site, means, currency, state, attempt, attempts, captures, raises,
       revision, amount_minor, hold_minor, asking_minor, captured_minor, tax_minor,
       refunding_minor, refunded_minor, refunded_tax_minor, customer_id, method_id, intent_id,
       raising, off_session, void_asked, asked_ms, deadline_ms, reason, :now
FROM @rows(order_id text, user_id text, site text, means text, currency text, state text,
           attempt bigint, attempts bigint, captures bigint, raises bigint, revision bigint,
           amount_minor bigint, hold_minor bigint, asking_minor bigint, captured_minor bigint,
           tax_minor bigint, refunding_minor bigint, refunded_minor bigint,
           refunded_tax_minor bigint, customer_id text, method_id text, intent_id text,
           raising text, off_session bigint, void_asked bigint, asked_ms bigint, deadline_ms bigint,
           reason text) AS r
