SELECT o.user_id, o.site, count(*) AS n
FROM @rows(user_id text, site text) AS r
JOIN orders_orders o ON o.user_id = r.user_id AND o.site = r.site AND o.open = 1
WHERE o.id >= coalesce((SELECT n.id FROM orders_orders n
                        WHERE n.user_id = r.user_id AND n.site = r.site AND n.open = 1
                        ORDER BY n.id DESC LIMIT 1 OFFSET :most), '')
GROUP BY o.user_id, o.site
