import type { Sandbox } from "../rig/sandbox.js";

/** Somebody else's things beside the project, which must be there, and the same, in the end. */
export interface ForeignObjects {
  add(kind: ForeignKind, image: string): Promise<void>;
  /** 50 volumes come and go. */
  storm(): Promise<void>;
  names(): readonly string[];
  /** Also those that were taken away again, or should have been: a Docker that is killed keeps some of them. */
  everMade(): readonly string[];
  /** One line for each that is gone or is another one. */
  findMissing(): Promise<string[]>;
}

export type ForeignKind = "container" | "volume" | "network";

interface Foreign {
  readonly kind: ForeignKind;
  readonly name: string;
  readonly identity: string;
}

/** More than so many of a kind are not kept: the addresses for networks are few. */
const MOST: Readonly<Record<ForeignKind, number>> = { container: 8, volume: 20, network: 3 };
const STORM = 50;
/** What the cyanprint executor labels its own objects with: a neighbour that is easily taken for one of ours. */
const LABELS = { "cyanprint.dev": "true" };

export function createForeignObjects(sandbox: Sandbox): ForeignObjects {
  const kept: Foreign[] = [];
  const names: string[] = [];
  let made = 0;
  return {
    async add(kind, image) {
      made += 1;
      const name = `${sandbox.id}-foreign-${kind}-${made}`;
      names.push(name);
      await makeObject(sandbox, kind, name, image);
      kept.push({ kind, name, identity: await identityOf(sandbox, kind, name) });
      const ofKind = kept.filter((foreign) => foreign.kind === kind);
      const oldest = ofKind.length > MOST[kind] ? ofKind[0] : undefined;
      if (oldest === undefined) return;
      kept.splice(kept.indexOf(oldest), 1);
      await removeObject(sandbox, oldest);
    },
    async storm() {
      const { docker, id } = sandbox;
      made += 1;
      const storm = Array.from({ length: STORM }, (_, index) => `${id}-storm-${made}-${index}`);
      names.push(...storm);
      await Promise.all(
        storm.map(async (Name) => {
          await docker.createVolume({ Name });
          await docker.getVolume(Name).remove();
        }),
      );
    },
    names: () => kept.map(({ name }) => name),
    everMade: () => names,
    async findMissing() {
      const look = async ({ kind, name, identity }: Foreign) => {
        const now = await identityOf(sandbox, kind, name).catch(() => "gone");
        return now === identity ? [] : [`foreign ${kind} ${name} was ${identity} and is ${now}`];
      };
      return (await Promise.all(kept.map(look))).flat();
    },
  };
}

async function makeObject({ docker }: Sandbox, kind: ForeignKind, name: string, image: string) {
  if (kind === "container") await docker.createContainer({ name, Image: image, Labels: LABELS });
  else if (kind === "volume") await docker.createVolume({ Name: name, Labels: LABELS });
  else await docker.createNetwork({ Name: name, Labels: LABELS });
}

/** What an object made anew under the same name would have of its own. */
async function identityOf({ docker }: Sandbox, kind: ForeignKind, name: string): Promise<string> {
  if (kind === "container") return (await docker.getContainer(name).inspect()).Id;
  if (kind === "network") return ((await docker.getNetwork(name).inspect()) as { Id: string }).Id;
  return ((await docker.getVolume(name).inspect()) as unknown as { CreatedAt: string }).CreatedAt;
}

async function removeObject({ docker }: Sandbox, { kind, name }: Foreign): Promise<void> {
  if (kind === "container") await docker.getContainer(name).remove({ force: true });
  else if (kind === "volume") await docker.getVolume(name).remove();
  else await docker.getNetwork(name).remove();
}
