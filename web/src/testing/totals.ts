import type { AccountTotal } from "../state/totals";

/** An account whose turnover adds up and whose closing balance is a kopeck off. */
export const A_TOTAL: AccountTotal = {
  account_ref: "8e6e",
  opening_stated: "100.00",
  in_stated: "50.00",
  out_stated: "20.00",
  closing_stated: "130.01",
  in_found: "50.00",
  out_found: "20.00",
  unreadable: 0,
  turnover: "adds_up",
  closing: "differs",
};
