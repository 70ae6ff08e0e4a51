-- The read models and the intake of a share of the tasks, as the projection and the API would have written them.
INSERT INTO public.intake (task_id, event_id, actor, kind, priority, body_hash, file_hash, file_name, active, value, headers,
    submitted_at, published_at)
SELECT id, id, substr(submitted_by, 6), kind, 'normal', decode(md5(n::text), 'hex'), md5(n::text), CASE
        WHEN kind = 'bank_transactions' THEN 'kl_to_1c_' || to_char(created_at, 'YYYY_MM_DD') || '_' || n || '.txt'
        WHEN kind = 'contractors' THEN 'Контрагенты ' || to_char(created_at, 'DD.MM.YYYY') || ' (' || mod(n, 7) || ').xlsx'
        WHEN kind = 'stock_import' THEN 'Остатки склад ' || mod(n, 40) || ' на ' || to_char(created_at, 'DD.MM.YYYY') || '.mxl' END,
    false, '', '[]', created_at, created_at
FROM public.made WHERE n BETWEEN %(first)s AND %(last)s;

INSERT INTO task (id, partition, "offset", seq, kind, status, outcome, attempt, priority, dry_run, submitted_by,
    correlation_id, created_at, started_at, finished_at, failure, params, source, counts, progress, result, error, retry,
    settled, seen_at)
SELECT id, partition, n * 20::bigint + 19, 2, kind, status, outcome, 1, 'normal', false, submitted_by, id::text, created_at,
    CASE WHEN status <> 'pending' THEN started_at END, CASE WHEN status NOT IN ('pending', 'running') THEN finished_at END,
    failure, '{"auto_classify":true}', '{"type":"upload","size":1048576,"sha256":"0123456789abcdef"}',
    '{"created":14000,"updated":0,"unchanged":900,"duplicate":90,"rejected":10,"retracted":0,"skipped":0}',
    jsonb_build_object('message', jsonb_build_object('code', CASE status WHEN 'completed' THEN 'task.completed'
            WHEN 'pending' THEN 'task.waiting' ELSE 'task.reading' END, 'args', '{"total":15000}'::jsonb), 'percent', 100,
        'processed', 15000, 'total', 15000, 'rows_per_second', 512.5, 'eta_seconds', 0, 'since', created_at, 'since_rows', 0),
    CASE WHEN status = 'completed' THEN '{"total":15000,"inserted":14000,"rejected":10,"notes":[]}'::jsonb END,
    CASE WHEN failure IS NOT NULL THEN jsonb_build_object('code', 'onec_away', 'args', '{}'::jsonb, 'fingerprint', failure,
        'retryable', true, 'detail_id', NULL) END,
    CASE WHEN retried THEN jsonb_build_object('at', created_at, 'tries', 1, 'limit', 5) END, NULL, finished_at
FROM public.made WHERE n BETWEEN %(first)s AND %(last)s;

INSERT INTO attempt (task_id, attempt, status, outcome, scope, input, tries, rows, batches, skipped, batched, controls,
    notes, queued_at, started_at, finished_at)
SELECT id, 1, status, outcome, 'all', 'source', 1, 15000, batches, 0,
    '{"created":14000,"updated":0,"unchanged":900,"duplicate":90,"rejected":10,"retracted":0,"skipped":0}', '[]', '[]',
    created_at, started_at, finished_at
FROM public.made WHERE n BETWEEN %(first)s AND %(last)s;

INSERT INTO task_standing (task_id, "offset", partition, at, until, status, before, outcome, failure, retry, kind,
    submitted_by, created_at)
SELECT id, n * 20::bigint + place, partition, created_at + place * interval '1 second',
    CASE WHEN later THEN created_at + (place + CASE place WHEN 0 THEN 1 ELSE 18 END) * interval '1 second' END,
    stood, before, CASE WHEN stood = status THEN outcome END, CASE WHEN stood = status THEN failure END,
    CASE WHEN stood = status AND retried THEN created_at END, kind, submitted_by, created_at
FROM public.made CROSS JOIN LATERAL (VALUES
    (0, 'pending', NULL, status <> 'pending'), (1, 'running', 'pending', status NOT IN ('pending', 'running')),
    (19, status, 'running', false)) s (place, stood, before, later)
WHERE n BETWEEN %(first)s AND %(last)s AND (place = 0 OR (place = 1 AND status <> 'pending')
    OR (place = 19 AND status NOT IN ('pending', 'running')));

INSERT INTO reject (task_id, attempt, row_no, batch_no, raw, field, value, code, args, fingerprint, rejected_at, partition,
    "offset")
SELECT id, 1, row_no * 100, row_no, '{"Номер":"17","Сумма":"12,3,4"}', 'Сумма', '12,3,4', 'amount_malformed', '{}',
    'r' || mod(n / 7, 60), finished_at, partition, n * 20::bigint + row_no
FROM public.made CROSS JOIN generate_series(1, 5) row_no
WHERE n BETWEEN %(first)s AND %(last)s AND outcome = 'partial'
