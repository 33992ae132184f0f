-- What happened, once; body is the text that is sent and signed.
CREATE TABLE webhooks_events (
  id         text PRIMARY KEY,
  type       text NOT NULL,
  body       text NOT NULL,
  created_ms bigint NOT NULL
);
CREATE INDEX webhooks_events_created ON webhooks_events (created_ms);
-- One row per event and endpoint. due_ms: of the next try, while waiting. http_status 0: no answer
-- yet, or none at the last try.
CREATE TABLE webhooks_deliveries (
  id          text PRIMARY KEY,
  event_id    text NOT NULL,
  endpoint    text NOT NULL,
  state       text NOT NULL,
  tries       bigint NOT NULL,
  resends     bigint NOT NULL,
  due_ms      bigint NOT NULL,
  give_up_ms  bigint NOT NULL,
  http_status bigint NOT NULL,
  error       text NOT NULL,
  version     bigint NOT NULL,
  created_ms  bigint NOT NULL,
  updated_ms  bigint NOT NULL
);
CREATE INDEX webhooks_deliveries_due ON webhooks_deliveries (endpoint, due_ms)
  WHERE state = 'waiting';
CREATE INDEX webhooks_deliveries_sending ON webhooks_deliveries (endpoint)
  WHERE state = 'sending';
CREATE INDEX webhooks_deliveries_state ON webhooks_deliveries (state, created_ms);
CREATE INDEX webhooks_deliveries_created ON webhooks_deliveries (created_ms);
CREATE INDEX webhooks_deliveries_updated ON webhooks_deliveries (updated_ms);
CREATE INDEX webhooks_deliveries_event ON webhooks_deliveries (event_id);
