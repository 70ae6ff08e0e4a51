/** Files that the API gives only to who is signed in: a plain link would carry no token. */

import { language } from "../i18n";
import { ApiProblem, type ProblemDetails, Unreachable } from "./problem";
import { session } from "./session";

/** Save what is at `path` under the name that the API gives it. */
export async function download(path: string, otherwise: string): Promise<void> {
  const headers = {
    Authorization: `Bearer ${session.current()?.token ?? ""}`,
    "Accept-Language": language(),
  };
  const answer = await fetch(path, { headers }).catch(() => {
    throw new Unreachable();
  });
  if (!answer.ok) {
    if (answer.status === 401) session.end();
    const body: unknown = await answer.json().catch(() => ({}));
    throw new ApiProblem(answer.status, body as Partial<ProblemDetails>);
  }
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = nameIn(answer.headers.get("Content-Disposition") ?? "") ?? otherwise;
  link.click();
  URL.revokeObjectURL(address);
}

/** RFC 6266: the name in full, then the one in ASCII. */
export function nameIn(disposition: string): string | null {
  const full = /filename\*=UTF-8''([^;]+)/i.exec(disposition)?.[1];
  if (full) return decodeURIComponent(full);
  return /filename="?([^";]+)"?/i.exec(disposition)?.[1] ?? null;
}
