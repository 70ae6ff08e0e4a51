import { expect, test } from "vitest";
import { isZero, minus, plus } from "./money";

test("kopecks that a float would lose are kept", () => {
  expect(plus("9007199254740993.07", "0.01")).toBe("9007199254740993.08");
  expect(minus("0.30", "0.10")).toBe("0.20");
});

test("below zero, and less than a rouble", () => {
  expect(minus("0.01", "0.06")).toBe("-0.05");
  expect(plus("-1.5", "1.50")).toBe("0.00");
  expect(isZero("-0.00")).toBe(true);
});

test("what is no amount is an error, not nothing", () => {
  expect(() => plus("1,5", "0")).toThrow(RangeError);
});
