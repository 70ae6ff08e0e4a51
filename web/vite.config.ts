import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const API = process.env.TIDEMARK_API ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2022",
    // Nothing is inlined: the Content-Security-Policy has no data: and no inline script.
    assetsInlineLimit: 0,
    // Which file imports which: tests/web weighs the first load by it.
    manifest: true,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: { "/api": API, "/ws": { target: API, ws: true } },
  },
});
