INSERT INTO payments_cards (method_id, user_id, brand, last4, exp_month, exp_year, saved_ms)
SELECT method_id, user_id, brand, last4, exp_month, exp_year, :now
FROM @rows(method_id text, user_id text, brand text, last4 text, exp_month bigint,
           exp_year bigint) AS r WHERE true
ON CONFLICT (method_id) DO UPDATE
SET user_id = excluded.user_id, brand = excluded.brand, last4 = excluded.last4,
    exp_month = excluded.exp_month, exp_year = excluded.exp_year
