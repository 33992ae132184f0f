-- Why no money is moved for now; no row: it is.
CREATE TABLE payments_stops (
  id    text PRIMARY KEY,
  why   text NOT NULL,
  at_ms bigint NOT NULL
);
-- What comparisons with the provider found.
CREATE TABLE payments_comparisons (
  at_ms            bigint PRIMARY KEY,
  differences      bigint NOT NULL,
  difference_minor bigint NOT NULL,
  payments         bigint NOT NULL,
  transfers        bigint NOT NULL,
  findings         text NOT NULL
);
-- What was under way in a release without looks gets its next one at the first start of this one.
CREATE TABLE payments_unarmed (order_id text PRIMARY KEY);
INSERT INTO payments_unarmed (order_id)
SELECT order_id FROM payments_payments
WHERE state IN ('creating', 'confirming', 'action_required', 'held', 'raising', 'capturing',
                'voiding')
   OR refunding_minor > 0;
