import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findInFlight, selectDue } from "../../src/daemon/pass/select-due.js";
import type { Hold } from "../../src/model/daemon-status.js";
import type { Change } from "../../src/model/plan.js";
import { buildForeignContainer, buildObserved } from "../plan/builders.js";
import { buildChange, buildPlan, missing } from "./builders.js";

const NOBODY: ReadonlySet<string> = new Set();
const needs = (address: string, ...dependsOn: string[]) => ({ ...missing(address), dependsOn });
const chain = [
  missing("image.blob"),
  needs("volume.v", "image.blob"),
  needs("container.c", "volume.v"),
  missing("container.other"),
];

function select(changes: readonly Change[], inFlight: ReadonlySet<string>, holds: Record<string, Hold> = {}) {
  const { due, held } = selectDue(buildPlan(changes), inFlight, ({ address }) => holds[address]);
  return { due: due.map(({ address }) => address), held: Object.fromEntries(held) };
}

describe("what is begun", () => {
  it("is everything where nothing is in the way", () => {
    expect(select(chain, NOBODY).due).toEqual(chain.map(({ address }) => address));
  });

  it("is nothing of what is as it should be", () => {
    expect(select([buildChange()], NOBODY, { "container.x": "backing-off" })).toEqual({ due: [], held: {} });
  });

  it("is not what waits for something that is left alone, however far", () => {
    expect(select(chain, NOBODY, { "image.blob": "backing-off" })).toMatchInlineSnapshot(`
      {
        "due": [
          "container.other",
        ],
        "held": {
          "container.c": "waiting",
          "image.blob": "backing-off",
          "volume.v": "waiting",
        },
      }
    `);
  });

  it("is not what waits for work under way", () => {
    expect(select(chain, new Set(["volume.v"]))).toMatchInlineSnapshot(`
      {
        "due": [
          "image.blob",
          "container.other",
        ],
        "held": {
          "container.c": "waiting",
          "volume.v": "in-flight",
        },
      }
    `);
  });

  it("is not what waits for work whose end this plan sees already", () => {
    const done = { ...buildChange({ address: "volume.v" }), kind: "volume" } as const;
    expect(select([done, needs("container.c", "volume.v")], new Set(["volume.v"]))).toEqual({
      due: [],
      held: { "container.c": "waiting" },
    });
  });

  it("tells its own reason where a parent has one too", () => {
    const holds = { "image.blob": "backing-off", "container.c": "flapping" } as const;
    expect(select(chain, NOBODY, holds).held["container.c"]).toBe("flapping");
  });
});

it("nothing is begun before what it depends on, whatever is held and in flight", () => {
  const count = 7;
  const at = (index: number) => `container.n${index}`;
  const edges = fc.array(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)));
  const some = fc.subarray(Array.from({ length: count }, (_, index) => at(index)));
  fc.assert(
    fc.property(edges, some, some, some, (pairs, flying, holding, noops) => {
      const changes = Array.from({ length: count }, (_, index) => ({
        ...(noops.includes(at(index)) ? buildChange({ address: at(index) }) : missing(at(index))),
        dependsOn: pairs.filter(([child, parent]) => child === index && parent < child).map(([, p]) => at(p)),
      }));
      const holds = Object.fromEntries(holding.map((address) => [address, "backing-off" as const]));
      const { due, held } = select(changes, new Set(flying), holds);
      for (const { address, dependsOn } of changes.filter((change) => due.includes(change.address)))
        for (const parent of [address, ...dependsOn]) {
          expect(flying).not.toContain(parent);
          expect(held[parent]).toBeUndefined();
        }
      expect([...due, ...Object.keys(held)].sort()).toEqual(
        changes
          .filter(({ action }) => action !== "noop")
          .map(({ address }) => address)
          .sort(),
      );
    }),
  );
});

describe("leftovers", () => {
  const leftover = (id: string): Change => ({
    ...buildChange({ address: "container.c-new", action: "delete", reasons: ["orphaned"] }),
    precondition: { exists: true, id },
  });
  const host = buildObserved({
    containers: [buildForeignContainer({ id: "1", labels: { "warm.address": "container.c" } })],
  });

  it("of work under way are under way too", () => {
    const plan = buildPlan([missing("container.c"), leftover("1")]);
    expect([...findInFlight(plan, host, new Set(["container.c"]))]).toEqual([
      "container.c",
      "container.c-new",
    ]);
  });

  it("of work that is over are not, nor is another's container", () => {
    expect([...findInFlight(buildPlan([leftover("1")]), host, NOBODY)]).toEqual([]);
    expect([...findInFlight(buildPlan([leftover("2")]), host, new Set(["container.c"]))]).toEqual([
      "container.c",
    ]);
    expect([...findInFlight(buildPlan([leftover("1")]), host, new Set(["container.d"]))]).toEqual([
      "container.d",
    ]);
  });
});
