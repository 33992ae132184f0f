-- What is wrong in the ledger is put right by another entry.
CREATE FUNCTION payments_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only: put it right by another entry'
    USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER payments_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments_ledger
  FOR EACH STATEMENT EXECUTE FUNCTION payments_ledger_refuse();
