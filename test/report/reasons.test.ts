import { describe, expect, it } from "vitest";
import type { ResourceKind } from "../../src/model/resource.js";
import { REASONS, reasonSentence, reasonsSentence } from "../../src/report/plan-text/reasons.js";

const KINDS: readonly ResourceKind[] = ["network", "image", "volume", "container", "engine"];

describe("reasonSentence", () => {
  it("has a clause for each reason and kind", () => {
    const rows = REASONS.map((reason) => {
      const sentences = KINDS.map((kind) => reasonSentence(reason, kind));
      const common = sentences[3] ?? "";
      const special = KINDS.flatMap((kind, index) =>
        sentences[index] === common ? [] : [`${kind}: ${sentences[index]}`],
      );
      return [`${reason}: ${common}`, ...special.map((line) => `  ${line}`)].join("\n");
    });
    expect(rows.join("\n")).toMatchInlineSnapshot(`
      "missing: does not exist
        image: not on the host
      config-changed: its configuration changed
      drift-field: changed outside warm
      drift-stopped: not running
      drift-unhealthy: runs but is not healthy
      image-moved: its image tag names another image now
        image: the tag names another image in the registry now
        volume: its blob's tag names another image now
      parent-replaced: its volume is made anew
        network: something that it depends on is made anew
        image: something that it depends on is made anew
        volume: something that it depends on is made anew
        engine: something that it depends on is made anew
      seed-incomplete: its volume was not seeded to the end
        volume: not seeded to the end
      seed-changed: its volume was seeded from another blob
        volume: seeded from another blob
      orphaned: no longer declared
        image: marks an expired session that is no longer declared, or lives again
      expired: its time to live is over
        engine: its time is over
      surplus: more of them than declared
        engine: more engines than needed
      scale-up: fewer of them than declared
        engine: more engines are needed
      recycle-age: older than its time to live allows
        engine: older than its time to live
      recycle-jobs: has run as many jobs as it may
        engine: has run its number of jobs
      recycle-memory: uses more memory than it may
      failed: failed
      requested: requested
        engine: asked for
      conflict-name: the name is taken by a container that warm did not make
        network: the name is taken by a network that warm did not make
        image: the name is taken by an image that warm did not pull
        volume: the name is taken by a volume that warm did not make
        engine: the name is taken by something that warm did not make
      conflict-in-use: in use by something that warm did not make
        network: in use by containers that warm did not make
        image: in use by containers that warm did not make
        volume: in use by containers that warm did not make"
    `);
  });

  it("joins several in their order", () => {
    expect(reasonsSentence(["config-changed", "drift-stopped"], "container")).toBe(
      "its configuration changed; not running",
    );
    expect(reasonsSentence([], "image")).toBe("");
  });
});
