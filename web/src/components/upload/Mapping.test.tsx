import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { aTask, shown } from "../../testing/desk";
import { uploading } from "../../testing/uploading";
import { FileCard } from "./FileCard";

const MAPPING = {
  attempt: 1,
  found: null,
  wanted: [{ field: "quantity", names: ["Количество"], required: true }],
  first_rows: [{ row: 1, cells: ["Колонка", "Сколько"] }],
  at: "2026-03-03T09:00:00Z",
};
const UNKNOWN = { type: "header_unknown", message: "No header was found.", fingerprint: "x" };

test("another column reads the file again and clears the old error", async () => {
  const sent = uploading(({ fields }) => [
    202,
    { task_id: fields.params === "{}" ? "t1" : "t2", status: "pending" },
  ]);
  shown(<FileCard file={new File(["a;b"], "stock.csv")} suggestion="stock" onRemove={vi.fn()} />, {
    "GET /tasks/t1": () => aTask({ status: "failed", outcome: null, error: UNKNOWN, dry_run: true }),
    "GET /tasks/t2": () => aTask({ id: "t2", dry_run: true }),
    "GET /tasks/t1/mapping": () => MAPPING,
    "GET /tasks/t2/mapping": () => MAPPING,
    "GET /tasks/t2/attempts": () => ({ items: [], next_cursor: null }),
    "GET /tasks/t2/preview": () => ({ items: [], next_cursor: null }),
    "GET /table-templates": () => ({ items: [], next_cursor: null }),
  });
  await userEvent.click(screen.getByRole("button", { name: "Check without loading" }));
  expect(await screen.findByText("No header was found.")).toBeVisible();
  await userEvent.click(await screen.findByRole("combobox", { name: "Количество *" }));
  await userEvent.click(await screen.findByText("B · Сколько"));
  expect(await screen.findByText(/Nothing has been loaded yet/)).toBeVisible();
  expect(screen.queryByText("No header was found.")).toBeNull();
  expect(JSON.parse(sent[1]?.fields.params ?? "")).toEqual({ mapping: { quantity: "B" } });
});
