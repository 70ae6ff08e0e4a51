import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { session } from "../api/session";
import { answering, problem, shown } from "../testing/page";
import { task } from "../testing/tasks";
import { SyncModal } from "./SyncModal";

const TRANSACTIONS = "/api/v1/sync-1c/bank-transactions/sync-async";
const CONTRACTORS = "/api/v1/sync-1c/contractors/sync-async";
const STARTED = { task_id: task(1).id, status: "pending", message: "" };
const PERIOD = ["2026-02-28", "2026-03-01"] as const;

beforeEach(() => session.begin("token", 3_600));
afterEach(() => {
  session.end();
  vi.unstubAllGlobals();
});

test("the days of a gap are sent as they are, and its progress is shown", async () => {
  const asked = answering({
    [`POST ${TRANSACTIONS}`]: STARTED,
    [`GET /api/v1/tasks/${task(1).id}`]: task(10),
  });
  shown(<SyncModal visible onClose={() => undefined} period={PERIOD} />);
  await userEvent.click(screen.getByRole("button", { name: "Start" }));
  expect(await screen.findByText("row 10")).toBeInTheDocument();
  const sent = asked.find(({ path }) => path === TRANSACTIONS);
  expect(JSON.parse(sent?.body ?? "{}")).toMatchObject({
    date_from: "2026-02-28",
    date_to: "2026-03-01",
    auto_classify: true,
  });
});

test("without a period nothing is started", async () => {
  const asked = answering({});
  shown(<SyncModal visible onClose={() => undefined} />);
  await userEvent.click(screen.getByRole("button", { name: "Start" }));
  expect(await screen.findByText("Choose the first and the last day")).toBeInTheDocument();
  expect(asked).toEqual([]);
});

test("classifying can be left out", async () => {
  const asked = answering({
    [`POST ${TRANSACTIONS}`]: STARTED,
    [`GET /api/v1/tasks/${task(1).id}`]: task(10),
  });
  shown(<SyncModal visible onClose={() => undefined} period={PERIOD} />);
  await userEvent.click(screen.getByRole("switch"));
  await userEvent.click(screen.getByRole("button", { name: "Start" }));
  await screen.findByText("row 10");
  expect(JSON.parse(asked[0]?.body ?? "{}")).toMatchObject({ auto_classify: false });
});

test("contractors are a tab of their own", async () => {
  const asked = answering({
    [`POST ${CONTRACTORS}`]: STARTED,
    [`GET /api/v1/tasks/${task(1).id}`]: task(10),
  });
  const completed = vi.fn();
  shown(<SyncModal visible onClose={() => undefined} onSyncComplete={completed} />);
  await userEvent.click(screen.getByRole("tab", { name: "Contractors" }));
  await userEvent.click(screen.getByRole("button", { name: "Start" }));
  expect(await screen.findByText("row 10")).toBeInTheDocument();
  expect(asked[0]?.path).toBe(CONTRACTORS);
});

test("a refusal is told where one asked", async () => {
  answering({ [`POST ${TRANSACTIONS}`]: problem(409, "Another one runs") });
  shown(<SyncModal visible onClose={() => undefined} period={PERIOD} />);
  await userEvent.click(screen.getByRole("button", { name: "Start" }));
  expect(await screen.findByText("Another one runs")).toBeInTheDocument();
});
