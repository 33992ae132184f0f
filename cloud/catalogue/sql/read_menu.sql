SELECT version, from_ms, until_ms, menu FROM catalogue_menus
WHERE site = :site AND version = :version
