import type { components } from "./schema";

export type ProblemDetails = components["schemas"]["ProblemDetails"];

/** An answer of the API that is no success, as RFC 9457 problem details in the reader's language. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Partial<ProblemDetails>;

  constructor(status: number, details: Partial<ProblemDetails>) {
    super(details.detail ?? details.title ?? `HTTP ${status}`);
    this.name = "ApiProblem";
    this.status = status;
    this.details = details;
    this.code = details.type?.split(/[/:]/).pop() ?? `http_${status}`;
  }
}

/** Nobody answered: the network, or the server, is away. */
export class Unreachable extends Error {
  constructor() {
    super("unreachable");
    this.name = "Unreachable";
  }
}
