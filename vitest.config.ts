import { defineConfig } from "vitest/config";

// Stryker runs tests for each change in `src`: not those that start processes, or check other things than `src`.
const mutation = process.env.STRYKER_MUTATOR_WORKER !== undefined;
const withoutMutants = ["test/{scenarios,emulator,scripts,release,e2e}/**"];

// For the differences that a worker prints; `--no-color` is for the rest.
process.env.NO_COLOR ??= "1";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/sdk/**", ...(mutation ? withoutMutants : [])],
    // Scenarios wait for child processes and for the API's rate limit, not for the processor.
    testTimeout: mutation ? 5_000 : 30_000,
    maxConcurrency: 8,
    maxWorkers: 3,
    // Failures, and the number of tests.
    reporters: ["minimal"],
    experimental: { diagnostics: false },
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
