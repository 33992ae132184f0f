ALTER TABLE orders_orders ADD COLUMN tax_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE orders_orders ADD COLUMN means text NOT NULL DEFAULT 'card';
-- What follows once a greater hold stands, as JSON; empty: nothing.
ALTER TABLE orders_orders ADD COLUMN pending text NOT NULL DEFAULT '';
ALTER TABLE orders_orders ADD COLUMN captured_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE orders_orders ADD COLUMN refunded_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE orders_orders ADD COLUMN refund_asked_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE orders_orders ADD COLUMN refund_tax_minor bigint NOT NULL DEFAULT 0;
UPDATE orders_orders SET captured_minor = total_minor WHERE state IN ('paid', 'refunded');
CREATE INDEX orders_orders_state ON orders_orders (state, placed_ms, id);
ALTER TABLE orders_lines ADD COLUMN tax_bp bigint NOT NULL DEFAULT 0;
ALTER TABLE orders_history ADD COLUMN who text NOT NULL DEFAULT '';
CREATE TABLE orders_refunds (
  id           text PRIMARY KEY,
  order_id     text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  tax_minor    bigint NOT NULL CHECK (tax_minor >= 0),
  reason       text NOT NULL,
  who          text NOT NULL,
  state        text NOT NULL,
  why          text NOT NULL,
  asked_ms     bigint NOT NULL
);
CREATE INDEX orders_refunds_order ON orders_refunds (order_id);
