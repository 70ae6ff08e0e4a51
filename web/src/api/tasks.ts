/** Tasks: what the API knows of them, what one can ask of them, and how they change as one watches. */

import { language } from "../i18n";
import { answered, client } from "./client";
import type { components, operations } from "./schema";
import { session } from "./session";

export type TaskInfo = components["schemas"]["TaskInfo"];
export type TaskList = components["schemas"]["TaskList"];
export type Started = components["schemas"]["AsyncSyncResponse"];
export type TaskQuery = NonNullable<operations["list_tasks_api_v1_tasks_get"]["parameters"]["query"]>;
export type Status = TaskInfo["status"];
export type Counts = TaskInfo["counts"];

export const VERDICTS = [
  "created",
  "updated",
  "unchanged",
  "duplicate",
  "rejected",
  "retracted",
  "skipped",
] as const satisfies readonly (keyof Counts)[];
const ENDED: ReadonlySet<Status> = new Set(["completed", "failed", "cancelled"]);

export const hasEnded = (task: TaskInfo): boolean => ENDED.has(task.status);

/** How many rows have a verdict: the counts always add up to it. */
export const counted = (counts: Counts): number => VERDICTS.reduce((sum, name) => sum + counts[name], 0);

export const getTask = (id: string): Promise<TaskInfo> =>
  answered(client.GET("/api/v1/tasks/{task_id}", { params: { path: { task_id: id } } }));

export const listTasks = (query: TaskQuery = {}): Promise<TaskList> =>
  answered(client.GET("/api/v1/tasks", { params: { query } }));

export const cancelTask = (id: string): Promise<Started> =>
  answered(client.POST("/api/v1/tasks/{task_id}/cancel", { params: { path: { task_id: id } } }));

/** Days are calendar dates, `2026-03-01`; they never pass through `Date`. */
export const startTransactions = (from: string, to: string, autoClassify: boolean): Promise<Started> =>
  answered(
    client.POST("/api/v1/sync-1c/bank-transactions/sync-async", {
      ...once(),
      body: { date_from: from, date_to: to, auto_classify: autoClassify, since_last: false, dry_run: false },
    }),
  );

export const startContractors = (): Promise<Started> =>
  answered(client.POST("/api/v1/sync-1c/contractors/sync-async", once()));

/** A second click, or an answer that was lost, starts nothing a second time. */
export function once(key: string = crypto.randomUUID()) {
  return { params: { header: { "Idempotency-Key": key } } };
}

/** Whether `one` is told at least as late in the log as `other`, the same task. */
export function isNewer(one: TaskInfo, other: TaskInfo): boolean {
  return offset(one) >= offset(other);
}

function offset(task: TaskInfo): number {
  return task.position ? Number(task.position.split(":")[1]) : -1;
}

export type Message =
  | { type: "snapshot"; position: string; items?: TaskInfo[]; task?: TaskInfo }
  | { type: "task"; position: string; task: TaskInfo }
  | { type: "removed"; position: string; id: string }
  | { type: "ping" | "pong"; position: string };

export interface Listening {
  onMessage(message: Message): void;
  /** `since` is when news last came, milliseconds since 1970. */
  onConnection(connected: boolean, since: number): void;
}

const FIRST_WAIT = 500;
const LONGEST_WAIT = 10_000;
/** The server pings every 15 s: after twice that the connection is dead, whatever the browser thinks. */
const SILENCE = 35_000;

/** Changes of one task, or of all, over a WebSocket that comes back by itself where it stopped. */
export class TaskWebSocket {
  private socket: WebSocket | null = null;
  private position: string | null = null;
  private wait = FIRST_WAIT;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private news = Date.now();
  private closed = false;

  constructor(
    private readonly listening: Listening,
    private readonly taskId: string | null = null,
  ) {
    window.addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.open();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    window.removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    this.socket?.close();
  }

  /** After sleep or a network that came back nobody waits for the next try. */
  private readonly wake = (): void => {
    if (document.visibilityState === "hidden" || this.closed) return;
    if (this.socket === null) this.open();
    else if (Date.now() - this.news > SILENCE) this.lost();
  };

  private open(): void {
    clearTimeout(this.timer);
    const token = session.current()?.token;
    if (this.closed || !token) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const path = this.taskId === null ? "" : `/${this.taskId}`;
    const socket = new WebSocket(`${scheme}://${location.host}/api/v1/ws/tasks${path}`);
    this.socket = socket;
    socket.onopen = () =>
      socket.send(JSON.stringify({ type: "auth", token, from: this.position, language: language() }));
    socket.onmessage = (event) => this.heard(JSON.parse(String(event.data)) as Message);
    socket.onclose = (event) => this.ended(socket, event.code);
  }

  private heard(message: Message): void {
    this.news = Date.now();
    this.wait = FIRST_WAIT;
    this.position = message.position;
    this.watch();
    if (message.type === "ping") this.socket?.send(JSON.stringify({ type: "pong" }));
    this.listening.onConnection(true, this.news);
    this.listening.onMessage(message);
  }

  private watch(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lost(), SILENCE);
  }

  private lost(): void {
    const socket = this.socket;
    if (socket) {
      socket.onclose = null;
      socket.close();
      this.ended(socket, 1006);
    }
  }

  private ended(socket: WebSocket, code: number): void {
    if (socket !== this.socket) return;
    this.socket = null;
    this.listening.onConnection(false, this.news);
    if (code === 4401 || code === 4403) session.end();
    else if (code === 4404) this.closed = true;
    if (this.closed) return;
    clearTimeout(this.timer);
    // Jitter: a server that comes back is not asked by all pages at the same moment.
    this.timer = setTimeout(() => this.open(), this.wait * (0.5 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }
}
