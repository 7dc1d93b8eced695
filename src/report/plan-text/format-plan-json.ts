import type { Forecast } from "../../model/forecast.js";
import type { HostFacts } from "../../model/observed.js";
import type { Change, FieldChange, PlanOptions, PlanSummary, Precondition } from "../../model/plan.js";
import type { ConfigFacts, PlanDocument } from "../../model/plan-document.js";
import { formatJson } from "../text/format-json.js";

/**
 * A plan document as JSON with two spaces and the key order of `schemas/plan.schema.json`: equal plans give equal
 * texts, whatever the order in which the document was put together. Ends in a line feed.
 */
export function formatPlanJson(document: PlanDocument): string {
  const { format, digest, project, config, target, options, summary, changes, notes, forecast } = document;
  const ordered: PlanDocument = {
    format,
    digest,
    project,
    config: orderConfig(config),
    target: orderTarget(target),
    options: orderOptions(options),
    summary: orderSummary(summary),
    changes: changes.map(orderChange),
    notes,
    ...(forecast === undefined ? {} : { forecast: orderForecast(forecast) }),
  };
  return `${formatJson(ordered)}\n`;
}

/** Optional members that are absent stay absent: JSON.stringify drops undefined. */
type Loose<T> = { readonly [K in keyof T]: T[K] | undefined };

function orderConfig({ path, sha256, text, directory }: PlanDocument["config"]): ConfigFacts {
  const ordered: Loose<PlanDocument["config"]> = { path, sha256, text, directory };
  return ordered as PlanDocument["config"];
}

function orderTarget({ id, endpoint, version, apiVersion, os, arch }: HostFacts): HostFacts {
  return { id, endpoint, version, apiVersion, os, arch };
}

function orderOptions({ targets, excludes, replace, adopt, destroy }: PlanOptions): PlanOptions {
  return { targets, excludes, replace, adopt, destroy };
}

function orderSummary(summary: PlanSummary): PlanSummary {
  const { create, start, update, replace, delete: deleted, conflict, noop } = summary;
  return { create, start, update, replace, delete: deleted, conflict, noop };
}

function orderForecast({ pulls, downtime, dataLoss, loopbackPorts, disk }: Forecast): Forecast {
  return {
    pulls: pulls.map(({ address, bytes, newBytes }) => ({ address, bytes, newBytes })),
    downtime: downtime.map(({ address, cause, atMostMs }) => ({ address, cause, atMostMs })),
    dataLoss,
    loopbackPorts,
    disk: disk && { path: disk.path, freeBytes: disk.freeBytes, neededBytes: disk.neededBytes },
  };
}

function orderChange(change: Change): Change {
  const { address, kind, name, action, reasons, dependsOn, session, successor, heldBy } = change;
  const fields = change.fields.map(orderField);
  const precondition = orderPrecondition(change.precondition);
  const ordered: Loose<Change> = {
    address,
    kind,
    name,
    action,
    reasons,
    fields,
    dependsOn,
    precondition,
    session,
    successor,
    heldBy,
  };
  return ordered as Change;
}

function orderField({ path, before, after, cause, effect, sensitive, line }: FieldChange): FieldChange {
  const ordered: Loose<FieldChange> = { path, before, after, cause, effect, sensitive, line };
  return ordered as FieldChange;
}

function orderPrecondition(precondition: Precondition): Precondition {
  if (!precondition.exists) return { exists: false };
  const { exists, id, state, specHash, imageId } = precondition;
  return { exists, id, state, specHash, imageId } as Precondition;
}
