import { afterAll, beforeAll, beforeEach, type RunnerTestCase } from "vitest";

let current: RunnerTestCase | undefined;

/**
 * A try that failed leaves promises behind that nobody waits for any more; what they come to is no error beside the
 * one that ended the try. Of any other test an unhandled rejection stays an error of the run: vitest leaves them to
 * whoever else listens, so it is thrown on to where it listens alone.
 */
function judgeRejection(reason: unknown): void {
  const hasFailedBefore = (current?.result?.errors?.length ?? 0) > 0;
  if (!hasFailedBefore) throw reason;
}

beforeAll(() => void process.on("unhandledRejection", judgeRejection));
beforeEach(({ task }) => {
  current = task;
});
afterAll(() => void process.off("unhandledRejection", judgeRejection));
