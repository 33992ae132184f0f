SELECT at_ms, differences, difference_minor, payments, transfers, findings
FROM payments_comparisons ORDER BY at_ms DESC LIMIT 1
