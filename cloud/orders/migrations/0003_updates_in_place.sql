-- An order's usual changes touch no indexed column, so that PostgreSQL updates rows in place (HOT).
-- waits: 1 while the order waits for a person.
ALTER TABLE orders_orders ADD COLUMN waits bigint NOT NULL DEFAULT 0;
UPDATE orders_orders SET waits = 1 WHERE state IN ('mismatch', 'review');
DROP INDEX orders_orders_state;
CREATE INDEX orders_orders_waits ON orders_orders (placed_ms, id) WHERE waits = 1;
DROP INDEX orders_orders_open;
-- Its one reader wrote the fates of predictions, which follow from their orders now.
DROP INDEX orders_predictions_order;
CREATE INDEX orders_orders_site ON orders_orders (site, placed_ms);
