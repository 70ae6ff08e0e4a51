import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { Reject } from "../../api/rejects";
import { type Asked, aTask, NO_COUNTS, shown } from "../../testing/desk";
import { Repairs } from "./Repairs";

const TASK = aTask({ outcome: "partial", counts: { ...NO_COUNTS, created: 1, rejected: 2 } });

function rejected(row_no: number): Reject {
  return {
    attempt: 1,
    batch_no: 1,
    row_no,
    sheet_row: null,
    raw: { Номер: String(row_no), Дата: "31.02.2025", Сумма: "10.00" },
    field: "Дата",
    value: "31.02.2025",
    code: "date_impossible",
    message: "there is no such day",
    fingerprint: "f1",
    rejected_at: "2026-03-03T09:00:00Z",
    current: true,
    corrections: 0,
    corrected: null,
    corrected_by: null,
    corrected_at: null,
  };
}

/** An API that keeps corrections of rows 3 and 9. */
function api() {
  const rows = [rejected(3), rejected(9)];
  const correct = ({ path, body }: Asked) => {
    const row = rows.find(({ row_no }) => path.endsWith(`/${row_no}`));
    if (row) {
      row.corrected = { ...row.raw, ...(body as { fields: object }).fields };
      row.corrections += 1;
      row.corrected_by = "ivanova";
    }
    return {};
  };
  const group = () => ({
    fingerprint: "f1",
    code: "date_impossible",
    message: "there is no such day",
    field: "Дата",
    rows: 2,
    corrected: rows.filter(({ corrections }) => corrections > 0).length,
    some_rows: [3, 9],
  });
  return {
    "GET /tasks/t1/rejects/groups": () => ({ items: [group()], next_cursor: null }),
    "GET /tasks/t1/rejects": () => ({ items: rows.map((row) => ({ ...row })), next_cursor: null }),
    "PATCH /tasks/t1/rejects/3": correct,
    "PATCH /tasks/t1/rejects/9": correct,
    "POST /tasks/t1/replay": () => ({ task_id: "t1", status: "completed", message: "Accepted." }),
  };
}

const patches = (asked: Asked[]) => asked.filter(({ method }) => method === "PATCH");

test("a row is corrected in place, Enter goes on to the next, and those corrected are loaded", async () => {
  const { asked } = shown(<Repairs task={TASK} />, api());
  const first = await screen.findByRole("textbox", { name: "Дата, Row 3" });
  await userEvent.clear(first);
  await userEvent.type(first, "28.02.2025{Enter}");
  const load = await screen.findByRole("button", { name: /Load corrected rows \(1\)/ });
  expect(patches(asked).map(({ path, body }) => [path, body])).toEqual([
    ["/tasks/t1/rejects/3", { fields: { Дата: "28.02.2025" }, expected: 0, attempt: 1 }],
  ]);
  expect(screen.getByRole("textbox", { name: "Дата, Row 9" })).toHaveFocus();
  await userEvent.click(load);
  expect(asked.find(({ path }) => path.endsWith("/replay"))?.body).toEqual({ scope: "rejected" });
});

test("the wrong field of a row is marked among its own lines", async () => {
  shown(<Repairs task={TASK} />, api());
  await screen.findByRole("textbox", { name: "Дата, Row 3" });
  const marked = [...document.querySelectorAll('[data-wrong="true"]')].map((line) => line.textContent);
  expect(marked).toEqual(["Дата31.02.2025", "Дата31.02.2025"]);
});

test("one value goes into all rows of a group, after a question that says how many", async () => {
  const { asked } = shown(<Repairs task={TASK} />, api());
  await userEvent.type(
    await screen.findByRole("textbox", { name: "The same value for all 2" }),
    "01.03.2025",
  );
  await userEvent.click(screen.getByRole("button", { name: "The same value for all 2" }));
  expect(patches(asked)).toEqual([]);
  await userEvent.click(await screen.findByRole("button", { name: "Write" }));
  expect(await screen.findByRole("button", { name: /Load corrected rows \(2\)/ })).toBeEnabled();
  expect(patches(asked).map(({ path }) => path)).toEqual(["/tasks/t1/rejects/3", "/tasks/t1/rejects/9"]);
});

test("who may only look sees the rows and no way to change them", async () => {
  const looker = { "GET /auth/me": () => ({ id: "u", name: "petrov", role: "user" }) };
  shown(<Repairs task={TASK} />, { ...api(), ...looker });
  expect(await screen.findAllByText("there is no such day")).not.toHaveLength(0);
  expect(screen.queryByRole("textbox")).toBeNull();
  expect(screen.queryByRole("button", { name: /Load corrected/ })).toBeNull();
});
