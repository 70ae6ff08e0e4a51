import { expect, test } from "vitest";
import { say } from ".";

test.each([
  [1, "1 строка"],
  [2, "2 строки"],
  [5, "5 строк"],
  [21, "21 строка"],
])("%i takes its own form in Russian", (processed, said) => {
  expect(say("task.processed_only", { processed }, "ru")).toBe(said);
});

test("English has two forms", () => {
  expect(say("task.processed_only", { processed: 1 }, "en")).toBe("1 row");
  expect(say("task.processed_only", { processed: 2 }, "en")).toBe("2 rows");
});
