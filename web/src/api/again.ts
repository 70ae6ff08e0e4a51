/** Running a task again, and taking back what it has written. */

import { answered, client } from "./client";
import type { components } from "./schema";
import { once } from "./tasks";

export type Scope = "all" | "unfinished" | "rejected";
export type Input = "recorded" | "source";
export type UndoPreview = components["schemas"]["UndoPreview"];
export type AttemptDiff = components["schemas"]["AttemptDiff"];

export const replay = (taskId: string, scope: Scope, input?: Input) =>
  answered(
    client.POST("/api/v1/tasks/{task_id}/replay", {
      params: { path: { task_id: taskId }, ...once().params },
      body: { scope, ...(input && { input }) },
    }),
  );

export const previewUndo = (taskId: string, force: boolean) =>
  answered(
    client.GET("/api/v1/tasks/{task_id}/undo/preview", {
      params: { path: { task_id: taskId }, query: { force } },
    }),
  );

export const undo = (taskId: string, force: boolean) =>
  answered(
    client.POST("/api/v1/tasks/{task_id}/undo", {
      params: { path: { task_id: taskId }, ...once().params },
      body: { force },
    }),
  );

export const diffAttempts = (taskId: string, first: number, second: number) =>
  answered(
    client.GET("/api/v1/tasks/{task_id}/attempts/{first}/diff/{second}", {
      params: { path: { task_id: taskId, first, second } },
    }),
  );
