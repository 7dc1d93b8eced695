import { resolve } from "node:path";
import { expect, it } from "vitest";
import { runInner } from "../../rig/bootstrap/inner.mjs";

const canMakeNamespaces = process.platform === "linux" && process.getuid?.() === 0;

it.runIf(canMakeNamespaces)(
  "a Docker that is restarted, or crashes, ends the leases of its engines, and the pool is filled with others",
  // Docker 20.10 may leave a mount behind as it is restarted, and cannot remove that container for as long as it stands.
  { retry: 1, timeout: 120_000 },
  async () => {
    const script = [process.execPath, "--import", "tsx", "test/scenarios/pools/restarted-docker-pool.ts"];
    expect(await runInner({ mode: "own" }, script, resolve(import.meta.dirname, "../../.."))).toBe(0);
  },
);
