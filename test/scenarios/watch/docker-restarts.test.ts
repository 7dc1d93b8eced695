import { resolve } from "node:path";
import { expect, it } from "vitest";
import { runInner } from "../../rig/bootstrap/inner.mjs";

const canMakeNamespaces = process.platform === "linux" && process.getuid?.() === 0;

it.runIf(canMakeNamespaces)(
  "a Docker that is restarted, or crashes, is healed by the same watcher, which tells once that it was away",
  async () => {
    const script = [process.execPath, "--import", "tsx", "test/scenarios/watch/restarted-docker.ts"];
    expect(await runInner({ mode: "own" }, script, resolve(import.meta.dirname, "../../.."))).toBe(0);
  },
  120_000,
);
