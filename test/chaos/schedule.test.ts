import { expect, it } from "vitest";
import { type Fault, nameFault } from "./fault.js";
import { makeSchedule } from "./schedule.js";

it("the same seed makes the same schedule, another one another", () => {
  expect(makeSchedule("a", 60)).toEqual(makeSchedule("a", 60));
  expect(makeSchedule("a", 60)).not.toEqual(makeSchedule("b", 60));
});

it("times grow and end with the run", () => {
  const times = makeSchedule("a", 60).map(({ atMs }) => atMs);
  expect(times).toEqual([...times].sort((one, other) => one - other));
  expect(times.at(-1)).toBeLessThan(60_000);
  expect(times.length).toBeGreaterThan(50);
});

it("a few seeds have every kind of fault", () => {
  const seeds = Array.from({ length: 20 }, (_, index) => String(index));
  const kinds = new Set(seeds.flatMap((seed) => makeSchedule(seed, 60).map(({ fault }) => fault.kind)));
  const all: Record<Fault["kind"], true> = {
    ...{ "template": true, "engine": true, "seeder": true, "session volume": true, "network": true },
    ...{ "image": true, "proof": true, "prune": true, "watcher": true, "docker": true, "proxy": true },
    ...{ "clock": true, "disk": true, "file": true, "foreign": true },
  };
  expect([...kinds].sort()).toEqual(Object.keys(all).sort());
});

it("the watcher of a long run is left alone in its last part", () => {
  const ends = makeSchedule("a", 600).filter(({ fault }) =>
    ["watcher kill", "watcher terminate"].includes(nameFault(fault)),
  );
  expect(ends.length).toBeGreaterThan(5);
  expect(ends.at(-1)?.atMs).toBeLessThan(240_000);
});
