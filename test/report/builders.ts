import type { HostFacts } from "../../src/model/observed.js";
import { ACTIONS, type Change, type FieldChange, type PlanSummary } from "../../src/model/plan.js";
import type { PlanDocument } from "../../src/model/plan-document.js";
import type { ResourceStatus } from "../../src/model/status.js";
import { kindOf } from "../../src/report/plan-text/action-words.js";
import { makeStyle } from "../../src/report/text/style.js";

export const plain = makeStyle({ color: false });

/** The template ids of the samples, without dashes. */
export const TID_A = "0f8c1b9e6c1f4f57a8a02f3c6f2f9b11";
export const TID_B = "77aa1b9e6c1f4f57a8a02f3c6f2f9c22";

export const host: HostFacts = {
  id: "ABCD:EFGH",
  endpoint: "unix:///var/run/docker.sock",
  version: "20.10.24",
  apiVersion: "1.41",
  os: "linux",
  arch: "amd64",
};

/** A change that creates what is missing; kind and name follow from the address. */
export function buildChange(parts: Partial<Change> & { readonly address: string }): Change {
  const kind = kindOf(parts.address) ?? "container";
  return {
    kind,
    name: parts.address.slice(kind.length + 1),
    action: "create",
    reasons: parts.action === "noop" ? [] : ["missing"],
    fields: [],
    dependsOn: [],
    precondition: { exists: false },
    ...parts,
  };
}

/** A field that was changed in the config and forces replacement. */
export function buildField(parts: Partial<FieldChange> & { readonly path: string }): FieldChange {
  return { before: "a", after: "b", cause: "config", effect: "replace", ...parts };
}

/** A document whose summary counts its changes. */
export function buildDocument(changes: readonly Change[], parts: Partial<PlanDocument> = {}): PlanDocument {
  const count = (action: string) => changes.filter((change) => change.action === action).length;
  return {
    format: "warm.plan/1",
    digest: "p1:9a44e0c17be041aa",
    project: "cyanprint",
    config: { path: "warm.yaml", sha256: "c0ffee".repeat(10) },
    target: host,
    options: { targets: [], excludes: [], replace: [], adopt: [], destroy: false },
    summary: Object.fromEntries(ACTIONS.map((action) => [action, count(action)])) as PlanSummary,
    changes,
    notes: [],
    ...parts,
  };
}

/** `count` resources that stay as they are. */
export function buildUnchanged(count: number): Change[] {
  return Array.from({ length: count }, (_, index) =>
    buildChange({
      address: `volume.cyan-same-${index}`,
      action: "noop",
      precondition: { exists: true, id: "t" },
    }),
  );
}

export function buildStatus(parts: Partial<ResourceStatus> & { readonly address: string }): ResourceStatus {
  const kind = kindOf(parts.address) ?? "container";
  return {
    kind,
    name: parts.address.slice(kind.length + 1),
    sync: "in-sync",
    state: "running",
    health: undefined,
    reasons: [],
    ...parts,
  };
}

/** One plan that shows every action and most of what can be said of a field. */
export function buildBigPlan(): PlanDocument {
  const exists = { exists: true, id: "8d1f" } as const;
  const container = (tid: string) => `container.cyan-template-${tid}`;
  return buildDocument(
    [
      buildChange({ address: "network.cyanprint" }),
      buildChange({ address: "image.127.0.0.1:5000/acme/ts-template:1.4.0" }),
      buildChange({
        address: "image.127.0.0.1:5000/acme/go-template:latest",
        action: "update",
        reasons: ["image-moved"],
        precondition: exists,
        fields: [
          buildField({
            path: "digest",
            before: `sha256:${"19c4".repeat(16)}`,
            after: `sha256:${"7be0".repeat(16)}`,
            cause: "drift",
            effect: "update",
          }),
        ],
      }),
      buildChange({
        address: `volume.cyan-${TID_A}`,
        action: "replace",
        reasons: ["seed-incomplete"],
        precondition: exists,
      }),
      buildChange({
        address: container(TID_A),
        action: "replace",
        reasons: ["config-changed", "parent-replaced"],
        precondition: exists,
        dependsOn: ["network.cyanprint", `volume.cyan-${TID_A}`],
        fields: [
          buildField({ path: "env.LOG_LEVEL", before: "info", after: "debug", line: 41 }),
          buildField({
            path: "env.TOKEN",
            before: "(sensitive)",
            after: "(sensitive)",
            sensitive: true,
            line: 42,
          }),
          buildField({ path: "env.OLD", before: "1", after: null }),
        ],
      }),
      buildChange({
        address: container(TID_B),
        action: "update",
        reasons: ["drift-field"],
        precondition: exists,
        fields: [
          buildField({
            path: "resources.memory",
            before: null,
            after: 268_435_456,
            cause: "drift",
            effect: "update",
          }),
          buildField({ path: "resources.cpus", before: 2, after: 0.5, effect: "update", line: 50 }),
        ],
      }),
      buildChange({
        address: "container.cyan-template-c",
        action: "start",
        reasons: ["drift-stopped"],
        precondition: exists,
      }),
      buildChange({
        address: "container.cyan-template-d",
        action: "conflict",
        reasons: ["conflict-name"],
        precondition: exists,
        heldBy: "container 51d0a7e2 (compose project shop)",
      }),
      buildChange({
        address: "volume.cyan-e",
        action: "conflict",
        reasons: ["conflict-in-use"],
        precondition: exists,
        heldBy: "in use by container backup",
      }),
      buildChange({
        address: "volume.cyan-old",
        action: "delete",
        reasons: ["orphaned"],
        precondition: exists,
      }),
      ...buildUnchanged(12),
    ],
    {
      notes: [
        "container cyan-template-x has our name for a template that warm.yaml does not declare; left alone",
      ],
    },
  );
}
