import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { aTask, NO_COUNTS, shown } from "../../testing/desk";
import { Attempts } from "./Attempts";

const attempt = (number: number, scope: string) => ({
  attempt: number,
  status: "completed",
  outcome: "partial",
  scope,
  requested_by: "ivanova",
  counts: { ...NO_COUNTS, created: 1 },
  totals: [],
  queued_at: "2026-03-03T09:00:00Z",
  finished_at: "2026-03-03T09:00:02Z",
});
const WHY = { code: "date_impossible", message: "there is no such day", field: "Дата", value: "31.02.2025" };

test("an attempt is compared with the one before, sums and rows", async () => {
  shown(<Attempts task={aTask({ attempt: 2 })} />, {
    "GET /tasks/t1/attempts": () => ({
      items: [attempt(1, "all"), attempt(2, "rejected")],
      next_cursor: null,
    }),
    "GET /tasks/t1/attempts/1/diff/2": () => ({
      counts: { ...NO_COUNTS, created: 1, rejected: -1 },
      items: [{ row_no: 3, change: "accepted", first: WHY, second: null }],
      next_cursor: null,
    }),
  });
  await userEvent.click(await screen.findByRole("button", { name: "What differs from the attempt before" }));
  expect(await screen.findByText("Now accepted")).toBeInTheDocument();
  expect(screen.getByText("Created +1")).toBeInTheDocument();
  expect(screen.getByText("Дата · 31.02.2025 · there is no such day")).toBeInTheDocument();
});
