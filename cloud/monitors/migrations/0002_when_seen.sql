-- When the tray that is shown was seen, by the clock of its core's boot.
ALTER TABLE monitors_screens ADD COLUMN boot_id text NOT NULL DEFAULT '';
ALTER TABLE monitors_screens ADD COLUMN monotonic_ms bigint NOT NULL DEFAULT 0;
