CREATE TABLE orders_orders (
  id           text PRIMARY KEY,
  code         text NOT NULL UNIQUE,
  number       text NOT NULL,
  user_id      text NOT NULL,
  site         text NOT NULL,
  state        text NOT NULL,
  version      bigint NOT NULL,
  currency     text NOT NULL,
  total_minor  bigint NOT NULL CHECK (total_minor >= 0),
  hold_minor   bigint NOT NULL,
  holds        bigint NOT NULL,
  menu_version text NOT NULL,
  core         text NOT NULL,
  station      text NOT NULL,
  visit        text NOT NULL,
  prediction   text NOT NULL,
  tray         text NOT NULL,
  difference   text NOT NULL,
  reason       text NOT NULL,
  placed_ms    bigint NOT NULL,
  updated_ms   bigint NOT NULL,
  open         bigint NOT NULL
);
CREATE INDEX orders_orders_user ON orders_orders (user_id, placed_ms, id);
CREATE INDEX orders_orders_open ON orders_orders (site, placed_ms) WHERE open = 1;
CREATE TABLE orders_lines (
  order_id    text NOT NULL,
  position    bigint NOT NULL,
  sku         text NOT NULL,
  name        text NOT NULL,
  quantity    bigint NOT NULL CHECK (quantity > 0),
  price_minor bigint NOT NULL CHECK (price_minor >= 0),
  PRIMARY KEY (order_id, position)
);
-- A stay of one tray on one station: at most one order.
CREATE TABLE orders_visits (
  core     text NOT NULL,
  station  text NOT NULL,
  visit    text NOT NULL,
  order_id text NOT NULL,
  number   bigint NOT NULL,
  PRIMARY KEY (core, station, visit)
);
-- Every prediction that was answered, with its answer. fate: open | superseded | charged | closed.
CREATE TABLE orders_predictions (
  core        text NOT NULL,
  id          text NOT NULL,
  hash        text NOT NULL,
  station     text NOT NULL,
  visit       text NOT NULL,
  order_id    text NOT NULL,
  fate        text NOT NULL,
  body        text NOT NULL,
  received_ms bigint NOT NULL,
  PRIMARY KEY (core, id)
);
CREATE INDEX orders_predictions_order ON orders_predictions (order_id) WHERE order_id <> '';
CREATE TABLE orders_history (
  order_id text NOT NULL,
  version  bigint NOT NULL,
  step     bigint NOT NULL,
  state    text NOT NULL,
  event    text NOT NULL,
  why      text NOT NULL,
  at_ms    bigint NOT NULL,
  PRIMARY KEY (order_id, version, step)
);
-- The last number given out, per site.
CREATE TABLE orders_numbers (
  site text PRIMARY KEY,
  last bigint NOT NULL
);
