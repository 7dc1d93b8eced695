import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../rig/sandbox.js";
import { sessionYaml } from "../scenarios/sessions/session-project.js";
import { projectYaml, type TemplateProject } from "../scenarios/templates/template-project.js";
import { namesOf } from "../scenarios/watch/watched-project.js";

/** What the watcher is to keep warm, and the file that says so. */
export interface SoakProject {
  /** Those that are in the file at all times. */
  readonly templates: readonly TemplateProject[];
  readonly sessionVolumes: readonly string[];
  /** Everything that the file wants pulled. */
  readonly images: readonly string[];
  /** Writes the file: as it was at first, or with one more template, or with a comment; in place or by a rename. */
  write(change?: FileChange): void;
}

export interface FileChange {
  readonly hasGuest?: boolean;
  readonly comment?: string;
  readonly byRename?: boolean;
}

const LABELS = ["a", "b", "c", "d", "e", "f"];
const HEAD = ["interval: 2s", "flapping: { heals: 1000 }"];
const LINES = ["resources: { memory: 64MiB }"];

/** Six templates of two images and two blobs, two sessions of the first two, the file not yet written. */
export async function createSoakProject(sandbox: Sandbox): Promise<SoakProject> {
  const [images, blobs] = await Promise.all([
    Promise.all(["1", "2"].map((tag) => sandbox.image("template", { tag, version: tag }))),
    Promise.all(["1", "2"].map((tag) => sandbox.image("blob", { tag, version: tag }))),
  ]);
  const plugin = await sandbox.image("neverHealthy", { tag: "plugin" });
  const describe = (label: string, index: number) =>
    describeTemplate(sandbox, label, images[index % 2] ?? "", blobs[index % 2] ?? "");
  const templates = LABELS.map(describe);
  const guest = describe("guest", 0);
  const text = (all: readonly TemplateProject[]) => {
    const lines = all.map(({ id, image, blob }) => [id, { image, blob, lines: LINES }]);
    const yaml = projectYaml(sandbox, Object.fromEntries(lines), HEAD);
    const [first, second] = templates.map(({ id }) => id);
    const withSession = sessionYaml({ id: first ?? "", yaml }, "safe", { "pr-1": [`plugins: [${plugin}]`] });
    return `${withSession}  pr-2:\n    template: ${second}\n`;
  };
  return {
    templates,
    sessionVolumes: [`${templates[0]?.volume}-pr-1`, `${templates[1]?.volume}-pr-2`],
    images: [...images, ...blobs, plugin],
    write({ hasGuest = false, comment, byRename = false } = {}) {
      const all = text(hasGuest ? [...templates, guest] : templates);
      save(sandbox, comment === undefined ? all : `${all}# ${comment}\n`, byRename);
    },
  };
}

function describeTemplate(sandbox: Sandbox, label: string, image: string, blob: string): TemplateProject {
  const { id, volume, container } = namesOf(sandbox, label);
  const seeder = `${sandbox.prefix}-volume-${id.replaceAll("-", "")}`;
  return { id, volume, container, seeder, image, blob, network: sandbox.network, yaml: "" };
}

function save(sandbox: Sandbox, text: string, byRename: boolean): void {
  const file = join(sandbox.dir, "warm.yaml");
  writeFileSync(byRename ? `${file}.new` : file, text);
  if (byRename) renameSync(`${file}.new`, file);
}
