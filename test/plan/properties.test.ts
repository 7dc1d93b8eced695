import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LABEL } from "../../src/model/labels.js";
import type { Observed } from "../../src/model/observed.js";
import { isChange } from "../../src/model/plan.js";
import { digestOf, planProject } from "../../src/plan/plan-project.js";
import { damagedHost, desiredArbitrary, invadedHost } from "./arbitraries.js";
import { buildDesired, buildWarm } from "./builders.js";
import { printPlan } from "./print-plan.js";
import { simulateApply } from "./simulate-apply.js";

/** Any order of a list: by the hash of its members under a salt. */
function shuffle<T>(items: readonly T[], salt: number): T[] {
  const key = (item: T) =>
    [...JSON.stringify(item)].reduce((sum, c) => (sum * salt + c.charCodeAt(0)) % 9973, 7);
  return items.toSorted((a, b) => key(a) - key(b));
}

function shuffleHost(host: Observed, salt: number): Observed {
  const { images, networks, volumes, containers } = host;
  return {
    ...host,
    images: shuffle(images, salt),
    networks: shuffle(networks, salt),
    volumes: shuffle(volumes, salt),
    containers: shuffle(containers, salt),
  };
}

describe("over generated files and hosts", () => {
  it("planning after an apply finds nothing, but for what only a pull could show", () => {
    fc.assert(
      fc.property(desiredArbitrary, damagedHost, (desired, host) => {
        const once = simulateApply(desired, planProject(desired, host), host, 1);
        const twice = simulateApply(desired, planProject(desired, once), once, 2);
        expect(printPlan(planProject(desired, twice))).toBe("\n");
      }),
      { numRuns: 500 },
    );
  });

  it("planning an applied host finds at once nothing where every image was there", () => {
    fc.assert(
      fc.property(desiredArbitrary, desiredArbitrary, (desired, before) => {
        const images = [...buildWarm(desired).images, ...buildWarm(before).images];
        const host = { ...buildWarm(before), images };
        const applied = simulateApply(desired, planProject(desired, host), host, 1);
        expect(printPlan(planProject(desired, applied))).toBe("\n");
      }),
    );
  });

  it("what is not ours appears in no change but a conflict", () => {
    fc.assert(
      fc.property(desiredArbitrary, invadedHost, (desired, host) => {
        for (const { action, precondition } of planProject(desired, host).changes.filter(isChange)) {
          if (precondition.exists && precondition.id.startsWith("foreign")) expect(action).toBe("conflict");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("every change has an address of its own, and comes after what it depends on", () => {
    fc.assert(
      fc.property(desiredArbitrary, invadedHost, (desired, host) => {
        const { changes } = planProject(desired, host);
        const places = new Map(changes.map(({ address }, index) => [address, index]));
        expect(places.size).toBe(changes.length);
        for (const [index, { dependsOn }] of changes.entries()) {
          for (const address of dependsOn) expect(places.get(address)).toBeLessThan(index);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("the order of what is wanted and of what Docker lists changes nothing", () => {
    fc.assert(
      fc.property(desiredArbitrary, invadedHost, fc.integer({ min: 2, max: 999 }), (desired, host, salt) => {
        const plan = planProject(desired, host);
        const shuffled = { ...desired, resources: shuffle(desired.resources, salt) };
        const other = planProject(shuffled, shuffleHost(host, salt));
        expect(other).toEqual(plan);
        expect(other.digest).toBe(plan.digest);
      }),
      { numRuns: 500 },
    );
  });

  it("labels that are anything never throw", () => {
    const label = fc.oneof(fc.string(), fc.json(), fc.constant("volume.cyan-a"), fc.constant("network.net"));
    const labels = fc.dictionary(fc.constantFrom(...Object.values(LABEL)), label);
    fc.assert(
      fc.property(damagedHost, fc.array(labels, { minLength: 1 }), (host, labels) => {
        const damaged = <T extends { labels: object }>(things: readonly T[]): T[] =>
          things.map((thing, index) => {
            const own = { [LABEL.project]: "demo", ...labels[index % labels.length] };
            return { ...thing, labels: { ...thing.labels, ...own } };
          });
        const { networks, volumes, containers } = host;
        const hostile = {
          ...host,
          networks: damaged(networks),
          volumes: damaged(volumes),
          containers: damaged(containers),
        };
        const { changes } = planProject(buildDesired(), hostile);
        expect(new Set(changes.map(({ address }) => address)).size).toBe(changes.length);
        for (const { before, after } of changes.flatMap(({ fields }) => fields)) {
          for (const value of [before, after]) expect(value === null || typeof value !== "object").toBe(true);
          expect([before, after]).not.toContain(undefined);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("the digest", () => {
  it("is stable", () => {
    expect(planProject(buildDesired(), buildWarm(buildDesired())).digest).toMatchInlineSnapshot(
      `"p1:4f53cda18c2baa0c"`,
    );
    const changed = buildDesired({ templates: { a: { env: { A: "1" } } } });
    expect(planProject(changed, buildWarm(buildDesired())).digest).toMatchInlineSnapshot(
      `"p1:1b1087b0dcafda53"`,
    );
  });

  it("knows what a creation would make", () => {
    const nothing = { ...buildWarm(buildDesired()), containers: [] };
    const digests = [{}, { env: { A: "1" } }, { env: { A: "2" } }, { limits: { pids: 9 } }].map(
      (template) => planProject(buildDesired({ templates: { a: template } }), nothing).digest,
    );
    expect(new Set(digests).size).toBe(digests.length);
  });

  it("does not know the lines of the file", () => {
    const [one, two] = [1, 2].map((line) => {
      const template = { env: { A: "1" }, lines: { "env.A": line } };
      return digestOf(
        planProject(buildDesired({ templates: { a: template } }), buildWarm(buildDesired())).changes,
      );
    });
    expect(one).toBe(two);
  });
});

it("ten times the resources take about ten times as long", () => {
  const fastest = (count: number) => {
    const ids = Array.from({ length: count }, (_, index) => `t${index}`);
    const desired = buildDesired({
      templates: Object.fromEntries(ids.map((id) => [id, { env: { A: id } }])),
    });
    const host = buildWarm(desired);
    const times = Array.from({ length: 5 }, () => {
      const startedAt = performance.now();
      planProject(desired, host);
      return performance.now() - startedAt;
    });
    return Math.min(...times);
  };
  fastest(250); // until the code is compiled
  expect(fastest(2500) / fastest(250)).toBeLessThan(40);
});
