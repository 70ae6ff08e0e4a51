import type { Reading, TableMapping } from "../api/upload";

const MOST_SHOWN = 60;

export interface Option {
  value: string;
  label: string;
}

/** `A`, `B`, … `Z`, `AA`: a column of a sheet as people call it, from 0. */
export function letters(place: number): string {
  const rest = Math.floor(place / 26);
  return (rest > 0 ? letters(rest - 1) : "") + String.fromCharCode(65 + (place % 26));
}

/** Columns by their letters, with what the header (or else the first row) has in them. */
export function columnsOf(mapping: TableMapping, reading: Reading): Option[] {
  const wanted = reading.header_row ?? mapping.found?.header_rows.at(-1);
  const header = mapping.first_rows.find(({ row }) => row === wanted) ?? mapping.first_rows[0];
  const width = Math.max(0, ...mapping.first_rows.map(({ cells }) => cells.length));
  return Array.from({ length: width }, (_, place) => {
    const text = header?.cells[place] ?? "";
    return { value: letters(place), label: text ? `${letters(place)} · ${text}` : letters(place) };
  });
}

/** Rows that may be the header, as one sees them in the sheet. */
export function rowsAsHeaders(mapping: TableMapping): Option[] {
  return mapping.first_rows.map(({ row, cells }) => {
    const text = cells.filter(Boolean).join(", ").slice(0, MOST_SHOWN);
    return { value: String(row), label: `${row} · ${text}` };
  });
}

/** The reading with one field of another column; none is said as such, so that none is looked for. */
export function readingWith(reading: Reading, field: string, column: string): Reading {
  return { ...reading, mapping: { ...reading.mapping, [field]: column } };
}

/** What of a mapping is to hold for the next files: by headings, so that columns may move. As `cli/mapping.py`. */
export function templateOf(mapping: TableMapping, reading: Reading): Reading {
  const columns = mapping.found?.columns.filter((one) => !one.warehouse) ?? [];
  const times = (header: string) => columns.filter((one) => one.header === header).length;
  const kept = columns.map((one) => [
    one.field,
    one.header && times(one.header) === 1 ? one.header : one.column,
  ]);
  const said = Object.entries(reading.mapping ?? {}).filter(
    ([, value]) => value === "" || value.startsWith("="),
  );
  const { template: _, ...wishes } = reading;
  return {
    ...wishes,
    mapping: { ...Object.fromEntries(kept), ...Object.fromEntries(said) },
    ...(mapping.found?.header_rows.length === 0 && { header_row: 0 }),
  };
}
