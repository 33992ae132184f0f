SELECT r.user_id, r.site,
       (SELECT count(*) FROM (SELECT o.id FROM orders_orders o
                              WHERE o.user_id = r.user_id AND o.site = r.site AND o.open = 1
                              LIMIT :most + 1) AS looked_at) AS n
FROM @rows(user_id text, site text) AS r
