-- One row per news of an order. http_status is null until it is delivered or given up; 0: there was
-- no endpoint.
CREATE TABLE push_messages (
  order_id    text NOT NULL,
  status      text NOT NULL,
  user_id     text NOT NULL,
  title       text NOT NULL,
  body        text NOT NULL,
  created_ms  bigint NOT NULL,
  http_status bigint,
  done_ms     bigint,
  PRIMARY KEY (order_id, status)
);
