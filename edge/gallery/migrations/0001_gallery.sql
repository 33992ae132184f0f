CREATE TABLE gallery_meta (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  format BIGINT NOT NULL,
  embedder TEXT NOT NULL,
  dim BIGINT NOT NULL,
  version BIGINT NOT NULL,
  size_unit TEXT NOT NULL,
  surface TEXT NOT NULL
);
CREATE TABLE gallery_item (
  sku TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  active BIGINT NOT NULL
);
CREATE TABLE gallery_view (
  id TEXT PRIMARY KEY,
  sku TEXT NOT NULL REFERENCES gallery_item (sku),
  captured_at TEXT NOT NULL,
  source TEXT NOT NULL CHECK (source IN ('enrol', 'confirmed', 'synthetic')),
  size_milli BIGINT NOT NULL,
  vec TEXT NOT NULL,
  thumb TEXT NOT NULL
);
CREATE TABLE gallery_negative (
  id TEXT PRIMARY KEY,
  vec TEXT NOT NULL
);
