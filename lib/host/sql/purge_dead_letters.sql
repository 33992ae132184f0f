DELETE FROM host_dead_letters WHERE id IN (
  SELECT id FROM host_dead_letters ORDER BY at_ms DESC, id DESC LIMIT 1000 OFFSET :most)
