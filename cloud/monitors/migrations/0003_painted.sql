-- What people saw of an order: each state of it that a page said it painted.
CREATE TABLE monitors_painted (
  order_id   text NOT NULL,
  core       text NOT NULL,
  screen     text NOT NULL,
  version    bigint NOT NULL,
  status     text NOT NULL,
  painted_ms bigint NOT NULL,
  PRIMARY KEY (order_id, core, screen, version)
);
