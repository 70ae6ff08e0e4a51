import { expect, test } from "vitest";
import { type AccountTotal, linesOf, proofOf } from "./totals";

const ACCOUNT: AccountTotal = {
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

test("only what differs has a difference", () => {
  expect(linesOf(ACCOUNT).map((line) => line.difference)).toEqual([null, null, null, "-0.01"]);
});

test("without an opening balance no closing one can be found", () => {
  expect(linesOf({ ...ACCOUNT, opening_stated: null })[3]).toEqual({
    name: "closing",
    stated: "130.01",
    found: null,
    difference: null,
  });
});

test("the worse of two proofs is told", () => {
  expect(proofOf(ACCOUNT)).toBe("differs");
  expect(proofOf({ ...ACCOUNT, turnover: "unproven", closing: "not_stated" })).toBe("unproven");
});
