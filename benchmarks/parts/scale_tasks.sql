-- A year of an installation: who asked for what, how it ended. Most is done by few people, most of it well; what
-- one asks for never and others often is there too (user 1, recalculate). Deterministic, whoever fills which share.
CREATE UNLOGGED TABLE public.made AS
SELECT n, id, mod(n, 12) AS partition, users.submitted_by, created_at,
    created_at + interval '1 second' AS started_at, created_at + interval '30 seconds' AS finished_at,
    CASE WHEN kind = 'recalculate' AND users.place = 1 THEN 'bank_transactions' ELSE kind END AS kind,
    status, CASE WHEN status = 'completed' THEN outcome END AS outcome,
    CASE WHEN status = 'failed' OR retried THEN 'f' || floor(40 * power(dice_4 / 1000.0, 2))::int END AS failure,
    retried, CASE WHEN mod(n, 50000) = 0 THEN 9995 ELSE 15 END AS batches
FROM (
    SELECT n, ('019' || lpad(to_hex(n), 9, '0') || '70008000' || lpad(to_hex(n), 12, '0'))::uuid AS id,
        %(begin)s::timestamptz + n * interval '31 seconds' AS created_at,
        mod(abs(hashint4(n)), 1000) AS dice_1, mod(abs(hashint4(n + 100000000)), 1000) AS dice_2,
        mod(abs(hashint4(n + 200000000)), 1000) AS dice_3, mod(abs(hashint4(n + 300000000)), 1000) AS dice_4
    FROM generate_series(1, %(tasks)s) n
) d
CROSS JOIN LATERAL (SELECT floor(300 * power(dice_2 / 1000.0, 3))::int AS place,
    'user:0199aaaa-0000-7000-8000-' || lpad(floor(300 * power(dice_2 / 1000.0, 3))::text, 12, '0') AS submitted_by) users
CROSS JOIN LATERAL (SELECT CASE
    WHEN dice_1 < 600 THEN 'bank_transactions' WHEN dice_1 < 720 THEN 'contractors' WHEN dice_1 < 820 THEN 'stock_import'
    WHEN dice_1 < 900 THEN 'recalculate' WHEN dice_1 < 950 THEN 'pricelist_create' WHEN dice_1 < 970 THEN 'quotes'
    WHEN dice_1 < 985 THEN 'components' WHEN dice_1 < 993 THEN 'transactions_reclassify'
    WHEN dice_1 < 998 THEN 'currency_rates' WHEN dice_1 < 999 THEN 'classifier_train' ELSE 'bulk' END AS kind) k
CROSS JOIN LATERAL (SELECT CASE
    WHEN n > %(tasks)s - 40 THEN 'pending' WHEN n > %(tasks)s - 100 THEN 'running'
    WHEN dice_3 < 980 THEN 'completed' WHEN dice_3 < 992 THEN 'failed' ELSE 'cancelled' END AS status,
    n BETWEEN %(tasks)s - 99 AND %(tasks)s - 90 AS retried,
    CASE WHEN dice_4 < 930 THEN 'clean' WHEN dice_4 < 990 THEN 'partial' ELSE 'undone' END AS outcome) s;
CREATE UNIQUE INDEX ON public.made (n);
INSERT INTO public.users (id, name, password_hash, role)
SELECT ('0199aaaa-0000-7000-8000-' || lpad(u::text, 12, '0'))::uuid, 'person ' || u, '', 'user' FROM generate_series(0, 299) u
