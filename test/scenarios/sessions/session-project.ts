import type { Sandbox } from "../../rig/sandbox.js";
import type { TemplateProject } from "../templates/template-project.js";

/** Lines of each session beyond its template, each `key: value`, by session id. */
export type SessionLines = Readonly<Record<string, readonly string[]>>;

/** The project's file with this prune policy and these sessions of its template. */
export function sessionYaml(
  { id, yaml }: Pick<TemplateProject, "id" | "yaml">,
  prune: "none" | "safe" | "all",
  sessions: SessionLines,
): string {
  const blocks = Object.entries(sessions).map(([session, lines]) =>
    [`  ${session}:`, `    template: ${id}`, ...lines.map((line) => `    ${line}`)].join("\n"),
  );
  const declared = blocks.length === 0 ? "" : `sessions:\n${blocks.join("\n")}\n`;
  return `${yaml}prune: ${prune}\n${declared}`;
}

/** Labels and creation time of a volume; undefined when there is none. */
export async function findVolume(
  { docker }: Sandbox,
  name: string,
): Promise<{ readonly Labels: Record<string, string>; readonly CreatedAt: string } | undefined> {
  const found = docker.getVolume(name).inspect() as Promise<unknown>;
  return found.catch(() => undefined) as ReturnType<typeof findVolume>;
}

/** Tags that say which sessions of this project have expired. */
export async function tombstones({ docker, project }: Sandbox): Promise<string[]> {
  const images = await docker.listImages();
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  return tags.filter((tag) => tag.startsWith(`warm-expired:${project}-`));
}

/** A container of somebody else that mounts a volume and never runs. */
export function mountBy({ docker, id }: Sandbox, image: string, volume: string) {
  return docker.createContainer({
    name: `${id}-user`,
    Image: image,
    HostConfig: { Mounts: [{ Type: "volume", Source: volume, Target: "/theirs" }] },
  });
}
