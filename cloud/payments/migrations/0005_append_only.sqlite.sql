-- What is wrong in the ledger is put right by another entry.
CREATE TRIGGER payments_ledger_update BEFORE UPDATE ON payments_ledger
BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only: put it right by another entry');
END;
CREATE TRIGGER payments_ledger_delete BEFORE DELETE ON payments_ledger
BEGIN
  SELECT RAISE(ABORT, 'the ledger is append-only: put it right by another entry');
END;
