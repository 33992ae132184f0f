SELECT 1 AS held WHERE :owner <> ''
