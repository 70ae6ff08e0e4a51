import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Empty, Flex, Input, Select } from "antd";
import { useEffect, useMemo } from "react";
import { Link } from "react-router";
import { isNewer, listTasks, type Status, type TaskInfo, type TaskQuery } from "../api/tasks";
import { Problem } from "../components/Problem";
import { Progress } from "../components/Progress";
import { type Column, Rows } from "../components/Rows";
import { StatusTag } from "../components/StatusTag";
import { useWords, type Word } from "../i18n";
import { useFilters } from "../state/filters";
import { useFormat } from "../state/format";
import { live, useConnection, useLiveVersion } from "../state/live";

const FILTERS = ["q", "status", "kind"] as const;
const STATUSES = ["pending", "running", "completed", "failed", "cancelled"] as const;
const KINDS = [
  "bank_transactions",
  "contractors",
  "stock_import",
  "recalculate",
  "pricelist_create",
  "classifier_train",
  "transactions_reclassify",
  "bulk",
] as const;
const POLL_MS = 2_000;

/** Tasks of all kinds, newest first; what moves, moves here too. */
export function Tasks() {
  const t = useWords();
  const { filters, change, clear } = useFilters(FILTERS);
  const { rows, query } = useTasks(asked(filters));
  const filtered = Object.keys(filters).length > 0;
  const columns = useColumns();
  return (
    <Flex vertical gap="middle">
      <Flex gap="small" wrap>
        <Input.Search
          allowClear
          placeholder={t("tasks.search")}
          aria-label={t("tasks.search")}
          defaultValue={filters.q?.[0] ?? ""}
          onSearch={(text) => change("q", [text])}
          style={{ width: 260 }}
        />
        <Choice name="status" word="status" values={STATUSES} chosen={filters.status} onChange={change} />
        <Choice name="kind" word="kind" values={KINDS} chosen={filters.kind} onChange={change} />
        {filtered && <Button onClick={clear}>{t("tasks.clear")}</Button>}
      </Flex>
      <Problem error={query.error} onRetry={() => void query.refetch()} />
      <Rows
        columns={columns}
        rows={rows}
        keyOf={(task) => task.id}
        label={t("nav.tasks")}
        loading={query.isPending}
        empty={<Empty description={t(filtered ? "tasks.none" : "tasks.empty_hint")} />}
      />
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("tasks.more")}
        </Button>
      )}
    </Flex>
  );
}

interface ChoiceProps {
  name: "status" | "kind";
  word: string;
  values: readonly string[];
  chosen: string[] | undefined;
  onChange(name: "status" | "kind", values: string[]): void;
}

function Choice({ name, word, values, chosen, onChange }: ChoiceProps) {
  const t = useWords();
  return (
    <Select
      mode="multiple"
      allowClear
      placeholder={t(`tasks.${name}`)}
      aria-label={t(`tasks.${name}`)}
      value={chosen ?? []}
      options={values.map((value) => ({ value, label: t(`${word}.${value}` as Word) }))}
      onChange={(found: string[]) => onChange(name, found)}
      style={{ minWidth: 180 }}
    />
  );
}

/** What the address says, as the API takes it: one text, many statuses and kinds. */
function asked({ q, status, kind }: Partial<Record<(typeof FILTERS)[number], string[]>>): TaskQuery {
  return {
    ...(q?.[0] && { q: q[0] }),
    ...(status && { status: status.filter((one): one is Status => STATUSES.some((known) => known === one)) }),
    ...(kind && { kind }),
  };
}

/** A page after the other from the server; over each row what the socket has told since. */
function useTasks(filters: TaskQuery) {
  const version = useLiveVersion();
  const { connected } = useConnection();
  const query = useInfiniteQuery({
    queryKey: ["tasks", filters],
    queryFn: ({ pageParam }) => listTasks({ ...filters, ...(pageParam && { cursor: pageParam }) }),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor,
    refetchInterval: connected ? false : POLL_MS,
  });
  const { refetch } = query;
  const rows = useMemo(() => {
    void version;
    const found = query.data?.pages.flatMap((page) => page.items) ?? [];
    return found.map((row) => newest(row));
  }, [query.data, version]);
  useNewTasks(rows, refetch);
  return { rows, query };
}

function newest(row: TaskInfo): TaskInfo {
  const heard = live.task(row.id);
  return heard && !isNewer(row, heard) ? heard : row;
}

/** A task that the list does not have yet may belong into it: the server knows by which filter. */
function useNewTasks(rows: readonly TaskInfo[], refetch: () => unknown): void {
  const version = useLiveVersion();
  const newestKnown = rows[0]?.created_at ?? "";
  useEffect(() => {
    void version;
    if (live.createdAfter(newestKnown)) void refetch();
  }, [version, newestKnown, refetch]);
}

function useColumns(): Column<TaskInfo>[] {
  const t = useWords();
  const format = useFormat();
  return [
    {
      title: t("tasks.about"),
      key: "about",
      show: (task) => <Link to={`/tasks/${task.id}`}>{task.about ?? t(`kind.${task.kind}` as Word)}</Link>,
    },
    { title: t("tasks.kind"), key: "kind", show: (task) => t(`kind.${task.kind}` as Word) },
    { title: t("tasks.status"), key: "status", show: (task) => <StatusTag task={task} /> },
    { title: t("tasks.progress"), key: "progress", show: (task) => <Progress task={task} compact /> },
    {
      title: t("verdict.rejected"),
      key: "rejected",
      number: true,
      show: (task) => (task.counts.rejected ? format.number(task.counts.rejected) : ""),
    },
    { title: t("tasks.who"), key: "who", show: (task) => task.submitted_by },
    { title: t("tasks.when"), key: "when", show: (task) => format.moment(task.created_at) },
  ];
}
