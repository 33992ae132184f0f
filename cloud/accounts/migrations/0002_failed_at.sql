ALTER TABLE accounts_users ADD COLUMN failed_ms bigint NOT NULL DEFAULT 0;
