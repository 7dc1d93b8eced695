import type { Json } from "../../model/canonical.js";
import { isOwned, LABEL, type Labels } from "../../model/labels.js";
import type { Observed } from "../../model/observed.js";
import { HIDDEN_SECRET, saltOf } from "../../model/secret.js";

const OURS: ReadonlySet<string> = new Set(Object.values(LABEL));

/**
 * What a host is like, without what a plan does not read: labels that are not warm's own (proxies and the like keep
 * passwords in them), other projects' specs, and the salted hashes of secrets, which could be guessed at.
 */
export function hideSecrets(observed: Observed, project: string): Observed {
  const clean = <Item extends { readonly labels: Labels }>(item: Item): Item => ({
    ...item,
    labels: cleanLabels(item.labels, project),
  });
  return {
    ...observed,
    networks: observed.networks.map(clean),
    volumes: observed.volumes.map(clean),
    containers: observed.containers.map(clean),
  };
}

function cleanLabels(labels: Labels, project: string): Labels {
  const kept = Object.entries(labels).filter(
    ([name]) => OURS.has(name) && (name !== LABEL.spec || isOwned(labels, project)),
  );
  return Object.fromEntries(
    kept.map(([name, text]) => [name, name === LABEL.spec ? hideHashes(text) : text]),
  );
}

/** A label that cannot be read was not written by us: nobody knows what is in it. */
function hideHashes(text: string): string {
  try {
    return JSON.stringify(withoutHashes(JSON.parse(text)));
  } catch {
    return "";
  }
}

function withoutHashes(value: Json): Json {
  if (saltOf(value) !== undefined) return { ...HIDDEN_SECRET };
  if (Array.isArray(value)) return value.map(withoutHashes);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withoutHashes(member ?? null)]),
  );
}
