import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { Sandbox } from "../../rig/sandbox.js";
import type { TemplateProject } from "../templates/template-project.js";

interface DockerEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/**
 * Follows Docker's own events, so that no moment is missed between two looks.
 * @returns a function that ends the watch and tells how often the template container was started and how often
 * of these while its volume was not proven
 */
export async function watchServing(
  { docker }: Sandbox,
  { volume, container, id }: TemplateProject,
): Promise<() => { readonly starts: number; readonly unproven: number }> {
  const proof = `warm-seeded:${id.replaceAll("-", "")}-`;
  const filters = JSON.stringify({ event: ["tag", "start", "destroy"] });
  const stream = (await docker.getEvents({ filters })) as unknown as Readable;
  const seen = { starts: 0, unproven: 0 };
  let isProven = false;
  createInterface(stream).on("line", (line) => {
    const { Type, Action, Actor } = JSON.parse(line) as DockerEvent;
    const name = Actor.Attributes.name ?? "";
    if (Type === "volume" && Action === "destroy" && Actor.ID === volume) isProven = false;
    if (Type === "image" && name.startsWith(proof)) isProven = true;
    if (Action !== "start" || name !== container) return;
    seen.starts += 1;
    if (!isProven) seen.unproven += 1;
  });
  stream.on("error", () => {});
  return () => {
    stream.destroy();
    return seen;
  };
}
