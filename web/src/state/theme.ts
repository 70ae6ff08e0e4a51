import { useSyncExternalStore } from "react";

const KEY = "tidemark.theme";
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function isDark(): boolean {
  const kept = localStorage.getItem(KEY);
  return kept === null ? dark.matches : kept === "dark";
}

function tell(): void {
  document.documentElement.style.colorScheme = isDark() ? "dark" : "light";
  for (const listener of listeners) listener();
}

dark.addEventListener("change", tell);
tell();

export function switchTheme(toDark: boolean): void {
  localStorage.setItem(KEY, toDark ? "dark" : "light");
  tell();
}

/** Dark as the system is, until somebody switches. */
export function useDark(): boolean {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, isDark);
}
