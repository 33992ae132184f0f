-- Pictures that lie in the folder under their hash.
CREATE TABLE evidence_objects (
  hash  text PRIMARY KEY,
  bytes bigint NOT NULL,
  at_ms bigint NOT NULL
);
