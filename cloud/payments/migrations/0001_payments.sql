CREATE TABLE payments_customers (
  user_id     text PRIMARY KEY,
  customer_id text NOT NULL UNIQUE,
  method_id   text NOT NULL
);
CREATE TABLE payments_payments (
  order_id       text PRIMARY KEY,
  user_id        text NOT NULL,
  site           text NOT NULL,
  state          text NOT NULL,
  attempt        bigint NOT NULL,
  revision       bigint NOT NULL,
  currency       text NOT NULL,
  amount_minor   bigint NOT NULL CHECK (amount_minor >= 0),
  hold_minor     bigint NOT NULL,
  captured_minor bigint NOT NULL CHECK (captured_minor <= hold_minor),
  customer_id    text NOT NULL,
  method_id      text NOT NULL,
  intent_id      text NOT NULL,
  off_session    bigint NOT NULL,
  void_asked     bigint NOT NULL,
  reason         text NOT NULL,
  updated_ms     bigint NOT NULL
);
-- Double entry, append-only: the rows of one entry add up to zero per currency.
CREATE TABLE payments_ledger (
  order_id     text NOT NULL,
  entry        text NOT NULL,
  account      text NOT NULL,
  amount_minor bigint NOT NULL,
  currency     text NOT NULL,
  at_ms        bigint NOT NULL,
  PRIMARY KEY (order_id, entry, account)
);
