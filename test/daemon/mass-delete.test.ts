import fc from "fast-check";
import { expect, it } from "vitest";
import { findMassDelete } from "../../src/daemon/pass/mass-delete.js";
import { planProject } from "../../src/plan/plan-project.js";
import { desiredArbitrary } from "../plan/arbitraries.js";
import { buildDesired, buildForeignContainer, buildWarm } from "../plan/builders.js";

const withTemplates = (ids: string) =>
  buildDesired({ templates: Object.fromEntries([...ids].map((id) => [id, {}])) });

/** What a host that was warm for `before` loses under a file with `after`. */
function judge(before: string, after: string) {
  const host = buildWarm(withTemplates(before));
  const found = findMassDelete(planProject(withTemplates(after), host), host);
  return found && { deletes: found.addresses.length, owned: found.owned };
}

it("is more than half of what is ours, and more than three things", () => {
  const cases = { "abcde": "a", "abc": "a", "abcd": "ab", "ab": "a", "a": "", "abcdef": "abc" };
  const judged = Object.entries(cases).map(([before, after]) => [
    `${before} -> ${after}`,
    judge(before, after),
  ]);
  expect(Object.fromEntries(judged)).toMatchInlineSnapshot(`
    {
      "a -> ": undefined,
      "ab -> a": undefined,
      "abc -> a": {
        "deletes": 4,
        "owned": 7,
      },
      "abcd -> ab": undefined,
      "abcde -> a": {
        "deletes": 8,
        "owned": 11,
      },
      "abcdef -> abc": undefined,
    }
  `);
});

it("does not count what is not ours, nor the lock", () => {
  const before = buildWarm(withTemplates("abcde"));
  const lock = { "warm.project": "demo", "warm.address": "lock.demo" };
  const others = Array.from({ length: 50 }, (_, index) =>
    buildForeignContainer({ id: `f${index}`, name: `f${index}` }),
  );
  const host = {
    ...before,
    containers: [
      ...before.containers,
      ...others,
      buildForeignContainer({ id: "lock", name: "lock", labels: lock }),
    ],
  };
  expect(findMassDelete(planProject(withTemplates("a"), host), host)).toMatchObject({
    owned: 11,
    addresses: { length: 8 },
  });
});

it("is never found where nothing is deleted, whatever else there is to do", () => {
  fc.assert(
    fc.property(desiredArbitrary, (desired) => {
      const host = buildWarm(desired);
      expect(findMassDelete(planProject(desired, host), host)).toBeUndefined();
    }),
  );
});
