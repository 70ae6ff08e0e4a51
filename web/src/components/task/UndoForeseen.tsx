import { Descriptions, Flex, Table, Typography } from "antd";
import { Link } from "react-router";
import type { UndoPreview } from "../../api/again";
import { useWords } from "../../i18n";
import { useFormat } from "../../state/format";

/** What an undo would come to: counts, days, and what was changed since, with its reasons. */
export function UndoForeseen({ preview }: { preview: UndoPreview }) {
  const t = useWords();
  const format = useFormat();
  const { removed, restored, conflicts, touched_closed: closed, dates } = preview;
  const counts = [
    { key: "removed", label: t("repair.removed"), children: format.number(removed) },
    { key: "restored", label: t("repair.restored"), children: format.number(restored) },
    { key: "conflicts", label: t("repair.conflicts"), children: format.number(conflicts) },
    ...(closed > 0 ? [{ key: "closed", label: t("repair.closed"), children: format.number(closed) }] : []),
    ...(dates
      ? [
          {
            key: "dates",
            label: t("repair.dates"),
            children: `${format.day(dates.first)} – ${format.day(dates.last)}`,
          },
        ]
      : []),
  ];
  return (
    <Flex vertical gap="middle">
      {removed + restored === 0 && <Typography.Text>{t("repair.undo_nothing")}</Typography.Text>}
      <Descriptions items={counts} column={1} size="small" bordered />
      {preview.items.length > 0 && <Conflicts items={preview.items} />}
    </Flex>
  );
}

function Conflicts({ items }: { items: UndoPreview["items"] }) {
  const t = useWords();
  return (
    <Table
      rowKey={(one) => `${one.row}:${one.shown}:${one.reason}`}
      size="small"
      pagination={false}
      scroll={{ x: "max-content", y: 240 }}
      dataSource={items}
      columns={[
        { title: t("repair.changed_since"), dataIndex: "shown", key: "shown" },
        {
          title: t("task.why"),
          key: "why",
          render: (_, one) =>
            one.other_task ? <Link to={`/tasks/${one.other_task}`}>{one.message}</Link> : one.message,
        },
        {
          title: t("repair.becomes"),
          key: "becomes",
          render: (_, one) => t(`repair.becomes.${one.becomes}`),
        },
      ]}
    />
  );
}
