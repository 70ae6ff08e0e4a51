import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { session } from "../api/session";
import type { TaskInfo } from "../api/tasks";
import { live } from "../state/live";
import { answering, shown } from "../testing/page";
import { FakeSocket } from "../testing/socket";
import { NO_COUNTS, task as told } from "../testing/tasks";
import { TaskProgress } from "./TaskProgress";

const SOON = { timeout: 20_000 };
const ME = { "GET /api/v1/auth/me": { id: "1", name: "manager", role: "manager" } };

// Another one in each test: what is known of a task stays known while the tab is open.
let number = 0;
let ID = "";
let TASK = "";
const task = (offset: number, changed: Partial<TaskInfo> = {}) => told(offset, { id: ID, ...changed });

beforeEach(() => {
  number += 1;
  ID = `01990000-0000-7000-8000-00000000000${number}`;
  TASK = `GET /api/v1/tasks/${ID}`;
  vi.stubGlobal("WebSocket", FakeSocket);
  session.begin("token", 3_600);
  live.start();
});
afterEach(() => {
  live.stop();
  session.end();
  vi.unstubAllGlobals();
});

function tell(offset: number, changed = {}): void {
  act(() => {
    FakeSocket.last.says({ type: "task", position: `0:${offset}`, task: task(offset, changed) });
  });
}

test("it shows what the API knows, then what the socket tells, and never goes back", async () => {
  answering({ ...ME, [TASK]: task(10) });
  shown(<TaskProgress taskId={ID} visible onClose={() => undefined} />);
  expect(await screen.findByText("row 10")).toBeInTheDocument();
  expect(screen.getByText("10 of 100 · 10 rows/s · 5 s left")).toBeInTheDocument();
  tell(40, { counts: { ...NO_COUNTS, created: 30, rejected: 10 } });
  expect(await screen.findByText("row 40")).toBeInTheDocument();
  const shownAs = (title: string) =>
    screen.getByText(title).closest(".ant-statistic")?.querySelector(".ant-statistic-content")?.textContent;
  expect([shownAs("Created"), shownAs("Rejected"), shownAs("Rows")]).toEqual(["30", "10", "40"]);
  tell(20);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(screen.getByText("row 40")).toBeInTheDocument();
});

test("whoever waits for the end is told once", async () => {
  answering({ ...ME, [TASK]: task(10) });
  const completed = vi.fn();
  shown(<TaskProgress taskId={ID} visible onClose={() => undefined} onComplete={completed} />);
  await screen.findByText("row 10");
  tell(50, { status: "completed" });
  await vi.waitFor(() => expect(completed).toHaveBeenCalledTimes(1), SOON);
  tell(51, { status: "completed" });
  await screen.findByText("row 51");
  expect(completed).toHaveBeenCalledTimes(1);
  expect(screen.queryByRole("button", { name: /Stop/ })).toBeNull();
});

test("it stops after a question, which says what stays", async () => {
  const stop = `POST /api/v1/tasks/${ID}/cancel`;
  const asked = answering({
    ...ME,
    [TASK]: task(10),
    [stop]: { task_id: ID, status: "running", message: "" },
  });
  shown(<TaskProgress taskId={ID} visible onClose={() => undefined} />);
  await userEvent.click(await screen.findByRole("button", { name: /Stop/ }));
  expect(await screen.findByText(/What has been written stays/)).toBeInTheDocument();
  expect(asked.some(({ method }) => method === "POST")).toBe(false);
  const yes = screen.getAllByRole("button", { name: "Stop", hidden: true }).at(-1);
  if (yes) await userEvent.click(yes);
  await vi.waitFor(() => expect(asked.some(({ method }) => method === "POST")).toBe(true), SOON);
});

test("who may not stop it sees no button for it", async () => {
  answering({ "GET /api/v1/auth/me": { id: "1", name: "user", role: "user" }, [TASK]: task(10) });
  shown(<TaskProgress taskId={ID} visible onClose={() => undefined} />);
  await screen.findByText("row 10");
  expect(screen.queryByRole("button", { name: /Stop/ })).toBeNull();
});

test("why it failed is told", async () => {
  const error = { code: "x", message: "1C does not answer" };
  answering({ ...ME, [TASK]: task(10, { status: "failed", error } as never) });
  shown(<TaskProgress taskId={ID} visible onClose={() => undefined} />);
  expect(await screen.findByText("1C does not answer")).toBeInTheDocument();
});
