INSERT INTO payments_refunds
  (refund_id, order_id, state, amount_minor, tax_minor, currency, attempt, provider_id, reason, who,
   asked_ms, updated_ms)
SELECT refund_id, order_id, state, amount_minor, tax_minor, currency, attempt, provider_id, reason,
       who, :now, :now
FROM @rows(refund_id text, order_id text, state text, amount_minor bigint, tax_minor bigint,
           currency text, attempt bigint, provider_id text, reason text, who text) AS r
WHERE true
ON CONFLICT (refund_id) DO UPDATE
SET state = excluded.state, provider_id = excluded.provider_id, reason = excluded.reason,
    updated_ms = excluded.updated_ms
