/** Rejected rows: which, why, and what somebody says instead. */

import { answered, client } from "./client";
import type { components } from "./schema";

export type Reject = components["schemas"]["RejectInfo"];
export type RejectGroup = components["schemas"]["TaskRejectGroup"];
export type Fields = Readonly<Record<string, string>>;

const PAGE = 200;

export const listGroups = (taskId: string, cursor = "") =>
  answered(
    client.GET("/api/v1/tasks/{task_id}/rejects/groups", {
      params: { path: { task_id: taskId }, query: { limit: PAGE, ...(cursor && { cursor }) } },
    }),
  );

/** The rows of a group that stand rejected, a page of them in the order of the source. */
export const listRejects = (taskId: string, fingerprint: string, cursor = "", limit = 50) =>
  answered(
    client.GET("/api/v1/tasks/{task_id}/rejects", {
      params: {
        path: { task_id: taskId },
        query: { fingerprint, only_current: true, limit, ...(cursor && { cursor }) },
      },
    }),
  );

/** The row as its author has seen it: the API refuses what has moved on since. */
export const correct = (taskId: string, row: Reject, fields: Fields) =>
  answered(
    client.PATCH("/api/v1/tasks/{task_id}/rejects/{row_no}", {
      params: { path: { task_id: taskId, row_no: row.row_no } },
      body: { fields: { ...fields }, expected: row.corrections, attempt: row.attempt },
    }),
  );

/** Say the same of every row of a group; `onRow` hears how many have it. Ends at the first that is refused:
 * what was said until then stays, and saying it again does it again only to those that are left. */
export async function correctAll(
  taskId: string,
  group: RejectGroup,
  field: string,
  value: string,
  onRow: (done: number) => void,
): Promise<number> {
  let done = 0;
  let cursor = "";
  do {
    const page = await listRejects(taskId, group.fingerprint, cursor, PAGE);
    for (const row of page.items) {
      if (asText(asItStands(row)[field]) !== value) await correct(taskId, row, { [field]: value });
      done += 1;
      onRow(done);
    }
    cursor = page.next_cursor ?? "";
  } while (cursor);
  return done;
}

/** The row with its last correction. */
export const asItStands = (row: Reject): Record<string, unknown> => row.corrected ?? row.raw;

export function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
