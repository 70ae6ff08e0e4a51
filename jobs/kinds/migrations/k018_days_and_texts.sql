-- The day that each recalculation was for: whoever recalculates an earlier one is refused, so that the history of a price stands
-- in the order of its days, though only changes are kept.
CREATE TABLE recalculated_day (
    task_id uuid PRIMARY KEY,
    as_of   date NOT NULL
);
CREATE INDEX recalculated_day_as_of ON recalculated_day (as_of);
INSERT INTO recalculated_day
SELECT task_id, max((inputs ->> 'as_of')::date) FROM price_history WHERE inputs ? 'as_of' GROUP BY task_id;

-- What a person wrote beside a file (warehouse, supplier, mapping …): the log has its keyed hash only, a cleanup takes it.
CREATE TABLE task_text (
    task_id uuid PRIMARY KEY,
    texts   jsonb NOT NULL
);
