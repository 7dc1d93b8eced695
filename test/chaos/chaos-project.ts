import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../rig/sandbox.js";
import { gameLines } from "../scenarios/jobs/kept-game.js";
import { sessionYaml } from "../scenarios/sessions/session-project.js";
import { projectYaml, type TemplateProject } from "../scenarios/templates/template-project.js";
import { namesOf } from "../scenarios/watch/watched-project.js";

/** What the watcher is to keep warm, and the file that says so. */
export interface ChaosProject {
  /** Those that are in the file at all times. */
  readonly templates: readonly TemplateProject[];
  /** One that is asked for beside the file, and never in it. */
  readonly asked: TemplateProject;
  readonly sessionVolumes: readonly string[];
  /** Everything that the file wants pulled, but the engines' image. */
  readonly images: readonly string[];
  /** Two of these each, of which either can stand for the other. */
  readonly twins: readonly (readonly [string, string])[];
  readonly pool: string;
  /** Of the pool, as the file has it at first. */
  readonly size: number;
  /** Writes the file: as it was at first, or changed; in place or by a rename. */
  write(change?: FileChange): void;
}

export interface FileChange {
  readonly hasGuest?: boolean;
  readonly size?: number;
  readonly comment?: string;
  readonly byRename?: boolean;
  /** No YAML. */
  readonly isBroken?: boolean;
}

const LABELS = ["a", "b", "c", "d"];
const SIZE = 3;
/** Faults are not the file's fault: what a person would be called for is switched off. */
const HEAD = ["interval: 2s", "flapping: { heals: 1000 }", "pull: { idleTimeout: 5s, retries: 1 }"];
const LINES = ["resources: { memory: 64MiB }"];
const POOL_LINES = [
  "breaker: { failures: 1000 }",
  "quarantine: { ttl: 1s }",
  "resources: { memory: 64MiB }",
  "ttl: 12h",
  "maxJobs: 8",
  "lease: { ttl: 10s }",
];

/** Four templates of two images and two blobs, one of which is slow; two sessions; a pool. The file is not yet written. */
export async function createChaosProject(sandbox: Sandbox): Promise<ChaosProject> {
  const [images, blobs, plugin, game] = await Promise.all([
    Promise.all(["1", "2"].map((tag) => sandbox.image("template", { tag, version: tag }))),
    Promise.all(
      ["1", "2"].map((tag) =>
        sandbox.image("blob", { tag, version: tag, pauseSeconds: tag === "2" ? 1 : 0 }),
      ),
    ),
    sandbox.image("neverHealthy", { tag: "plugin" }),
    sandbox.image("game", { scale: 200 }),
  ]);
  const describe = (label: string, index: number) =>
    describeTemplate(sandbox, label, images[index % 2] ?? "", blobs[index % 2] ?? "");
  const templates = LABELS.map(describe);
  const guest = describe("guest", 0);
  const [first, second] = templates.map(({ id }) => id);

  function text(all: readonly TemplateProject[], size: number): string {
    const lines = all.map(({ id, image, blob }) => [id, { image, blob, lines: LINES }]);
    const yaml = projectYaml(sandbox, Object.fromEntries(lines), HEAD);
    const withSession = sessionYaml({ id: first ?? "", yaml }, "safe", { "pr-1": [`plugins: [${plugin}]`] });
    const ready = 'ready: { log: "Game server connected", timeout: 20s }';
    const pool = [
      `image: ${game}`,
      `size: ${size}`,
      ready,
      ...gameLines({ job: ["timeout: 20s", "retries: 3"] }),
    ];
    const engines = [...pool, ...POOL_LINES].map((line) => `    ${line}\n`).join("");
    return `${withSession}  pr-2:\n    template: ${second}\nengines:\n  game:\n${engines}`;
  }
  return {
    templates,
    asked: describe("asked", 1),
    sessionVolumes: [`${templates[0]?.volume}-pr-1`, `${templates[1]?.volume}-pr-2`],
    images: [...images, ...blobs, plugin],
    twins: [images, blobs].flatMap(([one = "", other = ""]) => [
      [one, other] as const,
      [other, one] as const,
    ]),
    pool: "game",
    size: SIZE,
    write({ hasGuest = false, size = SIZE, comment, byRename = false, isBroken = false } = {}) {
      const all = text(hasGuest ? [...templates, guest] : templates, size);
      const lines = [
        all,
        ...(comment === undefined ? [] : [`# ${comment}\n`]),
        ...(isBroken ? ["}{\n"] : []),
      ];
      save(sandbox, lines.join(""), byRename);
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
