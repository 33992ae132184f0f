-- Several hosts on one store. A run belongs to a named host; released is 1 once its effects are no
-- longer its own.
ALTER TABLE host_runs ADD COLUMN host text NOT NULL DEFAULT '';
ALTER TABLE host_runs ADD COLUMN released bigint NOT NULL DEFAULT 0;
-- Of a request that is under way: the run that handles it, and no answer yet.
ALTER TABLE host_answers ADD COLUMN owner text NOT NULL DEFAULT '';
DROP TABLE host_attempts;
CREATE TABLE host_attempts (
  host  text NOT NULL,
  id    text NOT NULL,
  tries bigint NOT NULL,
  PRIMARY KEY (host, id)
);
