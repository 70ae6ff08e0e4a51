import { type Language, useLanguage } from "../i18n";

const formats = new Map<string, Intl.NumberFormat>();

function numbers(language: Language, digits: number): Intl.NumberFormat {
  const key = `${language}${digits}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, found);
  }
  return found;
}

/** Money comes as a text and stays one: no rouble of it passes through a floating point number. */
export function money(text: string, language: Language): string {
  const [whole = "0", cents = ""] = text.replace("-", "").split(".");
  const sign = text.startsWith("-") ? "−" : "";
  const point = language === "ru" ? "," : ".";
  return `${sign}${numbers(language, 0).format(BigInt(whole))}${point}${cents.padEnd(2, "0")}`;
}

/** A calendar date, `2026-03-01`, as people write it; never a `Date`, which has a time zone. */
export function day(text: string, language: Language): string {
  const [year, month, date] = text.slice(0, 10).split("-");
  return language === "ru" ? `${date}.${month}.${year}` : `${year}-${month}-${date}`;
}

/** A moment (UTC in the API) in the reader's own time; in English as days are written, 2026-03-01 10:42:57. */
export function moment(text: string, language: Language, seconds = true): string {
  return new Date(text).toLocaleString(language === "ru" ? "ru" : "sv", {
    dateStyle: "short",
    timeStyle: seconds ? "medium" : "short",
  });
}

/** When it will be, for what is near: the time alone. */
export function clock(text: string, language: Language): string {
  return new Date(text).toLocaleTimeString(language === "ru" ? "ru" : "sv");
}

/** The day of a moment in the reader's own time, in words: `3 марта`, with its year where it is another. */
export function longDay(text: string, language: Language, now = new Date()): string {
  const at = new Date(text);
  const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: "numeric" } as const);
  return at.toLocaleDateString(language === "en" ? "en-GB" : language, {
    day: "numeric",
    month: "long",
    ...year,
  });
}

export function duration(seconds: number, language: Language): string {
  const parts: [number, string, string][] = [
    [Math.floor(seconds / 3600), "h", "ч"],
    [Math.floor((seconds % 3600) / 60), "min", "мин"],
    [Math.round(seconds % 60), "s", "с"],
  ];
  const shown = parts.filter(([n]) => n > 0).slice(0, 2);
  if (shown.length === 0) return language === "ru" ? "0 с" : "0 s";
  return shown.map(([n, en, ru]) => `${n} ${language === "ru" ? ru : en}`).join(" ");
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A file's size, by thousands as file managers tell it. */
export function bytes(size: number, language: Language): string {
  const step = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(size, 1)) / 3));
  const digits = { style: "unit", unit: UNITS[step] ?? "byte", maximumFractionDigits: step ? 1 : 0 } as const;
  return new Intl.NumberFormat(language, digits).format(size / 1000 ** step);
}

export function useFormat() {
  const language = useLanguage();
  return {
    number: (n: number, digits = 0) => numbers(language, digits).format(n),
    money: (text: string) => money(text, language),
    day: (text: string) => day(text, language),
    moment: (text: string, seconds = true) => moment(text, language, seconds),
    clock: (text: string) => clock(text, language),
    bytes: (size: number) => bytes(size, language),
    longDay: (text: string) => longDay(text, language),
    duration: (seconds: number) => duration(seconds, language),
  };
}
