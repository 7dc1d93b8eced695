import { describe, expect, it } from "vitest";
import type { Change } from "../../src/model/plan.js";
import { formatPlan } from "../../src/report/plan-text/format-plan.js";
import { makeStyle } from "../../src/report/text/style.js";
import { buildBigPlan, buildChange, buildDocument, buildField, buildUnchanged, plain } from "./builders.js";

const text = (changes: readonly Change[], options = {}) => formatPlan(buildDocument(changes), plain, options);
const withoutHeader = (changes: readonly Change[], options = {}) =>
  text(changes, options).split("\n").slice(2).join("\n");

describe("formatPlan", () => {
  it("shows each action with its reason, and the fields below", () => {
    expect(formatPlan(buildBigPlan(), plain)).toMatchInlineSnapshot(`
      "Plan for cyanprint on unix:///var/run/docker.sock (Docker 20.10.24, linux/amd64)

        + network.cyanprint                                         create: does not exist
        + image.127.0.0.1:5000/acme/ts-template:1.4.0               pull: not on the host
        ~ image.127.0.0.1:5000/acme/go-template:latest              pull: the tag names another image in the registry now
            digest  "sha256:19c419c419c4" -> "sha256:7be07be07be0"  the tag moved
        ± volume.cyan-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11              replace: not seeded to the end
        ± container.cyan-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11  replace: its configuration changed; its volume is made anew
            env.LOG_LEVEL  "info" -> "debug"  forces replacement, changed in warm.yaml:41
            env.TOKEN      (sensitive)        forces replacement, changed in warm.yaml:42
            env.OLD        "1" -> (not set)   forces replacement, changed in warm.yaml
        ~ container.cyan-template-77aa1b9e6c1f4f57a8a02f3c6f2f9c22  update in place: changed outside warm
            resources.memory  (not set) -> 256 MiB  changed outside warm
            resources.cpus    2 -> 0.5              changed in warm.yaml:50
        > container.cyan-template-c                                 start: not running
        - volume.cyan-old                                           delete: no longer declared

      Needs a decision:
        ! container.cyan-template-d                                 the name is taken by a container that warm did not make
            held by   container 51d0a7e2 (compose project shop)
            to adopt  warm apply --adopt container.cyan-template-d
            or        rename it in warm.yaml, or remove what holds the name
        ! volume.cyan-e                                             in use by containers that warm did not make
            why       in use by container backup
            to do     stop or remove what uses it, then run warm apply again

      Notes:
        container cyan-template-x has our name for a template that warm.yaml does not declare; left alone

      Plan: 2 to create, 1 to start, 2 to update, 2 to replace, 1 to delete, 2 conflicts, 12 unchanged."
    `);
  });

  it("says in one line that all matches", () => {
    expect(text(buildUnchanged(16))).toBe("No changes. 16 resources match warm.yaml.");
    expect(text(buildUnchanged(1))).toBe("No changes. 1 resource matches warm.yaml.");
  });

  it("names the config as the user named it", () => {
    const document = buildDocument(buildUnchanged(2), { config: { path: "hosts/prod.yaml", sha256: "" } });
    expect(formatPlan(document, plain)).toBe("No changes. 2 resources match hosts/prod.yaml.");
  });

  it("keeps notes when nothing changes", () => {
    const document = buildDocument(buildUnchanged(2), { notes: ["the daemon is old"] });
    expect(formatPlan(document, plain)).toMatchInlineSnapshot(`
      "Notes:
        the daemon is old

      No changes. 2 resources match warm.yaml."
    `);
  });

  it("always counts creations, replacements, deletions and what is unchanged", () => {
    const start = buildChange({ address: "container.a", action: "start", reasons: ["drift-stopped"] });
    expect(text([start]).split("\n").at(-1)).toBe(
      "Plan: 0 to create, 1 to start, 0 to replace, 0 to delete, 0 unchanged.",
    );
    expect(
      text([buildChange({ address: "container.a" }), ...buildUnchanged(3)])
        .split("\n")
        .at(-1),
    ).toBe("Plan: 1 to create, 0 to replace, 0 to delete, 3 unchanged.");
  });

  it("lists everything when verbose", () => {
    const changes = [
      buildChange({ address: "network.cyanprint", action: "noop" }),
      buildChange({
        address: "container.a",
        dependsOn: ["network.cyanprint"],
        fields: [buildField({ path: "mount", before: null, after: "/workspace" })],
      }),
    ];
    expect(text(changes, { verbose: true })).toMatchInlineSnapshot(`
      "Plan for cyanprint on unix:///var/run/docker.sock (Docker 20.10.24, linux/amd64)
      digest p1:9a44e0c17be041aa

        + container.a  create: does not exist
            mount  (not set) -> "/workspace"
            after network.cyanprint

      Unchanged:
          network.cyanprint

      Plan: 1 to create, 0 to replace, 0 to delete, 1 unchanged."
    `);
  });

  it("says what a plan to destroy is about", () => {
    const options = { targets: [], excludes: [], replace: [], adopt: [], destroy: true };
    const remove = buildChange({ address: "volume.a", action: "delete", reasons: ["requested"] });
    expect(formatPlan(buildDocument([remove], { options }), plain)).toMatchInlineSnapshot(`
      "Plan to delete all that warm made for cyanprint on unix:///var/run/docker.sock (Docker 20.10.24, linux/amd64)

        - volume.a  delete: requested

      Plan: 0 to create, 0 to replace, 1 to delete, 0 unchanged."
    `);
    expect(formatPlan(buildDocument([], { options }), plain)).toMatchInlineSnapshot(
      `"No changes. Nothing that warm made for cyanprint is on the host."`,
    );
  });

  it("says that an adopted object is taken over", () => {
    const options = { targets: [], excludes: [], replace: [], adopt: ["container.a"], destroy: false };
    const take = buildChange({ address: "container.a", action: "replace", reasons: ["requested"] });
    expect(formatPlan(buildDocument([take], { options }), plain)).toContain(
      "replace: taken over, as --adopt asks",
    );
  });

  it("tells what to do about an image that may not be pulled", () => {
    const change = buildChange({ address: "image.a:1", action: "conflict", heldBy: "pull.policy is never" });
    expect(withoutHeader([change])).toMatchInlineSnapshot(`
      "Needs a decision:
        ! image.a:1  not on the host
            why       pull.policy is never
            to do     docker pull a:1
            or        allow pulls in warm.yaml

      Plan: 0 to create, 0 to replace, 0 to delete, 1 conflict, 0 unchanged."
    `);
  });

  it("keeps an overlong address from moving the others", () => {
    const changes = [
      buildChange({ address: `container.${"x".repeat(90)}` }),
      buildChange({ address: "container.b" }),
    ];
    expect(withoutHeader(changes)).toMatchInlineSnapshot(`
      "  + container.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx  create: does not exist
        + container.b  create: does not exist

      Plan: 2 to create, 0 to replace, 0 to delete, 0 unchanged."
    `);
  });

  it("never shows what stands in a sensitive field", () => {
    const fields = [
      buildField({ path: "env.A", before: "hunter2", after: "hunter3", sensitive: true }),
      buildField({ path: "env.B", before: null, after: "hunter3", sensitive: true }),
      buildField({ path: "env.C", before: "hunter2", after: null, sensitive: true }),
    ];
    const shown = text([
      buildChange({ address: "container.a", action: "replace", reasons: ["config-changed"], fields }),
    ]);
    expect(shown).not.toContain("hunter");
    expect(shown).toContain("env.B  (not set) -> (sensitive)");
    expect(shown).toContain("env.C  (sensitive) -> (not set)");
  });

  it("colours without changing a character", () => {
    const painted = formatPlan(buildBigPlan(), makeStyle({ color: true }), { verbose: true });
    const codes = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g");
    expect(painted.replace(codes, "")).toBe(formatPlan(buildBigPlan(), plain, { verbose: true }));
    expect(painted).toMatch(codes);
  });
});
