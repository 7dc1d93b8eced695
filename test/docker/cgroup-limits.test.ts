import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createCgroupReader } from "../../src/docker/observe/cgroup-limits.js";

const ID = "0123456789abcdef".repeat(4);
const OTHER = "f".repeat(64);
const MIB = 2 ** 20;

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "warm-cgroup-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text: string): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${text}\n`);
}

const isVersion2 = () => write("cgroup.controllers", "cpu memory pids");

function writeGroup2(group: string, memory = String(64 * MIB), cpu = "50000 100000", pids = "64"): void {
  write(`${group}/memory.max`, memory);
  write(`${group}/cpu.max`, cpu);
  write(`${group}/pids.max`, pids);
}

function writeGroup1(group: string, memory = String(64 * MIB), quota = "50000", pids = "64"): void {
  write(`memory/${group}/memory.limit_in_bytes`, memory);
  write(`cpu/${group}/cpu.cfs_quota_us`, quota);
  write(`cpu/${group}/cpu.cfs_period_us`, "100000");
  write(`pids/${group}/pids.max`, pids);
}

const LIMITS = { memoryBytes: 64 * MIB, cpus: 0.5, pids: 64 };
const UNLIMITED = { memoryBytes: 0, cpus: 0, pids: 0 };
const read = (id = ID) => createCgroupReader(root)(id);

/** Where Docker may keep a container's group. */
const places = [
  ["Docker's own folder", `docker/${ID}`],
  ["systemd's scopes", `system.slice/docker-${ID}.scope`],
  ["a parent that the daemon was given", `warm-rig-5/${ID}`],
  ["a slice that the daemon was given", `machine.slice/build.slice/docker-${ID}.scope`],
  ["the group of a daemon in a container", `docker/${OTHER}/../../outer/docker/${ID}`],
] as const;

describe.each([
  ["version 2", isVersion2, writeGroup2, ["max", "max 100000", "max"]],
  ["version 1", () => {}, writeGroup1, ["9223372036854771712", "-1", "max"]],
] as const)("%s of the kernel's groups", (_name, prepare, writeGroup, none) => {
  beforeEach(prepare);

  it.each(places)("a container's limits are found in %s", (_place, group) => {
    writeGroup(group);
    expect(read()).toEqual(LIMITS);
  });

  it("no limit is 0", () => {
    writeGroup(`docker/${ID}`, ...none);
    expect(read()).toEqual(UNLIMITED);
  });

  it("a container that is not of this machine has none", () => {
    writeGroup(`docker/${OTHER}`);
    expect(read()).toBeUndefined();
  });

  it("a group of which a part cannot be read says nothing", () => {
    writeGroup(`docker/${ID}`);
    for (const file of [`docker/${ID}/pids.max`, `pids/docker/${ID}/pids.max`])
      rmSync(join(root, file), { force: true });
    expect(read()).toBeUndefined();
  });

  it("another container's group is never taken for it", () => {
    writeGroup(`docker/${ID}x`);
    writeGroup(`docker/x${ID}`);
    writeGroup(`docker/${ID.slice(0, 12)}`);
    expect(read()).toBeUndefined();
  });
});

it("a machine without such a tree says nothing", () => {
  expect(createCgroupReader(join(root, "nowhere"))(ID)).toBeUndefined();
});

it("a deep tree of other groups is given up in time", () => {
  isVersion2();
  for (let slice = 0; slice < 300; slice += 1)
    mkdirSync(join(root, "user.slice", `u${slice}`, "a", "b", "c"), { recursive: true });
  const startedAt = performance.now();
  expect(read()).toBeUndefined();
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
