/** The version of `package.json`; a test keeps them the same. */
export const VERSION = "1.0.0";
