import { expect, test } from "vitest";
import { nameIn } from "./download";

test("a file is called as the API calls it in full", () => {
  expect(nameIn("attachment; filename=\"rejects.csv\"; filename*=UTF-8''%D0%A1%D1%82%D1%80.csv")).toBe(
    "Стр.csv",
  );
  expect(nameIn('attachment; filename="rejects.csv"')).toBe("rejects.csv");
  expect(nameIn("")).toBeNull();
});
