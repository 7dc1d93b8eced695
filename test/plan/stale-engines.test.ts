import { describe, expect, it } from "vitest";
import { findStaleEngines } from "../../src/plan/engines/find-stale-engines.js";
import { buildForeignContainer } from "./builders.js";
import { anEngine, engineIdOf, poolOf } from "./engine-builders.js";
import { desiredOf, hostOf } from "./engine-hosts.js";

const pool = poolOf(2, { env: { MODE: "fast" } });
const slow = { ...pool, env: { MODE: "slow" } };
const host = hostOf(pool, [anEngine(slow, 1), anEngine(pool, 2)]);
const idsIn = (...args: Parameters<typeof findStaleEngines>) => [...findStaleEngines(...args).containerIds];

describe("engines of another spec", () => {
  it("are those that the file would have made otherwise", () => {
    expect(idsIn(desiredOf(pool), host)).toEqual([engineIdOf("cyan-engine-p-1")]);
    expect(idsIn(desiredOf(slow), host)).toEqual([engineIdOf("cyan-engine-p-2")]);
  });

  it("are those from another image than its name stands for now", () => {
    const images = host.images.map((image) => ({ ...image, id: "sha256:moved" }));
    expect(idsIn(desiredOf(pool), { ...host, images })).toHaveLength(2);
  });

  it("are those on a network that was made anew", () => {
    const networks = host.networks.map((network) => ({ ...network, id: "another" }));
    expect(idsIn(desiredOf(pool), { ...host, networks })).toHaveLength(2);
  });

  it("are not those of somebody else, of another project or of a pool that is not declared", () => {
    const containers = [
      buildForeignContainer({ name: "cyan-engine-p-3" }),
      anEngine(slow, 4, {}, "other"),
      anEngine({ ...slow, id: "q" }, 1),
    ];
    expect(idsIn(desiredOf(pool), { ...host, containers })).toEqual([]);
    expect(idsIn({ ...desiredOf(pool), pools: [] }, host)).toEqual([]);
  });

  it("are told apart by their specs, whatever the slot, and by the image that stands for its name", () => {
    const { specOf } = findStaleEngines(desiredOf(pool), host);
    expect(specOf("p")).toBe(findStaleEngines(desiredOf(pool), hostOf(pool, [])).specOf("p"));
    expect(specOf("p")).not.toBe(findStaleEngines(desiredOf(slow), host).specOf("p"));
    const moved = host.images.map((image) => ({ ...image, id: "sha256:moved" }));
    expect(specOf("p")).not.toBe(findStaleEngines(desiredOf(pool), { ...host, images: moved }).specOf("p"));
    expect(specOf("q")).toBe("");
  });
});
