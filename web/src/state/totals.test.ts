import { expect, test } from "vitest";
import { A_TOTAL } from "../testing/totals";
import { linesOf, proofOf } from "./totals";

test("only what differs has a difference", () => {
  expect(linesOf(A_TOTAL).map((line) => line.difference)).toEqual([null, null, null, "-0.01"]);
});

test("without an opening balance no closing one can be found", () => {
  expect(linesOf({ ...A_TOTAL, opening_stated: null })[3]).toEqual({
    name: "closing",
    stated: "130.01",
    found: null,
    difference: null,
  });
});

test("the worse of two proofs is told", () => {
  expect(proofOf(A_TOTAL)).toBe("differs");
  expect(proofOf({ ...A_TOTAL, turnover: "unproven", closing: "not_stated" })).toBe("unproven");
});
