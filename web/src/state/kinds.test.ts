import { expect, test } from "vitest";
import { suggested } from "./kinds";

const file = (content: string | Uint8Array<ArrayBuffer>, name = "file") => new File([content], name);

test.each([
  ["1CClientBankExchange\r\nВерсияФормата=1.03", "bank-transactions"],
  ["Наименование;ИНН;КПП", "contractors"],
  ["Артикул;Остаток;Цена", "stock"],
  ["<КоммерческаяИнформация><ПакетПредложений>", "stock"],
])("%s is told by its content", async (content, kind) => {
  expect(await suggested(file(content))).toBe(kind);
});

test("1C's own code page is read too", async () => {
  const stock = new Uint8Array([0xce, 0xf1, 0xf2, 0xe0, 0xf2, 0xea, 0xe8]);
  expect(await suggested(file(stock))).toBe("stock");
});

test("a workbook is told by its name; what nothing says stays open", async () => {
  const packed = new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]);
  expect(await suggested(file(packed, "Остатки.xlsx"))).toBe("stock");
  expect(await suggested(file(packed, "2026.xlsx"))).toBeNull();
});
