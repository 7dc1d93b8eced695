import type { FoundHost } from "../../model/found-host.js";
import { LABEL } from "../../model/labels.js";
import { parseEngineSpec } from "../../model/spec.js";
import { DEFAULTS } from "../normalize/defaults.js";
import { isReservedNetwork } from "../rules/reserved-network.js";
import { mostCommon, type Scope } from "./choose-scope.js";
import { specOf } from "./describe-template.js";
import type { Facts } from "./gather-facts.js";
import { isId } from "./parse-names.js";

/**
 * The network of a file, of which there is one: the project's own where it has one; else the one that most of its containers
 * were made for or are on.
 */
export function chooseNetwork({ networks }: FoundHost, { owner }: Scope, facts: Facts): string {
  const isFit = (name: string) => isId(name) && !isReservedNetwork(name);
  const own = networks
    .filter(({ labels }) => owner !== undefined && labels[LABEL.project] === owner)
    .map(({ name }) => name);
  const wanted = [
    ...facts.templates.flatMap(({ container }) => specOf(container)?.network ?? []),
    ...facts.pools.flatMap(({ engines }) =>
      engines.flatMap(({ labels }) => parseEngineSpec(labels[LABEL.spec])?.network ?? []),
    ),
  ];
  const joined = facts.templates.flatMap(({ container }) =>
    (container?.networks ?? []).map(({ name }) => name),
  );
  return (
    mostCommon(own.filter(isFit)) ??
    mostCommon(wanted.filter(isFit)) ??
    mostCommon(joined.filter(isFit)) ??
    DEFAULTS.network
  );
}
