-- Double entry, append-only: a row moves an amount from one account to another, so that any set of
-- rows adds up to zero. hash chains the rows of a site; '' in those from before there was a chain.
ALTER TABLE payments_ledger RENAME TO payments_ledger_before;
CREATE TABLE payments_ledger (
  site         text NOT NULL,
  seq          bigint NOT NULL,
  order_id     text NOT NULL,
  kind         text NOT NULL,
  entry        text NOT NULL,
  line         bigint NOT NULL,
  debit        text NOT NULL,
  credit       text NOT NULL,
  amount_minor bigint NOT NULL CHECK (amount_minor > 0),
  currency     text NOT NULL,
  at_ms        bigint NOT NULL,
  hash         text NOT NULL,
  PRIMARY KEY (site, seq),
  CHECK (debit <> credit)
);
CREATE UNIQUE INDEX payments_ledger_entry ON payments_ledger (order_id, entry, line);
-- One capture per order.
CREATE UNIQUE INDEX payments_ledger_capture ON payments_ledger (order_id, line)
  WHERE kind = 'capture';
CREATE INDEX payments_ledger_at ON payments_ledger (at_ms);
INSERT INTO payments_ledger (site, seq, order_id, kind, entry, line, debit, credit, amount_minor,
                             currency, at_ms, hash)
SELECT p.site, ROW_NUMBER() OVER (PARTITION BY p.site ORDER BY b.at_ms, b.order_id), b.order_id,
       'capture', 'capture', 1, 'provider:card', 'sales:' || p.site, b.amount_minor, b.currency,
       b.at_ms, ''
FROM payments_ledger_before b JOIN payments_payments p ON p.order_id = b.order_id
WHERE b.account = 'provider' AND b.amount_minor > 0;
DROP TABLE payments_ledger_before;
-- The last row of each site's chain.
CREATE TABLE payments_ledger_heads (
  site text PRIMARY KEY,
  seq  bigint NOT NULL,
  hash text NOT NULL
);
INSERT INTO payments_ledger_heads (site, seq, hash)
SELECT site, MAX(seq), '' FROM payments_ledger GROUP BY site;
