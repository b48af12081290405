import { defineConfig } from "vitest/config";

/** The tests that mutants are tried with: all of the rooms under mutation, none that starts processes. */
export default defineConfig({
  test: {
    include: ["test/tencentcloud/*.test.ts", "test/csrs/*.test.ts", "test/inputs/csr-ids.test.ts"],
    // Sockets; and seconds of simulation for each change.
    exclude: ["test/tencentcloud/transport.test.ts", "test/csrs/shared-limit.test.ts"],
    testTimeout: 5_000,
  },
});
