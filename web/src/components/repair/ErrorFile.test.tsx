import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { aTask, shown } from "../../testing/desk";
import { uploading } from "../../testing/uploading";
import { ErrorFile } from "./ErrorFile";

const FILE = new File(["row_no"], "rows.csv");

async function give(file: File) {
  await screen.findByRole("button", { name: /Upload the corrected file/ });
  const input = document.querySelector<HTMLInputElement>("input[type=file]");
  if (input) await userEvent.upload(input, file);
}

test("a corrected file is taken, and the groups are counted anew", async () => {
  const sent = uploading(() => [200, { corrected: 2, message: "2 rows corrected." }]);
  const changed = vi.fn();
  shown(<ErrorFile task={aTask()} onChanged={changed} />, {});
  await give(FILE);
  expect(await screen.findByText("2 rows corrected.")).toBeInTheDocument();
  expect(sent[0]?.path).toBe("/tasks/t1/rejects/corrections");
  expect(changed).toHaveBeenCalledOnce();
});

test("each row that cannot be taken is named by its line", async () => {
  const errors = [{ field: "row_no", message: "loaded since", line: 3, row_no: 9 }];
  uploading(() => [422, { code: "corrections_refused", detail: "1 row cannot be taken.", errors }]);
  shown(<ErrorFile task={aTask()} onChanged={vi.fn()} />, {});
  await give(FILE);
  expect(await screen.findByText("1 row cannot be taken.")).toBeInTheDocument();
  expect(screen.getByText("Line 3: loaded since")).toBeInTheDocument();
});
