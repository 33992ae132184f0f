ALTER TABLE catalogue_sites ADD COLUMN hours text NOT NULL DEFAULT '{}';
ALTER TABLE catalogue_items ADD COLUMN tax_bp bigint NOT NULL DEFAULT 0;
-- NULL: as many as anybody wants. Below zero: trays held more than was counted.
ALTER TABLE catalogue_items ADD COLUMN stock bigint;
-- Every menu that a site had. until_ms: NULL while it has it.
CREATE TABLE catalogue_menus (
  site     text NOT NULL,
  version  text NOT NULL,
  from_ms  bigint NOT NULL,
  until_ms bigint,
  menu     text NOT NULL,
  PRIMARY KEY (site, version)
);
-- What staff counted.
CREATE TABLE catalogue_counts (
  site   text NOT NULL,
  sku    text NOT NULL,
  at_ms  bigint NOT NULL,
  step   bigint NOT NULL,
  stock  bigint,
  who    text NOT NULL,
  why    text NOT NULL,
  PRIMARY KEY (site, sku, at_ms, step)
);
