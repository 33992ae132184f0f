SELECT c.method_id, c.brand, c.last4, c.exp_month, c.exp_year,
       CASE WHEN k.method_id = c.method_id THEN 1 ELSE 0 END AS chosen
FROM payments_cards c JOIN payments_customers k ON k.user_id = c.user_id
WHERE c.user_id = :user_id
ORDER BY c.saved_ms, c.method_id
