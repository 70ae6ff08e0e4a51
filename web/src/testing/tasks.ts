import type { Counts, TaskInfo } from "../api/tasks";

export const NO_COUNTS: Counts = {
  created: 0,
  updated: 0,
  unchanged: 0,
  duplicate: 0,
  rejected: 0,
  retracted: 0,
  skipped: 0,
};

/** A task as the API tells it, running, at `offset` of the log. */
export function task(offset: number, changed: Partial<TaskInfo> = {}): TaskInfo {
  const told = {
    id: "01990000-0000-7000-8000-000000000001",
    kind: "bank_transactions",
    about: "March",
    status: "running",
    outcome: null,
    attempt: 1,
    retry: null,
    error: null,
    submitted_by: "manager",
    created_at: "2026-03-31T10:00:00Z",
    finished_at: null,
    position: `0:${offset}`,
    counts: NO_COUNTS,
    progress: {
      percent: offset,
      processed: offset,
      total: 100,
      rows_per_second: 10,
      eta_seconds: 5,
      message: `row ${offset}`,
    },
  };
  return { ...told, ...changed } as unknown as TaskInfo;
}
