CREATE TABLE accounts_users (
  user_id text PRIMARY KEY,
  username text NOT NULL,
  username_key text NOT NULL UNIQUE,
  status text NOT NULL CHECK (status IN ('unconfirmed', 'confirmed', 'disabled')),
  attributes text NOT NULL,
  groups text NOT NULL,
  verifier text NOT NULL,
  failures bigint NOT NULL,
  created_ms bigint NOT NULL,
  changed_ms bigint NOT NULL
);
CREATE TABLE accounts_codes (
  user_id text NOT NULL REFERENCES accounts_users (user_id) ON DELETE CASCADE,
  purpose text NOT NULL,
  hash text NOT NULL,
  expires_ms bigint NOT NULL,
  tries bigint NOT NULL,
  PRIMARY KEY (user_id, purpose)
);
CREATE TABLE accounts_sessions (
  origin_jti text PRIMARY KEY,
  user_id text NOT NULL REFERENCES accounts_users (user_id) ON DELETE CASCADE,
  client text NOT NULL,
  refresh_hash text NOT NULL UNIQUE,
  signed_in_ms bigint NOT NULL,
  expires_ms bigint NOT NULL,
  revoked_ms bigint
);
CREATE INDEX accounts_sessions_user ON accounts_sessions (user_id);
CREATE INDEX accounts_sessions_revoked ON accounts_sessions (revoked_ms, origin_jti);
CREATE INDEX accounts_sessions_expires ON accounts_sessions (expires_ms);
