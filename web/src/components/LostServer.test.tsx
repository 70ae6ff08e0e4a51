import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { live } from "../state/live";
import { FakeSocket, prepared, putBack } from "../testing/socket";
import { LostServer } from "./LostServer";

beforeEach(() => {
  prepared();
  live.start();
  FakeSocket.last.opens().says({ type: "ping", position: "0:1" });
  render(<LostServer />);
});
afterEach(() => {
  live.stop();
  putBack();
});

const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms));

test("a short interruption nobody hears of", () => {
  act(() => FakeSocket.last.ends(1006));
  pass(2_000);
  act(() => FakeSocket.last.opens().says({ type: "ping", position: "0:1" }));
  pass(5_000);
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a lost server is told with the seconds since the last news, until it is back", () => {
  act(() => FakeSocket.last.ends(1006));
  pass(7_000);
  expect(screen.getByText(/has not answered for 7 s/)).toBeInTheDocument();
  act(() => FakeSocket.last.opens().says({ type: "ping", position: "0:1" }));
  expect(screen.queryByText(/has not answered/)).toBeNull();
});
