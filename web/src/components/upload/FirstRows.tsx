import { Collapse, Table } from "antd";
import type { TableMapping } from "../../api/upload";
import { useWords } from "../../i18n";
import { letters } from "../../state/mapping";

/** The first rows of the sheet under the letters of their columns; open where no header was known. */
export function FirstRows({ mapping }: { mapping: TableMapping }) {
  const t = useWords();
  const width = Math.max(0, ...mapping.first_rows.map(({ cells }) => cells.length));
  const columns = Array.from({ length: width }, (_, place) => ({
    title: letters(place),
    key: letters(place),
    render: (_row: unknown, { cells }: TableMapping["first_rows"][number]) => cells[place] ?? "",
  }));
  return (
    <Collapse
      ghost
      size="small"
      defaultActiveKey={mapping.found ? [] : ["rows"]}
      items={[
        {
          key: "rows",
          label: t("upload.first_rows"),
          children: (
            <Table
              rowKey="row"
              size="small"
              bordered
              pagination={false}
              scroll={{ x: "max-content", y: 240 }}
              dataSource={mapping.first_rows}
              columns={[{ title: "№", dataIndex: "row", key: "row", align: "right" }, ...columns]}
            />
          ),
        },
      ]}
    />
  );
}
