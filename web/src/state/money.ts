/** Amounts of two decimals as the API gives them, added as whole kopecks: none is ever a float. */

const SHAPE = /^(-?)(\d+)(?:\.(\d{1,2}))?$/;

function kopecks(text: string): bigint {
  const found = SHAPE.exec(text);
  if (!found) throw new RangeError(`no amount: ${text}`);
  const whole = BigInt(found[2] ?? "0") * 100n + BigInt((found[3] ?? "").padEnd(2, "0"));
  return found[1] ? -whole : whole;
}

function written(amount: bigint): string {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(3, "0");
  return `${amount < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

export const plus = (one: string, other: string): string => written(kopecks(one) + kopecks(other));
export const minus = (one: string, other: string): string => written(kopecks(one) - kopecks(other));
export const isZero = (text: string): boolean => kopecks(text) === 0n;
