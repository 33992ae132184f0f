CREATE TABLE catalogue_sites (
  site       text PRIMARY KEY,
  name       text NOT NULL,
  currency   text NOT NULL,
  version    text NOT NULL,
  updated_ms bigint NOT NULL
);
-- Items that left the menu stay, inactive.
CREATE TABLE catalogue_items (
  site        text NOT NULL,
  sku         text NOT NULL,
  position    bigint NOT NULL,
  name        text NOT NULL,
  price_minor bigint NOT NULL CHECK (price_minor >= 0),
  active      bigint NOT NULL,
  PRIMARY KEY (site, sku)
);
