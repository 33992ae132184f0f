SELECT hash, url, expires_ms FROM agent_uploads ORDER BY hash
