/** Files on their way to the API, with how far they are: `fetch` does not say that of what it sends. */

import { language } from "../i18n";
import { answered, client } from "./client";
import { ApiProblem, type ProblemDetails, Unreachable } from "./problem";
import type { components } from "./schema";
import { session } from "./session";
import type { Started } from "./tasks";

/** How a table is to be read, instead of what is found in it. */
export type Reading = components["schemas"]["TableWishes"] & { template?: string };
export type TableMapping = components["schemas"]["TableMapping"];
export type TableTemplate = components["schemas"]["TableTemplate"];
export type CorrectionReport = components["schemas"]["CorrectionReport"];
export type PreviewRow = components["schemas"]["PreviewRow"];
export type Verdict = PreviewRow["verdict"];
export type Attempt = components["schemas"]["AttemptInfo"];

export interface Sending {
  /** Of 1, of the bytes that are on the wire. */
  onProgress?: (part: number) => void;
  signal?: AbortSignal;
}

export interface Import extends Sending {
  reading?: Reading;
  dryRun?: boolean;
  force?: boolean;
  /** The dry run of these very bytes: rows of which it had said something else are told apart. */
  preview?: string;
}

/** A file becomes a task. Rejects with ApiProblem, Unreachable, or the signal's reason. */
export function sendImport(kind: string, file: File, how: Import = {}): Promise<Started> {
  const form = new FormData();
  const params = { ...how.reading, ...(how.preview && { preview: how.preview }) };
  form.append("params", JSON.stringify(params));
  if (how.dryRun) form.append("dry_run", "true");
  if (how.force) form.append("force", "true");
  form.append("file", file, file.name);
  return send<Started>(`/api/v1/imports/${kind}`, form, how);
}

/** The error file of a task as somebody has corrected it: all of its rows are taken, or none. */
export function sendCorrections(taskId: string, file: File, how: Sending = {}): Promise<CorrectionReport> {
  const form = new FormData();
  form.append("file", file, file.name);
  return send<CorrectionReport>(`/api/v1/tasks/${taskId}/rejects/corrections`, form, how);
}

function send<T>(path: string, form: FormData, { onProgress, signal }: Sending): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.setRequestHeader("Authorization", `Bearer ${session.current()?.token ?? ""}`);
    request.setRequestHeader("Accept-Language", language());
    request.setRequestHeader("Idempotency-Key", crypto.randomUUID());
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total ? loaded / total : 0);
    request.onerror = () => reject(new Unreachable());
    request.onabort = () => reject(signal?.reason ?? new Unreachable());
    request.onload = () => {
      const body = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) return resolve(body as T);
      if (request.status === 401) session.end();
      reject(new ApiProblem(request.status, body as Partial<ProblemDetails>));
    };
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** What a dry run says of its rows, a page of them. */
export const listPreview = (taskId: string, verdict: Verdict | undefined, cursor: string) =>
  answered(
    client.GET("/api/v1/tasks/{task_id}/preview", {
      params: {
        path: { task_id: taskId },
        query: { ...(verdict && { verdict }), ...(cursor && { cursor }) },
      },
    }),
  );

export const listAttempts = (taskId: string) =>
  answered(client.GET("/api/v1/tasks/{task_id}/attempts", { params: { path: { task_id: taskId } } }));

/** How a table was read; null of what is no table. */
export async function getMapping(taskId: string): Promise<TableMapping | null> {
  try {
    return await answered(
      client.GET("/api/v1/tasks/{task_id}/mapping", { params: { path: { task_id: taskId } } }),
    );
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return null;
    throw error;
  }
}

export const listTemplates = (kind: string) =>
  answered(client.GET("/api/v1/table-templates", { params: { query: { kind, limit: 200 } } }));

export const saveTemplate = (kind: string, name: string, wishes: components["schemas"]["TableWishes"]) =>
  answered(
    client.PUT("/api/v1/table-templates/{name}", {
      params: { path: { name }, query: { kind } },
      body: wishes,
    }),
  );
