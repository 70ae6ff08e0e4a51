/** Kinds that take files, by their names in the API's addresses, and which of them a file seems to be. */

export const UPLOADS = {
  "bank-transactions": "bank_transactions",
  contractors: "contractors",
  stock: "stock_import",
  components: "components",
  quotes: "quotes",
  "part-numbers": "part_numbers",
  "currency-rates": "currency_rates",
} as const;

export type Upload = keyof typeof UPLOADS;
export const UPLOAD_NAMES = Object.keys(UPLOADS) as Upload[];

const HEAD_BYTES = 16_384;
const BY_CONTENT: readonly [RegExp, Upload][] = [
  [/^\s*1CClientBankExchange/, "bank-transactions"],
  [/<(ПакетПредложений|Предложения)[\s>]/, "stock"],
  [/<(Контрагенты?|Документ)[\s>]/, "contractors"],
  [/номинал|nominal/i, "currency-rates"],
  [/поставщик.*цена|цена.*поставщик|supplier/i, "quotes"],
  [/инн/i, "contractors"],
  [/остат|кол-во|количество|quantity|склад/i, "stock"],
];
const BY_NAME: readonly [RegExp, Upload][] = [
  [/kl_to_1c|statement|выписк/i, "bank-transactions"],
  [/contractor|контрагент/i, "contractors"],
  [/stock|остат|offers/i, "stock"],
  [/quote|котиров/i, "quotes"],
  [/component|номенклатур/i, "components"],
  [/part|артикул/i, "part-numbers"],
  [/rate|курс/i, "currency-rates"],
];

/** A suggestion: the API looks at the file itself and refuses what is another. */
export async function suggested(file: File): Promise<Upload | null> {
  const bytes = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const byContent = isText(bytes) ? found(BY_CONTENT, decoded(bytes)) : null;
  return byContent ?? found(BY_NAME, file.name);
}

function found(known: readonly [RegExp, Upload][], text: string): Upload | null {
  return known.find(([shape]) => shape.test(text))?.[1] ?? null;
}

const isText = (bytes: Uint8Array): boolean => !bytes.includes(0);

/** UTF-8 where it is that; else the code page of 1C. */
function decoded(bytes: Uint8Array): string {
  try {
    // The last character may be cut off: it is waited for.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return new TextDecoder("windows-1251").decode(bytes);
  }
}
