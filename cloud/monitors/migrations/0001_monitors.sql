-- painted is null while no page has painted anything.
CREATE TABLE monitors_screens (
  core     text NOT NULL,
  screen   text NOT NULL,
  version  bigint NOT NULL,
  state    text NOT NULL,
  painted  bigint,
  pages    bigint NOT NULL,
  since_ms bigint NOT NULL,
  shown_ms bigint NOT NULL,
  PRIMARY KEY (core, screen)
);
CREATE INDEX monitors_screens_waiting ON monitors_screens (since_ms)
  WHERE painted IS NULL OR painted <> version;
