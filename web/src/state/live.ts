/** The newest that the socket told of each task, in this tab: one connection, told on at most 4 times a second. */

import { useSyncExternalStore } from "react";
import { session } from "../api/session";
import { hasEnded, isNewer, type Message, type TaskInfo, TaskWebSocket } from "../api/tasks";

const EVERY_MS = 250;
const MOST_KEPT = 2_000;

export interface Connection {
  readonly connected: boolean;
  /** When news last came, milliseconds since 1970. */
  readonly since: number;
}

type Ended = (task: TaskInfo) => void;

export class LiveTasks {
  private tasks = new Map<string, TaskInfo>();
  private gone = new Set<string>();
  private listeners = new Set<() => void>();
  private endings = new Set<Ended>();
  private waiting: TaskInfo[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private socket: TaskWebSocket | null = null;
  private state: Connection = { connected: true, since: Date.now() };
  private number = 0;

  /** Connect, or do so again with who is signed in now. */
  start(): void {
    this.stop();
    if (session.current()) this.socket = new TaskWebSocket({ onMessage: this.heard, onConnection: this.met });
  }

  stop(): void {
    this.socket?.close();
    this.socket = null;
  }

  readonly connection = (): Connection => this.state;
  /** Grows with every change, so that lists know when to look again. */
  readonly version = (): number => this.number;

  task(id: string): TaskInfo | undefined {
    return this.gone.has(id) ? undefined : this.tasks.get(id);
  }

  /** Whether a task is known that was made after this moment, as the API writes it. */
  createdAfter(moment: string): boolean {
    for (const task of this.tasks.values()) if (task.created_at > moment) return true;
    return false;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Told once of each task that ends while this tab watches. */
  onEnded(listener: Ended): () => void {
    this.endings.add(listener);
    return () => this.endings.delete(listener);
  }

  private readonly met = (connected: boolean, since: number): void => {
    if (connected === this.state.connected && connected) return;
    this.state = { connected, since };
    this.tell();
  };

  private readonly heard = (message: Message): void => {
    if (message.type === "snapshot") this.waiting.push(...(message.items ?? []));
    else if (message.type === "task") this.waiting.push(message.task);
    else if (message.type === "removed") this.gone.add(message.id);
    else return;
    this.timer ??= setTimeout(() => this.flush(), EVERY_MS);
  };

  private flush(): void {
    this.timer = undefined;
    for (const task of this.waiting) this.note(task);
    this.waiting = [];
    for (const id of this.tasks.keys()) {
      if (this.tasks.size <= MOST_KEPT) break;
      this.tasks.delete(id);
    }
    this.number += 1;
    this.tell();
  }

  private note(task: TaskInfo): void {
    const before = this.tasks.get(task.id);
    if (before && !isNewer(task, before)) return;
    // The latest last, so that who goes is whom nothing was heard of for longest.
    this.tasks.delete(task.id);
    this.tasks.set(task.id, task);
    if (before && !hasEnded(before) && hasEnded(task)) for (const listener of this.endings) listener(task);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export const live = new LiveTasks();

export function useConnection(): Connection {
  return useSyncExternalStore(live.subscribe, live.connection);
}

export function useLiveTask(id: string): TaskInfo | undefined {
  return useSyncExternalStore(live.subscribe, () => live.task(id));
}

export function useLiveVersion(): number {
  return useSyncExternalStore(live.subscribe, live.version);
}
