-- The trail of a share of the tasks: submitted, started, batches, progress, read to its end, ended. One process
-- wrote on one day long ago, one each week.
INSERT INTO task_event (partition, "offset", task_id, number, kind, repeated, id, type, time, actor, correlation_id,
    causation_id, source, value, hash)
SELECT partition, CASE WHEN batches > 15 THEN 1000000000::bigint + n * 10000::bigint ELSE n * 20::bigint END + place, id, place + 1,
    kind, false, overlay(id::text placing lpad(to_hex(place), 4, '0') from 20 for 4), type,
    created_at + least(place, 19) * interval '1 second' + place * interval '1 millisecond',
    CASE WHEN place = 0 THEN submitted_by WHEN place = 1 AND mod(n, 20000) = 7 THEN 'system:sweeper'
        WHEN place = 1 AND n BETWEEN 100000 AND 100050 THEN 'system:mender' ELSE 'system:' || worker END, id::text, NULL, '/tidemark/' || worker,
    CASE type
        WHEN 'task.submitted.v1' THEN '{"kind":"' || kind || '","params":{"auto_classify":true},"source":{"type":"upload","size":1048576},"priority":"normal","idempotency_key":null,"dry_run":false}'
        WHEN 'task.batch_imported.v1' THEN '{"attempt":1,"batch_no":' || place - 1 || ',"rows":1000,"created":940,"updated":0,"unchanged":60,"duplicate":0,"rejected":0,"retracted":0,"skipped":0,"warned":0,"elapsed_ms":31,"worker":"importer-1"}'
        WHEN 'task.failed.v1' THEN '{"seq":2,"attempt":1,"error":{"code":"onec_away","args":{},"fingerprint":"' || failure || '","retryable":true},"totals":{"created":0}}'
        WHEN 'task.completed.v1' THEN '{"seq":2,"attempt":1,"totals":{"created":14000,"unchanged":900,"duplicate":90,"rejected":10},"outcome":"' || outcome || '","result":{"inserted":14000,"total":15000}}'
        ELSE '{"seq":1,"attempt":1,"tries":1,"worker":"' || worker || '"}' END,
    decode(md5(place::text) || md5(n::text), 'hex')
FROM public.made CROSS JOIN LATERAL generate_series(0, batches + 4) place
CROSS JOIN LATERAL (SELECT CASE WHEN place = 0 THEN 'task.submitted.v1' WHEN place = 1 THEN 'task.started.v1'
    WHEN place < batches + 2 THEN 'task.batch_imported.v1' WHEN place = batches + 2 THEN 'task.progressed.v1'
    WHEN place = batches + 3 THEN 'task.source_read.v1'
    WHEN status IN ('pending', 'running') THEN 'task.progressed.v1' ELSE 'task.' || status || '.v1' END AS type,
    CASE WHEN place BETWEEN 2 AND batches + 1 THEN 'importer-' || 1 + mod(place, 2) WHEN place IN (batches + 2, batches + 3)
    THEN 'reader' ELSE 'conductor' END AS worker) e
WHERE n BETWEEN %(first)s AND %(last)s
