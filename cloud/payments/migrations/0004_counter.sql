-- The book of what is paid at the counter: one row per promise, and the calls that were answered.
CREATE TABLE payments_counter (
  id             text PRIMARY KEY,
  order_id       text NOT NULL,
  key            text NOT NULL UNIQUE,
  status         text NOT NULL,
  currency       text NOT NULL,
  amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
  held_minor     bigint NOT NULL,
  due_minor      bigint NOT NULL,
  received_minor bigint NOT NULL CHECK (received_minor <= amount_minor),
  created_ms     bigint NOT NULL
);
CREATE TABLE payments_counter_refunds (
  key          text PRIMARY KEY,
  id           text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  at_ms        bigint NOT NULL
);
CREATE INDEX payments_counter_refunds_id ON payments_counter_refunds (id);
