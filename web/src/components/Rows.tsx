import { Flex, Spin } from "antd";
import type { ReactNode } from "react";

export interface Column<Row> {
  key: string;
  title: string;
  show(row: Row): ReactNode;
  /** Aligned by its last digit. */
  number?: boolean;
}

interface RowsProps<Row> {
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string;
  /** What the table is of, for who does not see it. */
  label: string;
  loading: boolean;
  empty: ReactNode;
}

/** A table of the first page. Ant Design's brings trees, menus and page numbers along: 100 KB, packed, for nothing. */
export function Rows<Row>({ columns, rows, keyOf, label, loading, empty }: RowsProps<Row>) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reached by keyboard.
    <section className="rows" aria-label={label} aria-busy={loading} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(({ key, title, number }) => (
              <th key={key} scope="col" className={number ? "number" : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ key, title, show, number }) => (
                <td key={key} data-title={title} className={number ? "number" : undefined}>
                  {show(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && (
        <Flex justify="center" style={{ padding: 32 }}>
          {loading ? <Spin /> : empty}
        </Flex>
      )}
    </section>
  );
}
