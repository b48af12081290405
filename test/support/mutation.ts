/** Stryker runs the tests once for each change in `src`: without those of long lists, which take longer than all others. */
export const isMutation = process.env.STRYKER_MUTATOR_WORKER !== undefined;
