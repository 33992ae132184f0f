DELETE FROM host_answers
WHERE answer = '' AND owner IN (SELECT owner FROM @rows(owner text) AS r)
