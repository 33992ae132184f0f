SELECT customer_id, method_id FROM payments_customers WHERE user_id = :user_id
