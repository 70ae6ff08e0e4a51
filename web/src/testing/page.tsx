import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type RenderResult, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { vi } from "vitest";

export interface Asked {
  method: string;
  path: string;
  body: string;
}

/** What the API answers, by method and path (`POST /api/v1/…`), and what it was asked. */
export function answering(answers: Record<string, unknown>): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const { pathname: path } = new URL(request.url);
    asked.push({ method: request.method, path, body: await request.text() });
    const answer = answers[`${request.method} ${path}`];
    if (answer === undefined) throw new TypeError("nobody answers");
    return answer instanceof Response ? answer.clone() : Response.json(answer);
  });
  return asked;
}

export const problem = (status: number, detail: string): Response =>
  Response.json({ type: "urn:tidemark:problem", title: detail, status, detail }, { status });

/** A part of the page, with what stands around it there. */
export function shown(part: ReactNode): RenderResult {
  const router = createMemoryRouter([{ path: "*", element: part }]);
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}
