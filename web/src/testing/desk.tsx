import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { App } from "antd";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import { vi } from "vitest";
import { session } from "../api/session";
import type { TaskInfo } from "../api/tasks";

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}

type Answer = (asked: Asked) => unknown;
const ME: Record<string, Answer> = { "GET /auth/me": () => ({ id: "u", name: "ivanova", role: "manager" }) };

/** A component as the page has it, signed in as a manager, with an API of `answers` by method and path. */
export function shown(component: ReactNode, answers: Record<string, Answer>) {
  session.begin("a-token", 3_600);
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", (request: Request) => answered(request, answers, asked));
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <MemoryRouter>
      <QueryClientProvider client={queries}>
        <App>{component}</App>
      </QueryClientProvider>
    </MemoryRouter>,
  );
  return { asked };
}

async function answered(
  request: Request,
  answers: Record<string, Answer>,
  asked: Asked[],
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const text = await request.text();
  const one = {
    method: request.method,
    path: pathname.replace("/api/v1", ""),
    query: searchParams,
    body: text ? JSON.parse(text) : null,
  };
  asked.push(one);
  const answer = answers[`${one.method} ${one.path}`] ?? ME[`${one.method} ${one.path}`];
  if (!answer) return Response.json({ code: "not_found", detail: one.path }, { status: 404 });
  const found = answer(one);
  return found instanceof Response ? found : Response.json(found);
}

export const NO_COUNTS = {
  created: 0,
  updated: 0,
  unchanged: 0,
  duplicate: 0,
  rejected: 0,
  retracted: 0,
  skipped: 0,
};

/** A task that has ended well, as far as nothing else is said. */
export function aTask(said: Partial<TaskInfo> = {}): TaskInfo {
  return {
    id: "t1",
    kind: "bank_transactions",
    status: "completed",
    outcome: "clean",
    attempt: 1,
    progress: {
      percent: 100,
      processed: 3,
      total: 3,
      message: "Done",
      rows_per_second: null,
      eta_seconds: null,
    },
    counts: NO_COUNTS,
    params: {},
    about: "march.txt",
    result: null,
    error: null,
    retry: null,
    input_expires_soon: false,
    dry_run: false,
    submitted_by: "ivanova",
    created_at: "2026-03-03T09:00:00Z",
    started_at: "2026-03-03T09:00:01Z",
    finished_at: "2026-03-03T09:00:02Z",
    position: "0:1",
    ...said,
  };
}
