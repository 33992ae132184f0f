INSERT INTO payments_comparisons (at_ms, differences, difference_minor, payments, transfers,
                                  findings)
VALUES (:now, :differences, :difference_minor, :payments, :transfers, :findings)
ON CONFLICT (at_ms) DO NOTHING
