-- In which hours who is no person wrote events: a search for a process looks at those alone. Most events are of some
-- few processes, so that no index of all events has a process in it.
CREATE TABLE process_hour (
    actor     text NOT NULL,
    hour      timestamptz NOT NULL,
    partition integer NOT NULL,
    PRIMARY KEY (actor, hour, partition)
);
