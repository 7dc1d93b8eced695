import { resolve } from "node:path";
import { expect, test } from "vitest";
import { runInner } from "./bootstrap/inner.mjs";

const canMakeNamespaces = process.platform === "linux" && process.getuid?.() === 0;

test.runIf(canMakeNamespaces)(
  "an own Docker survives a restart and a crash, and leaves nothing behind",
  async () => {
    const script = [process.execPath, "--import", "tsx", "test/rig/daemon-life.ts"];
    expect(await runInner({ mode: "own" }, script, resolve(import.meta.dirname, "../.."))).toBe(0);
  },
);
