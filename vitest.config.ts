import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/sdk/**"],
    // Scenarios wait for child processes and for the API's rate limit, not for the processor.
    testTimeout: 30_000,
    maxConcurrency: 8,
    maxWorkers: 2,
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      // Starts the process: only the built action shows that, in test/scenarios.
      exclude: ["src/index.ts", "src/**/*.d.ts"],
      reporter: ["text-summary", "html"],
      thresholds: { lines: 95, branches: 90 },
    },
  },
});
