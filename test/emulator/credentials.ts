import type { Credentials } from "./types.ts";

/** The key pair that the emulator accepts by default. It opens nothing else. */
export const DEMO_CREDENTIALS: Readonly<Credentials> = {
  secretId: "AKIDEXAMPLE-emulator-only",
  secretKey: "example-secret-key-emulator-only",
};
