import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

configure({ asyncUtilTimeout: 20_000 });

// What Ant Design asks a browser for and jsdom has not.
class NoResizes implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}
const nothing = () => undefined;
const noMedia = (media: string): MediaQueryList => ({
  media,
  matches: false,
  onchange: null,
  addListener: nothing,
  removeListener: nothing,
  addEventListener: nothing,
  removeEventListener: nothing,
  dispatchEvent: () => false,
});
window.ResizeObserver ??= NoResizes;
window.matchMedia ??= noMedia;

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
