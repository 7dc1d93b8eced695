/** What trying again does not mend: the file itself has to change. */
const FOR_GOOD: ReadonlySet<string> = new Set([
  ...["image-not-found", "auth-failed", "platform-mismatch"],
  ...["seed-failed", "unhealthy", "rejected", "engine-failed"],
]);

/** @param code of the error that work on a revision ended with */
export const failsForGood = (code: string) => FOR_GOOD.has(code);
