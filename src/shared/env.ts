/** The environment of the process, passed as a value: no room reads `process.env` itself. */
export type Env = Readonly<Record<string, string | undefined>>;
