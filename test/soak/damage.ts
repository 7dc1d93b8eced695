import { utimesSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../rig/sandbox.js";
import type { TemplateProject } from "../scenarios/templates/template-project.js";
import type { ForeignKind, ForeignObjects } from "./foreign-objects.js";
import type { Random } from "./random.js";
import type { SoakProject } from "./soak-project.js";
import type { SoakedWatcher } from "./soaked-watcher.js";

export interface DamageTools {
  readonly sandbox: Sandbox;
  readonly project: SoakProject;
  readonly foreign: ForeignObjects;
  readonly watcher: SoakedWatcher;
  readonly random: Random;
}

/** A blow that has been chosen: all of chance is in `what`, nothing of it in how Docker takes it. */
export interface Damage {
  readonly kind: string;
  readonly target: string;
  strike(): Promise<unknown>;
}

/** Chooses one at each call. The same seed makes the same choices, whatever became of those before. */
export function createDamages(tools: DamageTools): () => Damage {
  const { random, project } = tools;
  const ofContainers = containerDamages(tools.sandbox);
  const others = [...objectDamages(tools), ...foreignDamages(tools), ...fileDamages(tools)];
  const kinds = [...Object.keys(ofContainers), ...others.map(({ kind }) => kind)];
  return () => {
    const kind = random.pick(kinds);
    const other = others.find((damage) => damage.kind === kind);
    if (other !== undefined) return other.choose();
    const template = random.pick(project.templates);
    const strike = () => (ofContainers[kind] ?? noDamage)(template);
    return { kind, target: template.container, strike };
  };
}

interface DamageKind {
  readonly kind: string;
  choose(): Damage;
}

const noDamage = async () => undefined;

function containerDamages({ docker, network, id }: Sandbox) {
  const container = ({ container: name }: TemplateProject) => docker.getContainer(name);
  const remove = (template: TemplateProject) => container(template).remove({ force: true });
  const kinds: Record<string, (template: TemplateProject) => Promise<unknown>> = {
    "kill": (template) => container(template).kill(),
    "stop": (template) => container(template).stop({ t: 1 }),
    "pause": (template) => container(template).pause(),
    "remove": remove,
    "rename": (template) => container(template).rename({ name: `${id}-moved-${template.id.at(-1)}` }),
    "update memory": (template) =>
      container(template).update({ Memory: 96 * 2 ** 20, MemorySwap: 96 * 2 ** 20 }),
    "disconnect": ({ container: name }) =>
      docker.getNetwork(network).disconnect({ Container: name, Force: true }),
    "remove with volume": async (template) => {
      await remove(template);
      await docker.getVolume(template.volume).remove();
    },
  };
  return kinds;
}

function objectDamages({ sandbox: { docker }, project, random }: DamageTools): DamageKind[] {
  const removeImage = (target: string) => docker.getImage(target).remove({ force: true });
  const removeVolume = (target: string) => docker.getVolume(target).remove();
  return [
    kindOf("untag image", () => random.pick(project.images), removeImage),
    kindOf("remove session volume", () => random.pick(project.sessionVolumes), removeVolume),
  ];
}

function foreignDamages({ project, foreign, random }: DamageTools): DamageKind[] {
  const kinds: readonly ForeignKind[] = ["container", "volume", "network"];
  const image = project.templates[0]?.image ?? "";
  return [
    kindOf(
      "foreign object",
      () => random.pick(kinds),
      (kind) => foreign.add(kind as ForeignKind, image),
    ),
    kindOf(
      "storm of foreign volumes",
      () => "50",
      () => foreign.storm(),
    ),
  ];
}

function fileDamages({ sandbox, project, watcher, random }: DamageTools): DamageKind[] {
  const file = join(sandbox.dir, "warm.yaml");
  let hasGuest = false;
  return [
    kindOf(
      "touch file",
      () => "warm.yaml",
      async () => utimesSync(file, new Date(), new Date()),
    ),
    kindOf(
      "comment in file",
      () => `${random.below(2 ** 31)}`,
      async (comment) => project.write({ hasGuest, comment, byRename: Number(comment) % 2 === 0 }),
    ),
    kindOf(
      "template comes or goes",
      () => "guest",
      async () => {
        hasGuest = !hasGuest;
        project.write({ hasGuest });
      },
    ),
    kindOf(
      "SIGHUP",
      () => "watcher",
      async () => watcher.hangUp(),
    ),
  ];
}

function kindOf(
  kind: string,
  chooseTarget: () => string,
  strike: (target: string) => Promise<unknown>,
): DamageKind {
  return {
    kind,
    choose() {
      const target = chooseTarget();
      return { kind, target, strike: () => strike(target) };
    },
  };
}
