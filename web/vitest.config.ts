import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  test: {
    environment: "jsdom",
    setupFiles: ["./src/testing/setup.ts"],
    restoreMocks: true,
    // Tables of Ant Design are slow to render in jsdom where the machine has other work.
    testTimeout: 60_000,
  },
});
