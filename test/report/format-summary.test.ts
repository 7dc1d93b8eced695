import { expect, it } from "vitest";
import { formatNothingToDo } from "../../src/report/progress/format-result.js";
import { formatSummary } from "../../src/report/progress/format-summary.js";
import { plain } from "./builders.js";

const base = { done: 0, failed: 0, skipped: 0, unhealthy: 0, interrupted: false };

it("says that all is done, and of a whole config that all matches", () => {
  expect(formatSummary({ ...base, done: 5 }, plain, { config: "warm.yaml" })).toBe(
    "Applied: 5 done. Everything matches warm.yaml.",
  );
  expect(formatSummary({ ...base, done: 5 }, plain)).toBe("Applied: 5 done.");
});

it("says what is missing and how to finish", () => {
  expect(formatSummary({ ...base, done: 4, failed: 1, skipped: 2 }, plain, { config: "warm.yaml" })).toBe(
    "Applied: 4 done, 1 failed, 2 skipped.\nRun warm apply again to finish.",
  );
});

it("tells apart what failed and what did not become healthy", () => {
  expect(formatSummary({ ...base, failed: 3, unhealthy: 1 }, plain).split("\n")[0]).toBe(
    "Applied: 0 done, 3 failed (1 of them not healthy in time).",
  );
  expect(formatSummary({ ...base, failed: 1, unhealthy: 1 }, plain).split("\n")[0]).toBe(
    "Applied: 0 done, 1 failed (not healthy in time).",
  );
});

it("says that an interrupted apply is not finished", () => {
  expect(formatSummary({ ...base, done: 2, skipped: 3, interrupted: true }, plain)).toBe(
    "Interrupted: 2 done, 3 skipped.\nRun warm apply again to finish.",
  );
});

it("says what only showed after pulling, and no longer that all matches", () => {
  const words = (remaining: number) =>
    formatSummary({ ...base, done: 5 }, plain, { config: "warm.yaml", remaining });
  expect(words(1)).toBe(
    "Applied: 5 done.\n1 change remains that only showed after pulling: run `warm plan`.",
  );
  expect(words(2)).toContain("\n2 changes remain that");
});

it("does not say that all matches when nobody could look", () => {
  expect(
    formatSummary({ ...base, failed: 0, skipped: 0, unhealthy: 0 }, plain, {
      config: "warm.yaml",
      isUnseen: true,
    }),
  ).toContain("Docker could not be asked what remains");
});

it("counts what matches when there is nothing to do, and what did not answer", () => {
  const config = "warm.yaml";
  expect(formatNothingToDo({ matching: 1, unhealthy: 0, config })).toBe(
    "No changes. 1 resource matches warm.yaml.",
  );
  expect(formatNothingToDo({ matching: 5, unhealthy: 1, config })).toBe(
    "No changes. 5 resources match warm.yaml.\n1 of them did not answer its health check.",
  );
  expect(formatNothingToDo({ matching: 5, unhealthy: 2, config })).toContain(
    "2 of them did not answer their health checks.",
  );
});
