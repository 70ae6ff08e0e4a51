import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// Chromium has these and jsdom has not.
window.matchMedia ??= (query) =>
  Object.assign(new EventTarget(), {
    matches: false,
    media: query,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
  });
globalThis.ResizeObserver ??= class {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

// A fact that does not come fails a test; a busy machine does not.
configure({ asyncUtilTimeout: 20_000 });

localStorage.setItem("tidemark.language", "en");
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
