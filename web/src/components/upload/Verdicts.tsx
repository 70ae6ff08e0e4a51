import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Flex, Segmented, Table, type TableColumnsType, Tag } from "antd";
import type { Counts } from "../../api/tasks";
import { listPreview, type PreviewRow, type Verdict } from "../../api/upload";
import { useWords } from "../../i18n";
import { useFormat } from "../../state/format";
import { Problem } from "../Problem";

const COUNTED: readonly [Verdict, keyof Counts][] = [
  ["create", "created"],
  ["update", "updated"],
  ["unchanged", "unchanged"],
  ["duplicate", "duplicate"],
  ["reject", "rejected"],
  ["retract", "retracted"],
  ["skip", "skipped"],
];
const COLOURS: Partial<Record<Verdict, string>> = { reject: "error", update: "processing" };

export type Shown = Verdict | "all";

interface Props {
  taskId: string;
  counts: Counts;
  shown: Shown;
  onShown(shown: Shown): void;
}

/** What would become of each row, all of them or those with one verdict. */
export function Verdicts({ taskId, counts, shown, onShown }: Props) {
  const t = useWords();
  const format = useFormat();
  const columns = useColumns();
  const query = useInfiniteQuery({
    queryKey: ["preview", taskId, shown],
    queryFn: ({ pageParam }) => listPreview(taskId, shown === "all" ? undefined : shown, pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.next_cursor,
  });
  const options = COUNTED.filter(([, name]) => counts[name] > 0).map(([verdict, name]) => ({
    value: verdict,
    label: `${t(`upload.will.${verdict}`)} · ${format.number(counts[name])}`,
  }));
  return (
    <Flex vertical gap="small">
      <div style={{ overflowX: "auto" }}>
        <Segmented<Shown>
          aria-label={t("upload.will")}
          value={shown}
          onChange={onShown}
          options={[{ value: "all", label: t("upload.all_rows") }, ...options]}
        />
      </div>
      <Problem error={query.error} onRetry={() => void query.refetch()} />
      <Table<PreviewRow>
        rowKey="row"
        size="small"
        pagination={false}
        scroll={{ x: "max-content", y: 360 }}
        loading={query.isPending && !query.error}
        dataSource={query.data?.pages.flatMap((page) => page.items) ?? []}
        columns={columns}
      />
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("tasks.more")}
        </Button>
      )}
    </Flex>
  );
}

function useColumns(): TableColumnsType<PreviewRow> {
  const t = useWords();
  return [
    { title: "№", dataIndex: "row", key: "row", align: "right", width: 72 },
    {
      title: t("upload.will"),
      key: "verdict",
      width: 150,
      render: (_, row) => (
        <Tag color={COLOURS[row.verdict] ?? "default"}>{t(`upload.will.${row.verdict}`)}</Tag>
      ),
    },
    { title: t("upload.key"), dataIndex: "key", key: "key", width: 140, ellipsis: true },
    { title: t("task.field"), dataIndex: "field", key: "field", width: 160 },
    { title: t("task.value"), dataIndex: "value", key: "value", width: 200, ellipsis: true },
    { title: t("task.why"), dataIndex: "message", key: "message", width: 360 },
  ];
}
