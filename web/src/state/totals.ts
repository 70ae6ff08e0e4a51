import { isZero, minus, plus } from "./money";

export type Proof = "adds_up" | "differs" | "unproven" | "not_stated";

/** What a statement says of one account, and what its documents come to: `events/records.py` ControlTotal. */
export interface AccountTotal {
  account?: string;
  account_ref: string;
  opening_stated?: string | null;
  in_stated?: string | null;
  out_stated?: string | null;
  closing_stated?: string | null;
  in_found: string;
  out_found: string;
  unreadable: number;
  turnover: Proof;
  closing: Proof;
}

export interface TotalLine {
  name: "opening" | "in" | "out" | "closing";
  stated: string | null;
  found: string | null;
  /** Found less stated; null where there is nothing to compare, or nothing to tell. */
  difference: string | null;
}

export function isAccountTotal(value: unknown): value is AccountTotal {
  return typeof value === "object" && value !== null && "account_ref" in value && "in_found" in value;
}

/** Opening, in, out and closing; the closing balance found is the opening one with what came and went. */
export function linesOf(total: AccountTotal): TotalLine[] {
  const { opening_stated: opening = null, in_found: came, out_found: went } = total;
  const closing = opening === null ? null : minus(plus(opening, came), went);
  return [
    line("opening", opening, null),
    line("in", total.in_stated ?? null, came),
    line("out", total.out_stated ?? null, went),
    line("closing", total.closing_stated ?? null, closing),
  ];
}

function line(name: TotalLine["name"], stated: string | null, found: string | null): TotalLine {
  const apart = stated === null || found === null ? null : minus(found, stated);
  return { name, stated, found, difference: apart === null || isZero(apart) ? null : apart };
}

/** The worse of the two proofs. */
export function proofOf(total: AccountTotal): Proof {
  const both = [total.turnover, total.closing];
  return (
    (["differs", "unproven", "adds_up", "not_stated"] as const).find((one) => both.includes(one)) ??
    "not_stated"
  );
}
