import { vi } from "vitest";
import { session } from "../api/session";

/** A WebSocket that the test speaks for. */
export class FakeSocket {
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    const found = FakeSocket.all.at(-1);
    if (!found) throw new Error("no socket was opened");
    return found;
  }

  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  opens(): this {
    this.onopen?.();
    return this;
  }

  says(message: object): this {
    this.onmessage?.({ data: JSON.stringify(message) });
    return this;
  }

  ends(code: number): void {
    this.onclose?.({ code });
  }
}

/** Somebody is signed in, sockets are the test's, and time stands still. */
export function prepared(): void {
  FakeSocket.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", FakeSocket);
  session.begin("token", 3_600);
}

export function putBack(): void {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  session.end();
}
