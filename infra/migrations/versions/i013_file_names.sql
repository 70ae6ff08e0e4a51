-- Every two and three letters that follow each other in a name, in small letters: by them a part of a file's name is
-- found among a million. As pg_trgm does, which not every PostgreSQL here has.
CREATE FUNCTION name_parts(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT DISTINCT substr(lower(name), place, size)
    FROM (VALUES (2), (3)) s (size) CROSS JOIN generate_series(1, length(lower(name)) - size + 1) place
);
CREATE INDEX intake_name_parts ON intake USING gin (name_parts(file_name)) WHERE file_name IS NOT NULL;
