import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeSocket, prepared, putBack } from "../testing/socket";
import { task } from "../testing/tasks";
import { LiveTasks } from "./live";

const ID = task(1).id;
let live: LiveTasks;

function tell(offset: number, changed = {}): void {
  FakeSocket.last.says({ type: "task", position: `0:${offset}`, task: task(offset, changed) });
}

beforeEach(() => {
  prepared();
  live = new LiveTasks();
  live.start();
  FakeSocket.last.opens().says({ type: "snapshot", position: "0:0", items: [] });
  vi.advanceTimersByTime(250);
});
afterEach(() => {
  live.stop();
  putBack();
});

test("60 changes in a second are told on at most four times, the last one in the end", () => {
  const heard = vi.fn();
  live.subscribe(heard);
  for (let offset = 1; offset <= 60; offset += 1) {
    tell(offset);
    vi.advanceTimersByTime(1_000 / 60);
  }
  vi.advanceTimersByTime(250);
  expect(heard.mock.calls.length).toBeLessThanOrEqual(5);
  expect(live.task(ID)?.progress.processed).toBe(60);
});

test("an older message changes nothing: the bar never goes back", () => {
  tell(50);
  vi.advanceTimersByTime(250);
  tell(20);
  vi.advanceTimersByTime(250);
  expect(live.task(ID)?.progress.percent).toBe(50);
});

test("an end that is told twice is one end", () => {
  const ended = vi.fn();
  live.onEnded(ended);
  tell(1);
  tell(2, { status: "completed" });
  tell(2, { status: "completed" });
  vi.advanceTimersByTime(250);
  FakeSocket.last.says({ type: "snapshot", position: "0:2", items: [task(2, { status: "completed" })] });
  vi.advanceTimersByTime(250);
  expect(ended).toHaveBeenCalledTimes(1);
});

test("what had ended before one watched is no news", () => {
  const ended = vi.fn();
  live.onEnded(ended);
  tell(2, { status: "completed" });
  vi.advanceTimersByTime(250);
  expect(ended).not.toHaveBeenCalled();
});

test("a task that was cleaned up is gone", () => {
  tell(1);
  FakeSocket.last.says({ type: "removed", position: "0:2", id: ID });
  vi.advanceTimersByTime(250);
  expect(live.task(ID)).toBeUndefined();
});

test("the connection is told when it goes and when it comes, not with each message", () => {
  const heard = vi.fn();
  live.subscribe(heard);
  FakeSocket.last.says({ type: "ping", position: "0:1" }).says({ type: "ping", position: "0:1" });
  expect(heard).not.toHaveBeenCalled();
  FakeSocket.last.ends(1006);
  expect(live.connection().connected).toBe(false);
  vi.advanceTimersByTime(500);
  FakeSocket.last.opens().says({ type: "ping", position: "0:1" });
  expect(live.connection().connected).toBe(true);
  expect(heard).toHaveBeenCalledTimes(2);
});
