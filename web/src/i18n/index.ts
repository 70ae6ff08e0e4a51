import { useSyncExternalStore } from "react";
import { en } from "./en";
import { ru } from "./ru";

export type Language = "en" | "ru";
export type Word = keyof typeof en;
type Arguments = Readonly<Record<string, string | number>>;

const KEY = "tidemark.language";
const WORDS: Record<Language, Record<Word, string>> = { en, ru };
const listeners = new Set<() => void>();
let chosen: Language = first();

function first(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === "en" || kept === "ru") return kept;
  return navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en";
}

/** Whether there is such a word: names that come from the server may be newer than the page. */
export function isWord(name: string): name is Word {
  return name in en;
}

/** The language of the page: the browser's, until somebody switches. */
export function language(): Language {
  return chosen;
}

export function switchLanguage(to: Language): void {
  chosen = to;
  localStorage.setItem(KEY, to);
  for (const listener of listeners) listener();
}

export function useLanguage(): Language {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, language);
}

/** A sentence with its arguments: `{name}` is put in, `{n|row|rows}` is the form that goes with n. */
export function say(word: Word, args: Arguments = {}, to: Language = chosen): string {
  return WORDS[to][word].replace(/\{(\w+)((?:\|[^|}]*)*)\}/g, (_, name: string, forms: string) => {
    const value = args[name] ?? "";
    if (!forms) return typeof value === "number" ? value.toLocaleString(to) : value;
    return form(Number(value), forms.slice(1).split("|"), to);
  });
}

/** English: one, other. Russian: one, few, many. */
function form(n: number, forms: readonly string[], to: Language): string {
  const kind = new Intl.PluralRules(to).select(n);
  const place = kind === "one" ? 0 : kind === "few" || to === "en" ? 1 : 2;
  return forms[Math.min(place, forms.length - 1)] ?? "";
}

/** `say` in the language of the page, which renders anew when it is switched. */
export function useWords(): (word: Word, args?: Arguments) => string {
  const current = useLanguage();
  return (word, args) => say(word, args, current);
}
