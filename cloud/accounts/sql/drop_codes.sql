DELETE FROM accounts_codes
WHERE purpose = 'sign_up' AND user_id IN (SELECT user_id FROM @rows(user_id text) AS r)
