import type { Sandbox } from "../../rig/sandbox.js";
import { shellIn } from "../../scenarios/seeding/seeded-template.js";
import type { TemplateProject } from "../../scenarios/templates/template-project.js";
import type { VolumeSeen } from "../record.js";
import { type Loader, pause, withDeadline } from "./load.js";

const POOLS_MS = 300;
const VOLUMES_MS = 400;
/** What a template's container has of its blob, whole or not. */
const CHECK = "cd /workspace/cyanprint && sha256sum -c manifest.sha256";

/** Looks at the pools as the watcher tells them. */
export async function watchPools(loader: Loader): Promise<void> {
  const { client, record, now, over, failed } = loader;
  while (!over.aborted) {
    try {
      for (const view of await client.views()) record.pools.push({ atMs: now(), view });
    } catch (error) {
      failed("look at the pools", error);
    }
    await pause(POOLS_MS, loader);
  }
}

/** Looks into one template after the other that serves. */
export async function watchVolumes(loader: Loader): Promise<void> {
  const { sandbox, project, record, now, over } = loader;
  const templates = [...project.templates, project.asked];
  for (let index = 0; !over.aborted; index += 1) {
    const template = templates[index % templates.length];
    const seen = template && (await lookInto(sandbox, template, now()));
    if (seen !== undefined) record.volumes.push(seen);
    await pause(VOLUMES_MS, loader);
  }
}

/** @returns undefined where nothing can be said: it does not run, or was ended meanwhile */
export async function lookInto(
  sandbox: Sandbox,
  { id, container }: Pick<TemplateProject, "id" | "container">,
  atMs: number,
): Promise<VolumeSeen | undefined> {
  try {
    const { code, output } = await withDeadline(shellIn(sandbox, container, CHECK));
    // Killed with its container.
    return code === null || code > 100 ? undefined : { template: id, atMs, exitCode: code, output };
  } catch {
    return undefined;
  }
}
