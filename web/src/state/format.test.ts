import { expect, test } from "vitest";
import { day, duration, money } from "./format";

test("money keeps every kopeck, however large", () => {
  expect(money("9007199254740993.07", "en")).toBe("9,007,199,254,740,993.07");
  expect(money("-1234.5", "ru").replace(/\s/g, " ")).toBe("−1 234,50");
});

test("a booking date is a calendar date in every time zone", () => {
  expect(day("2026-03-01", "ru")).toBe("01.03.2026");
  expect(day("2026-03-01", "en")).toBe("2026-03-01");
});

test("a duration is told by its two largest parts", () => {
  expect(duration(3_725, "en")).toBe("1 h 2 min");
  expect(duration(0, "ru")).toBe("0 с");
});
