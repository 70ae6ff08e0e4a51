import createClient, { type Middleware } from "openapi-fetch";
import { language } from "../i18n";
import { ApiProblem, type ProblemDetails, Unreachable } from "./problem";
import type { paths } from "./schema";
import { session } from "./session";

/** The part of a fetch result that `answered` needs. */
interface Result<T> {
  data?: T;
  response: Response;
}

const around: Middleware = {
  onRequest({ request }) {
    const current = session.current();
    if (current) request.headers.set("Authorization", `Bearer ${current.token}`);
    request.headers.set("Accept-Language", language());
    return request;
  },
  async onResponse({ request, response }) {
    if (response.ok) return response;
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => ({}));
    if (response.status === 401 && !request.url.endsWith("/auth/token")) session.end();
    throw new ApiProblem(response.status, body as Partial<ProblemDetails>);
  },
  onError() {
    return new Unreachable();
  },
};

export const client = createClient<paths>({
  baseUrl: location.origin,
  // Looked up at each call: a test puts another one in its place.
  fetch: (request) => fetch(request),
});
client.use(around);

/** What the API answered; whatever was no success has been thrown before. */
export async function answered<T>(result: Promise<Result<T>>): Promise<T> {
  return (await result).data as T;
}
