ALTER TABLE payments_payments ADD COLUMN means text NOT NULL DEFAULT 'card';
ALTER TABLE payments_payments ADD COLUMN attempts bigint NOT NULL DEFAULT 1;
ALTER TABLE payments_payments ADD COLUMN captures bigint NOT NULL DEFAULT 1;
ALTER TABLE payments_payments ADD COLUMN raises bigint NOT NULL DEFAULT 0;
ALTER TABLE payments_payments ADD COLUMN asking_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE payments_payments ADD COLUMN tax_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE payments_payments ADD COLUMN refunding_minor bigint NOT NULL DEFAULT 0
  CHECK (refunding_minor >= 0);
ALTER TABLE payments_payments ADD COLUMN refunded_minor bigint NOT NULL DEFAULT 0
  CHECK (refunded_minor >= 0 AND refunded_minor + refunding_minor <= captured_minor);
ALTER TABLE payments_payments ADD COLUMN refunded_tax_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE payments_payments ADD COLUMN raising text NOT NULL DEFAULT '';
ALTER TABLE payments_payments ADD COLUMN asked_ms bigint NOT NULL DEFAULT 0;
ALTER TABLE payments_payments ADD COLUMN deadline_ms bigint NOT NULL DEFAULT 0;
UPDATE payments_payments
SET attempts = attempt, captures = attempt, asked_ms = updated_ms,
    asking_minor = CASE WHEN state = 'capturing' THEN amount_minor ELSE 0 END,
    deadline_ms = CASE WHEN hold_minor > 0 THEN updated_ms + 410400000 ELSE 0 END;
CREATE INDEX payments_payments_intent ON payments_payments (intent_id) WHERE intent_id <> '';
-- Paying back: each once by its id.
CREATE TABLE payments_refunds (
  refund_id    text PRIMARY KEY,
  order_id     text NOT NULL,
  state        text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  tax_minor    bigint NOT NULL CHECK (tax_minor >= 0 AND tax_minor <= amount_minor),
  currency     text NOT NULL,
  attempt      bigint NOT NULL,
  provider_id  text NOT NULL,
  reason       text NOT NULL,
  who          text NOT NULL,
  asked_ms     bigint NOT NULL,
  updated_ms   bigint NOT NULL
);
CREATE INDEX payments_refunds_order ON payments_refunds (order_id);
-- Saved cards, as their owners know them.
CREATE TABLE payments_cards (
  method_id text PRIMARY KEY,
  user_id   text NOT NULL,
  brand     text NOT NULL,
  last4     text NOT NULL,
  exp_month bigint NOT NULL,
  exp_year  bigint NOT NULL,
  saved_ms  bigint NOT NULL
);
CREATE INDEX payments_cards_user ON payments_cards (user_id);
INSERT INTO payments_cards (method_id, user_id, brand, last4, exp_month, exp_year, saved_ms)
SELECT method_id, user_id, '', '', 0, 0, 0 FROM payments_customers WHERE method_id <> '';
-- Events about somebody who is not there yet.
CREATE TABLE payments_parked (
  id    text PRIMARY KEY,
  about text NOT NULL,
  body  text NOT NULL,
  at_ms bigint NOT NULL
);
CREATE INDEX payments_parked_about ON payments_parked (about);
-- What happened outside of the product, for staff.
CREATE TABLE payments_notices (
  id           text PRIMARY KEY,
  order_id     text NOT NULL,
  what         text NOT NULL,
  amount_minor bigint NOT NULL,
  currency     text NOT NULL,
  reason       text NOT NULL,
  at_ms        bigint NOT NULL
);
CREATE INDEX payments_notices_at ON payments_notices (at_ms);
