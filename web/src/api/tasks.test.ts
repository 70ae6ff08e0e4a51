import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeSocket, prepared, putBack } from "../testing/socket";
import { session } from "./session";
import { type Listening, TaskWebSocket } from "./tasks";

const ping = (position: string) => ({ type: "ping", position });
let listening: { [Name in keyof Listening]: ReturnType<typeof vi.fn<Listening[Name]>> };
let socket: TaskWebSocket;

beforeEach(() => {
  prepared();
  listening = { onMessage: vi.fn(), onConnection: vi.fn() };
  socket = new TaskWebSocket(listening);
});
afterEach(() => {
  socket.close();
  putBack();
});

test("it says who it is, where it stopped and in which language", () => {
  expect(FakeSocket.last.opens().sent).toEqual([
    { type: "auth", token: "token", from: null, language: "en" },
  ]);
});

test("it comes back from the last position", () => {
  FakeSocket.last.opens().says(ping("0:1")).says(ping("0:7")).ends(1006);
  vi.advanceTimersByTime(500);
  expect(FakeSocket.all).toHaveLength(2);
  expect(FakeSocket.last.opens().sent[0]?.from).toBe("0:7");
});

test("each wait is twice as long as the one before, less chance, and at most ten seconds", () => {
  const chance = vi.spyOn(Math, "random");
  for (const [random, part] of [
    [0, 0.5],
    [1, 1],
  ] as const) {
    FakeSocket.last.opens().says(ping("0:1"));
    chance.mockReturnValue(random);
    for (const longest of [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      const before = FakeSocket.all.length;
      FakeSocket.last.ends(1006);
      vi.advanceTimersByTime(longest * part - 1);
      expect(FakeSocket.all).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(FakeSocket.all).toHaveLength(before + 1);
    }
  }
});

test("35 seconds without news are the end of a connection", () => {
  const first = FakeSocket.last.opens().says(ping("0:1"));
  vi.advanceTimersByTime(34_999);
  expect(first.closed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(first.closed).toBe(true);
  expect(listening.onConnection).toHaveBeenLastCalledWith(false, Date.now() - 35_000);
  vi.advanceTimersByTime(500);
  expect(FakeSocket.all).toHaveLength(2);
});

test("a ping is answered", () => {
  FakeSocket.last.opens().says(ping("0:1"));
  expect(FakeSocket.last.sent.at(-1)).toEqual({ type: "pong" });
});

test.each([4401, 4403])("%i ends the session, and nobody tries again", (code) => {
  FakeSocket.last.opens().ends(code);
  expect(session.current()).toBeNull();
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.all).toHaveLength(1);
});

test("a task that is not there is not asked for again", () => {
  FakeSocket.last.opens().ends(4404);
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.all).toHaveLength(1);
  expect(session.current()).not.toBeNull();
});

test("a network that is back is tried at once", () => {
  FakeSocket.last.opens().ends(1006);
  window.dispatchEvent(new Event("online"));
  expect(FakeSocket.all).toHaveLength(2);
});

test("one that was closed stays so", () => {
  socket.close();
  window.dispatchEvent(new Event("online"));
  vi.advanceTimersByTime(60_000);
  expect(FakeSocket.all).toHaveLength(1);
});
