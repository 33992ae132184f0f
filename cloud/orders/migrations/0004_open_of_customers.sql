-- Finds a customer's open orders however many have ended. A row leaves it once, when its order
-- closes.
CREATE INDEX orders_orders_customer ON orders_orders (user_id, site, id) WHERE open = 1;
