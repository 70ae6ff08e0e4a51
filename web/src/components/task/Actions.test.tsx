import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { aTask, NO_COUNTS, shown } from "../../testing/desk";
import { Actions } from "./Actions";

const PREVIEW = {
  task_id: "t1",
  force: false,
  possible: true,
  reason: null,
  message: "",
  removed: 33,
  restored: 2,
  conflicts: 1,
  touched_closed: 0,
  by_reason: {},
  dates: { first: "2026-01-31", last: "2026-03-01" },
  items: [
    {
      row: 4,
      shown: "№ 17",
      reason: "changed",
      message: "changed by hand",
      other_task: null,
      becomes: "stays",
    },
  ],
  next_cursor: null,
};

test("an undo says what it comes to before it can be asked for", async () => {
  const { asked } = shown(<Actions task={aTask({ counts: { ...NO_COUNTS, created: 33 } })} />, {
    "GET /tasks/t1/undo/preview": () => PREVIEW,
    "POST /tasks/t1/undo": () => ({ task_id: "t1", status: "completed", message: "", accepted: true }),
  });
  await userEvent.click(await screen.findByRole("button", { name: /Undo import/ }));
  expect(await screen.findByText("2026-01-31 – 2026-03-01")).toBeInTheDocument();
  expect(screen.getByText("changed by hand")).toBeInTheDocument();
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
  await userEvent.click(screen.getByRole("button", { name: "Undo import (35)" }));
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({ force: false });
});

test("a task that was stopped goes on from where it was, and says what stays", async () => {
  const stopped = aTask({ status: "cancelled", outcome: null, counts: { ...NO_COUNTS, created: 12 } });
  const { asked } = shown(<Actions task={stopped} />, {
    "POST /tasks/t1/replay": () => ({ task_id: "t1", status: "pending", message: "" }),
  });
  await userEvent.click(await screen.findByRole("button", { name: /Continue/ }));
  expect(await screen.findByText(/12 rows have one already/)).toBeInTheDocument();
  await userEvent.click(screen.getAllByRole("button", { name: "Continue" }).at(-1) ?? document.body);
  expect(asked.find(({ method }) => method === "POST")?.body).toEqual({
    scope: "unfinished",
    input: "recorded",
  });
});

test("nobody sees a button that would be refused", async () => {
  const looker = { "GET /auth/me": () => ({ id: "u", name: "petrov", role: "user" }) };
  const { asked } = shown(<Actions task={aTask()} />, looker);
  await expect.poll(() => asked.length).toBe(1);
  expect(screen.queryByRole("button")).toBeNull();
});
