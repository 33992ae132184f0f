INSERT INTO payments_stops (id, why, at_ms) VALUES ('payments', :why, :now)
ON CONFLICT (id) DO NOTHING
