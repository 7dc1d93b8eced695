import { LABEL } from "../../model/labels.js";
import { engineName } from "../../model/names.js";
import type { ObservedContainer } from "../../model/observed.js";
import type { FieldChange, FieldValue } from "../../model/plan.js";
import type { EngineResource } from "../../model/resource.js";
import { type EngineSpec, engineSpec, lastAppliedSalt, parseEngineSpec } from "../../model/spec.js";
import {
  type Comparison,
  compareEnv,
  compareImage,
  compareLimits,
  compareNetwork,
  type FieldSources,
  fieldChange,
  reasonsOf,
  withoutSpec,
} from "../compare-fields.js";
import type { Decided } from "../decision.js";
import type { HostIndex } from "../index-observed.js";
import { ENGINE_FIELDS } from "../wanted-fields.js";

interface Sides extends FieldSources {
  readonly desired: EngineSpec;
  readonly applied: EngineSpec;
}

/**
 * Three-way comparison of an engine, as that of a template container. An engine holds nothing that is worth
 * keeping: all but its limits is put right by another one.
 */
export function compareEngine(
  engine: EngineResource,
  current: ObservedContainer,
  index: HostIndex,
  decided: Decided,
): Comparison {
  const applied = parseEngineSpec(current.labels[LABEL.spec]);
  if (applied === undefined) return withoutSpec(LABEL.spec);
  const desired = engineSpec(engine, lastAppliedSalt(applied));
  const sides: Sides = { resource: engine.pool, desired, applied, current, index, decided };
  const fields = [
    ...compareImage(sides),
    ...compareName(engine, current),
    ...compareNetwork(sides, "replace"),
    ...compareFixed(sides),
    ...compareEnv(sides),
    ...compareLimits(sides),
  ];
  return { fields, reasons: reasonsOf(fields, sides) };
}

/** Under another prefix it is the file that has changed; under any other name somebody has renamed it. */
function compareName({ name, pool, slot }: EngineResource, current: ObservedContainer): FieldChange[] {
  if (current.name === name) return [];
  const isOtherPrefix = current.name.endsWith(engineName("", pool.id, slot));
  return [fieldChange("name", current.name, name, isOtherPrefix ? "config" : "drift")];
}

function compareFixed({ desired, applied }: Sides): FieldChange[] {
  return ENGINE_FIELDS.flatMap(([path, read]) => {
    const [before, after]: readonly FieldValue[] = [read(applied), read(desired)];
    return before === after ? [] : [fieldChange(path, before ?? null, after ?? null, "config")];
  });
}
