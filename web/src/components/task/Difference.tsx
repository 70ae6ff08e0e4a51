import { useQuery } from "@tanstack/react-query";
import { Flex, Skeleton, Table, Tag, Typography } from "antd";
import { type AttemptDiff, diffAttempts } from "../../api/again";
import { VERDICTS } from "../../api/tasks";
import { useWords } from "../../i18n";
import { useFormat } from "../../state/format";
import { Problem } from "../Problem";

type Row = AttemptDiff["items"][number];

/** What of a later attempt differs from an earlier one: sums, and the rows whose verdict is another. */
export function Difference({ taskId, first, second }: { taskId: string; first: number; second: number }) {
  const t = useWords();
  const { data, error } = useQuery({
    queryKey: ["diff", taskId, first, second],
    queryFn: () => diffAttempts(taskId, first, second),
  });
  if (!data) return error ? <Problem error={error} /> : <Skeleton active />;
  const why = (reason: Row["first"]) =>
    reason ? [reason.field, reason.value, reason.message].filter(Boolean).join(" · ") : "";
  return (
    <Flex vertical gap="small">
      <Sums counts={data.counts} title={`${first} → ${second}`} />
      {data.items.length > 0 && (
        <Table<Row>
          rowKey="row_no"
          size="small"
          pagination={false}
          scroll={{ x: "max-content", y: 300 }}
          dataSource={data.items}
          columns={[
            { title: "№", dataIndex: "row_no", key: "row", align: "right" },
            {
              title: t("repair.change"),
              key: "change",
              render: (_, row) => t(`repair.change.${row.change}`),
            },
            { title: t("repair.was"), key: "was", render: (_, row) => why(row.first) },
            { title: t("repair.became"), key: "became", render: (_, row) => why(row.second) },
          ]}
        />
      )}
    </Flex>
  );
}

function Sums({ counts, title }: { counts: AttemptDiff["counts"]; title: string }) {
  const t = useWords();
  const format = useFormat();
  const changed = VERDICTS.filter((verdict) => counts[verdict]);
  const signed = (n: number) => (n > 0 ? `+${format.number(n)}` : format.number(n));
  return (
    <Flex gap="small" align="center" wrap>
      <Typography.Text strong>{title}</Typography.Text>
      {changed.length === 0 && (
        <Typography.Text type="secondary">{t("repair.no_difference")}</Typography.Text>
      )}
      {changed.map((verdict) => (
        <Tag key={verdict}>
          {t(`verdict.${verdict}`)} {signed(counts[verdict] ?? 0)}
        </Tag>
      ))}
    </Flex>
  );
}
