-- Messages seen, by service: a repeated one is not handled again.
CREATE TABLE host_inbox (
  service text NOT NULL,
  id      text NOT NULL,
  at_ms   bigint NOT NULL,
  PRIMARY KEY (service, id)
);
-- Answers to requests with an Idempotency-Key.
CREATE TABLE host_answers (
  scope     text NOT NULL,
  key       text NOT NULL,
  body_hash text NOT NULL,
  answer    text NOT NULL,
  at_ms     bigint NOT NULL,
  PRIMARY KEY (scope, key)
);
-- Durable effects that are not finished.
CREATE TABLE host_outbox (
  id             text PRIMARY KEY,
  kind           text NOT NULL,
  key            text NOT NULL,
  body           text NOT NULL,
  owner          text NOT NULL,
  lease_until_ms bigint NOT NULL,
  next_try_ms    bigint NOT NULL,
  tries          bigint NOT NULL,
  last_error     text NOT NULL,
  created_ms     bigint NOT NULL,
  UNIQUE (kind, key)
);
CREATE TABLE host_timers (
  id      text PRIMARY KEY,
  service text NOT NULL,
  due_ms  bigint NOT NULL,
  body    text NOT NULL
);
CREATE INDEX host_timers_due ON host_timers (due_ms);
CREATE TABLE host_dead_letters (
  id      text PRIMARY KEY,
  service text NOT NULL,
  reason  text NOT NULL,
  payload text NOT NULL,
  at_ms   bigint NOT NULL
);
-- One row per start of a host; clean is 1 once it ended as it should.
CREATE TABLE host_runs (
  owner      text PRIMARY KEY,
  started_ms bigint NOT NULL,
  clean      bigint NOT NULL
);
-- After an unclean end: how often a message was begun, committed before it is handled.
CREATE TABLE host_attempts (
  id    text PRIMARY KEY,
  tries bigint NOT NULL
);
