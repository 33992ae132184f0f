SELECT name, value FROM agent_counts
