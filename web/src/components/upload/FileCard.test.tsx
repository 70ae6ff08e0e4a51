import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { aTask, NO_COUNTS, shown } from "../../testing/desk";
import { A_TOTAL } from "../../testing/totals";
import { uploading } from "../../testing/uploading";
import { FileCard } from "./FileCard";

const FILE = new File(["1CClientBankExchange"], "march.txt");
const COUNTS = { ...NO_COUNTS, created: 1, rejected: 1 };
const TOTAL = { ...A_TOTAL, account: "40702810000000000001" };
const REJECTED = {
  row: 2,
  verdict: "reject",
  before: null,
  key: "",
  code: "date_impossible",
  message: "there is no such day",
  field: "Дата",
  value: "31.02.2025",
};
const CHECKED = {
  "GET /tasks/t1": () => aTask({ dry_run: true, counts: COUNTS }),
  "GET /tasks/t1/attempts": () => ({ items: [{ attempt: 1, totals: [TOTAL] }], next_cursor: null }),
  "GET /tasks/t1/preview": () => ({ items: [REJECTED], next_cursor: null }),
};
const card = () => <FileCard file={FILE} suggestion="bank-transactions" onRemove={vi.fn()} />;
const press = (name: string | RegExp) => userEvent.click(screen.getByRole("button", { name }));

test("a check writes nothing and shows rows and totals; loading follows it", async () => {
  const sent = uploading(({ fields }) => [202, { task_id: fields.dry_run ? "t1" : "t2", status: "pending" }]);
  const loaded = { "GET /tasks/t2": () => aTask({ id: "t2", counts: COUNTS }) };
  const { asked } = shown(card(), { ...CHECKED, ...loaded });
  await press("Check without loading");
  expect(await screen.findByText("there is no such day")).toBeVisible();
  expect(sent[0]).toMatchObject({ path: "/imports/bank-transactions", fields: { dry_run: "true" } });
  expect(asked.find(({ path }) => path.endsWith("/preview"))?.query.get("verdict")).toBe("reject");
  const totals = await screen.findByText("Account 40702810000000000001");
  const differing = totals.closest<HTMLElement>(".ant-card");
  expect(differing && within(differing).getByText("−0.01")).toBeVisible();
  await press("Load");
  expect(await screen.findByRole("link", { name: "Repair 1 row" })).toHaveAttribute("href", "/tasks/t2");
  expect(JSON.parse(sent[1]?.fields.params ?? "")).toEqual({ preview: "t1" });
});

test("a file that was loaded says when and by whom, and can be loaded all the same", async () => {
  const refused = {
    code: "file_already_imported",
    type: "urn:x:file_already_imported",
    args: { task_id: "t1" },
  };
  const sent = uploading(({ fields }) =>
    fields.force ? [202, { task_id: "t2", status: "pending" }] : [409, { ...refused, detail: "loaded" }],
  );
  shown(card(), { "GET /tasks/t1": () => aTask(), "GET /tasks/t2": () => aTask({ id: "t2" }) });
  await press("Load");
  expect(await screen.findByText(/Already loaded on 3 March.* by ivanova/)).toBeVisible();
  expect(screen.getByRole("link", { name: "To the task" })).toHaveAttribute("href", "/tasks/t1");
  await press("Load it all the same");
  expect(await screen.findByText("Done", { selector: ".ant-tag *, .ant-tag" })).toBeVisible();
  expect(sent.map(({ fields }) => fields.force)).toEqual([undefined, "true"]);
});

test("what is wrong with a file is told in the API's own words, until it is sent again", async () => {
  let status = 422;
  uploading(() => [
    status,
    { task_id: "t1", status: "pending", code: "unsupported_format", detail: "It is a PDF." },
  ]);
  shown(card(), CHECKED);
  await press("Check without loading");
  expect(await screen.findByText("It is a PDF.")).toBeVisible();
  status = 202;
  await press("Check without loading");
  expect(await screen.findByText("there is no such day")).toBeVisible();
  expect(screen.queryByText("It is a PDF.")).toBeNull();
});
