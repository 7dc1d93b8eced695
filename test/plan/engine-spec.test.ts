import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/model/canonical.js";
import { engineOf } from "../../src/model/engine-resource.js";
import { makeSecret } from "../../src/model/secret.js";
import { engineSpec, engineSpecHash, lastAppliedSalt, parseEngineSpec } from "../../src/model/spec.js";
import { aPool, type PoolParts } from "./engine-builders.js";

const specOf = (parts: PoolParts = {}, slot = 1, salt = "salt") =>
  engineSpec(engineOf(aPool(parts), slot), () => salt);
const secret = (value: string) => makeSecret(value, { env: "TOKEN" });

describe("an engine's spec", () => {
  it("is read from its label as it was written, without the secret", () => {
    const spec = specOf({ env: { TOKEN: secret("hush"), A: "1" }, command: ["run"], ports: [9, 8, 9] });
    const label = canonicalJson(spec);
    expect(label).not.toContain("hush");
    expect(parseEngineSpec(label)).toEqual(spec);
    expect(spec.ports).toEqual([8, 9]);
    const again = specOf({ env: { TOKEN: secret("hush") } }, 1, lastAppliedSalt(spec)("TOKEN"));
    expect(again.env.TOKEN).toEqual(spec.env.TOKEN);
  });

  it.each([undefined, "", "{", "null", "[]", '{"image":"a"}', canonicalJson({ ...specOf(), ports: ["80"] })])(
    "%s is none",
    (label) => expect(parseEngineSpec(label)).toBeUndefined(),
  );

  it("has a hash that only what cannot change in place moves", () => {
    const hash = engineSpecHash(specOf());
    expect(hash).toBe(engineSpecHash(specOf({}, 7)));
    expect(hash).toBe(engineSpecHash(specOf({ limits: { memoryBytes: 64, cpus: 2, pids: 1 } })));
    expect(hash).toBe(engineSpecHash(specOf({ ready: { type: "tcp", port: 80, timeoutMs: 1 } })));
    const others: readonly PoolParts[] = [
      { image: "image.other:1" },
      { network: "network.other" },
      { command: [] },
      { env: { A: "1" } },
      { noNewPrivileges: false },
      { logs: { maxSizeBytes: 1, maxFiles: 3 } },
      { ports: [80] },
      { limits: { swapBytes: 64 } },
    ];
    expect(new Set([hash, ...others.map((parts) => engineSpecHash(specOf(parts)))]).size).toBe(
      others.length + 1,
    );
  });
});
