import { expect, test } from "vitest";
import type { TableMapping } from "../api/upload";
import { columnsOf, letters, readingWith, templateOf } from "./mapping";

const column = (field: string, letter: string, header: string) => ({
  field,
  column: letter,
  header,
  warehouse: "",
});
const MAPPING: TableMapping = {
  attempt: 1,
  found: {
    format: "csv",
    sheet: "",
    header_rows: [2],
    columns: [
      column("number", "A", "Артикул"),
      column("quantity", "B", "Цена"),
      column("unit_cost", "C", "Цена"),
    ],
    constants: {},
    encoding: "cp1251",
    delimiter: ";",
    decimal: ",",
    price_type: null,
  },
  wanted: [],
  first_rows: [
    { row: 1, cells: ["Остатки"] },
    { row: 2, cells: ["Артикул", "Цена", "Цена"] },
  ],
  at: "2026-03-03T09:00:00Z",
};

test("columns are called as a sheet calls them", () => {
  expect([0, 25, 26, 701, 702].map(letters)).toEqual(["A", "Z", "AA", "ZZ", "AAA"]);
});

test("a column shows what the header has in it", () => {
  expect(columnsOf(MAPPING, {}).map(({ label }) => label)).toEqual(["A · Артикул", "B · Цена", "C · Цена"]);
});

test("a template keeps headings, and letters where two are alike", () => {
  const reading = readingWith({ template: "old", decimal: "." }, "vendor", "");
  expect(templateOf(MAPPING, reading)).toEqual({
    decimal: ".",
    mapping: { number: "Артикул", quantity: "B", unit_cost: "C", vendor: "" },
  });
});
