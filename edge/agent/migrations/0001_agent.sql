-- Messages that wait for the cloud. seq is the order of acceptance.
CREATE TABLE agent_outbox (
  seq        bigint PRIMARY KEY,
  key        text NOT NULL UNIQUE,
  function   text NOT NULL,
  topic      text NOT NULL,
  class      text NOT NULL,
  payload    text NOT NULL,
  sha256     text NOT NULL,
  created_ms bigint NOT NULL
);
CREATE INDEX agent_outbox_function ON agent_outbox (function, seq);
CREATE INDEX agent_outbox_class ON agent_outbox (class, seq);
CREATE INDEX agent_outbox_sha256 ON agent_outbox (sha256);
-- What the cloud refused, with its reason.
CREATE TABLE agent_quarantine (
  key      text PRIMARY KEY,
  function text NOT NULL,
  topic    text NOT NULL,
  payload  text NOT NULL,
  sha256   text NOT NULL,
  reason   text NOT NULL,
  at_ms    bigint NOT NULL
);
-- Counters that survive: of critical messages stored = acked + quarantined + rows in the outbox.
CREATE TABLE agent_counts (
  name  text PRIMARY KEY,
  value bigint NOT NULL
);
-- Pictures that the cloud has asked for.
CREATE TABLE agent_uploads (
  hash       text PRIMARY KEY,
  url        text NOT NULL,
  expires_ms bigint NOT NULL
);
