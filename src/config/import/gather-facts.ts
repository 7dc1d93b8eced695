import type { FoundHost } from "../../model/found-host.js";
import type { Remark } from "../../model/import-summary.js";
import { LABEL } from "../../model/labels.js";
import {
  incomingName,
  isQuarantineName,
  parseEngineAddress,
  seederName,
  templateContainerName,
  templateVolumeName,
} from "../../model/names.js";
import type { ObservedContainer, ObservedVolume } from "../../model/observed.js";
import { sessionOf } from "../../model/volume-use.js";
import { isOfResource, type Scope } from "./choose-scope.js";
import { isId, parseContainerName, parseVolumeName } from "./parse-names.js";

/** What there is of one template. */
export interface TemplateFacts {
  readonly tid: string;
  readonly container: ObservedContainer | undefined;
  readonly volume: ObservedVolume | undefined;
  /** Filled the volume, or fills it now. */
  readonly seeder: ObservedContainer | undefined;
}

/** What there is of one session. */
export interface SessionFacts {
  readonly session: string;
  readonly tid: string;
  readonly volume: ObservedVolume;
  /** Of cyanprint's. */
  readonly processors: readonly ObservedContainer[];
  readonly plugins: readonly ObservedContainer[];
}

/** The engines of one pool, by slot; none that is kept apart. */
export interface PoolFacts {
  readonly pool: string;
  readonly engines: readonly ObservedContainer[];
}

/** Objects by what they stand for, each list in the order of ids. */
export interface Facts {
  readonly templates: readonly TemplateFacts[];
  readonly sessions: readonly SessionFacts[];
  readonly pools: readonly PoolFacts[];
  readonly leftOut: readonly Remark[];
}

/** Sorts what was found by what it stands for: by its labels where warm made it, by its name where cyanprint did. */
export function gatherFacts(found: FoundHost, scope: Scope): Facts {
  const containers = found.containers.toSorted(byName);
  const volumes = found.volumes.toSorted(byName);
  const isOwn = ({ labels }: Labelled) => labels[LABEL.project] === scope.owner && isOfResource(labels);
  const isTheirs = ({ labels }: Labelled) =>
    scope.isCyanprintWanted && labels[LABEL.cyanprint] === "true" && labels[LABEL.project] === undefined;
  const theirs = { containers: containers.filter(isTheirs), volumes: volumes.filter(isTheirs) };
  const own = { containers: containers.filter(isOwn), volumes: volumes.filter(isOwn) };
  const sessions = gatherSessions([...own.volumes, ...theirs.volumes], theirs.containers, scope);
  return {
    templates: gatherTemplates(
      [...own.containers, ...theirs.containers],
      [...own.volumes, ...theirs.volumes],
      scope,
    ),
    sessions: sessions.kept,
    pools: gatherPools(own.containers),
    leftOut: [...sessions.leftOut, ...findStrays(theirs, scope), ...tellOthers(scope)],
  };
}

interface Labelled {
  readonly labels: ObservedVolume["labels"];
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);

/** The name that labels say an object has, under which warm looks for it; its own where nobody says another one. */
function wantedName({ name, labels }: Labelled & { readonly name: string }): string {
  return labels[LABEL.project] === undefined
    ? name
    : (labels[LABEL.address] ?? "").replace(/^(?:container|volume)\./, "");
}

function gatherTemplates(
  containers: readonly ObservedContainer[],
  volumes: readonly ObservedVolume[],
  { prefix }: Scope,
): TemplateFacts[] {
  const tids = new Set<string>();
  for (const container of containers) {
    const use = parseContainerName(wantedName(container), prefix);
    if (use?.is === "template" || use?.is === "seeder") tids.add(use.tid);
  }
  for (const volume of volumes) {
    const use = parseVolumeName(volume.name, prefix);
    if (use !== undefined && use.session === undefined && sessionOf(volume.labels) === undefined)
      tids.add(use.tid);
  }
  return [...tids]
    .filter(isId)
    .sort()
    .map((tid) => ({
      tid,
      container: findContainer(containers, templateContainerName(prefix, tid)),
      volume: volumes.find(({ name }) => name === templateVolumeName(prefix, tid)),
      seeder: containers.find(({ name }) => name === seederName(prefix, tid)),
    }));
}

/** A swap that was cut off leaves two of one address: the one with the name counts, and never what was half made. */
function findContainer(
  containers: readonly ObservedContainer[],
  name: string,
): ObservedContainer | undefined {
  const same = containers.filter((one) => wantedName(one) === name && one.name !== incomingName(name));
  return same.find((one) => one.name === name) ?? same[0];
}

function gatherSessions(
  volumes: readonly ObservedVolume[],
  containers: readonly ObservedContainer[],
  { prefix }: Scope,
): { readonly kept: SessionFacts[]; readonly leftOut: Remark[] } {
  const sessions = new Map<string, SessionFacts>();
  const leftOut: Remark[] = [];
  for (const volume of volumes) {
    const use = useOfSession(volume, prefix);
    if (use === undefined) continue;
    const what = `volume ${volume.name}`;
    if (!isId(use.session) || !isId(use.tid))
      leftOut.push({ what, why: "its name has no id that a file can have" });
    else if (sessions.has(use.session))
      leftOut.push({ what, why: `a session ${use.session} is there already, of another template` });
    else {
      const ofKind = (kind: "processor" | "plugin") =>
        containers.filter(({ name }) => {
          const work = parseContainerName(name, prefix);
          return work?.is === kind && work.session === use.session;
        });
      sessions.set(use.session, {
        ...use,
        volume,
        processors: ofKind("processor"),
        plugins: ofKind("plugin"),
      });
    }
  }
  const kept = [...sessions.values()].sort((a, b) => (a.session < b.session ? -1 : 1));
  return { kept, leftOut };
}

function useOfSession(
  { name, labels }: ObservedVolume,
  prefix: string,
): { readonly session: string; readonly tid: string } | undefined {
  const own = sessionOf(labels);
  if (own !== undefined)
    return name === `${templateVolumeName(prefix, own.template)}-${own.session}`
      ? { session: own.session, tid: own.template }
      : undefined;
  if (labels[LABEL.project] !== undefined) return undefined;
  const { tid, session } = parseVolumeName(name, prefix) ?? {};
  return tid === undefined || session === undefined ? undefined : { session, tid };
}

function gatherPools(containers: readonly ObservedContainer[]): PoolFacts[] {
  const pools = new Map<string, ObservedContainer[]>();
  for (const container of containers) {
    const place = parseEngineAddress(container.labels[LABEL.address] ?? "");
    if (place === undefined || !isId(place.pool) || isQuarantineName(container.name)) continue;
    pools.set(place.pool, [...(pools.get(place.pool) ?? []), container]);
  }
  return [...pools].sort(([a], [b]) => (a < b ? -1 : 1)).map(([pool, engines]) => ({ pool, engines }));
}

/** What cyanprint has labelled and no entry of a file stands for. */
function findStrays(
  {
    containers,
    volumes,
  }: { readonly containers: readonly ObservedContainer[]; readonly volumes: readonly ObservedVolume[] },
  { prefix }: Scope,
): Remark[] {
  const sessions = new Set(volumes.map(({ name }) => parseVolumeName(name, prefix)?.session));
  const ofContainers = containers.flatMap(({ name }): Remark[] => {
    const what = `container ${name}`;
    const use = parseContainerName(name, prefix);
    if (use === undefined) return [];
    if (use.is === "other")
      return [{ what, why: "no template and nothing of a session: warm does not keep it" }];
    if ("session" in use && !sessions.has(use.session))
      return [{ what, why: `of session ${use.session}, which has no volume` }];
    return "tid" in use && !isId(use.tid) ? [{ what, why: "its name has no id that a file can have" }] : [];
  });
  const foreign = [...containers, ...volumes].filter(({ name }) => !name.startsWith(`${prefix}-`)).length;
  if (foreign === 0) return ofContainers;
  const why = `their names do not begin with \`${prefix}-\`; \`--prefix\` chooses another beginning`;
  return [...ofContainers, { what: `${foreign} more with the label ${LABEL.cyanprint}`, why }];
}

function tellOthers({ others }: Scope): Remark[] {
  return others.map((project) => ({
    what: `the warm project ${project}`,
    why: `a file is for one project; \`--project ${project}\` writes its file`,
  }));
}
