-- A foreign key looks up, and locks, one component for every row: half of what 100,000 lots cost. Here a statement's rows
-- are looked up together; whoever deletes components waits for those who write and keeps others from it.
ALTER TABLE stock_lot DROP CONSTRAINT stock_lot_component_id_fkey;
ALTER TABLE quote DROP CONSTRAINT quote_component_id_fkey;

CREATE FUNCTION refuse_unknown_component() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    unknown bigint;
BEGIN
    SELECT w.component_id INTO unknown FROM written w LEFT JOIN component c ON c.id = w.component_id
    WHERE c.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE foreign_key_violation USING MESSAGE = format('%s: there is no component %s', TG_TABLE_NAME, unknown);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER stock_lot_inserted AFTER INSERT ON stock_lot REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unknown_component();
CREATE TRIGGER stock_lot_updated AFTER UPDATE ON stock_lot REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unknown_component();
CREATE TRIGGER quote_inserted AFTER INSERT ON quote REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unknown_component();
CREATE TRIGGER quote_updated AFTER UPDATE ON quote REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_unknown_component();

CREATE FUNCTION stop_component_users() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    LOCK TABLE quote, stock_lot IN SHARE ROW EXCLUSIVE MODE;
    RETURN NULL;
END $$;
CREATE FUNCTION refuse_used_component() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM stock_lot JOIN gone ON gone.id = component_id)
        OR EXISTS (SELECT FROM quote JOIN gone ON gone.id = component_id) THEN
        RAISE foreign_key_violation USING MESSAGE = 'a component that is used cannot be deleted';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER component_before_delete BEFORE DELETE ON component
    FOR EACH STATEMENT EXECUTE FUNCTION stop_component_users();
CREATE TRIGGER component_deleted AFTER DELETE ON component REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_used_component();
