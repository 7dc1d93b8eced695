import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildImage } from "../rig/images.js";
import { pushImage } from "../rig/push-image.js";
import type { Registry } from "../rig/registry.js";

export const mainScript = resolve(import.meta.dirname, "../../dist/cli/main.js");

export interface BenchHost {
  readonly socketPath: string;
  readonly registry: Registry;
  readonly dir: string;
  /** Few runs of small sizes: does everything still run? */
  readonly isQuick: boolean;
}

export interface BenchProject {
  readonly name: string;
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly images: readonly string[];
  readonly blobs: readonly string[];
  readonly templates: readonly { readonly id: string; readonly image: string; readonly blob: string }[];
}

/** Pushes `images` template and as many blob images of their own content, and writes warm.yaml. */
export async function writeBenchProject(
  { socketPath, registry, dir }: BenchHost,
  name: string,
  settings: { readonly templates: number; readonly images: number; readonly lines?: readonly string[] },
): Promise<BenchProject> {
  const numbers = Array.from({ length: settings.images }, (_, n) => n);
  const push = async (kind: "template" | "blob", n: number) => {
    const image = await buildImage(kind, { salt: `${name}-${n}`, version: `${n}` });
    return pushImage(registry, `${name}/${kind}${n}:1`, image);
  };
  const images: string[] = [];
  const blobs: string[] = [];
  for (const n of numbers) {
    images.push(await push("template", n));
    blobs.push(await push("blob", n));
  }
  const templates = Array.from({ length: settings.templates }, (_, n) => ({
    id: `${name}t${n}`,
    image: images[n % images.length] ?? "",
    blob: blobs[n % blobs.length] ?? "",
  }));
  const projectDir = join(dir, name);
  mkdirSync(projectDir, { recursive: true });
  writeFileSync(join(projectDir, "warm.yaml"), toYaml(name, templates, settings.lines ?? []));
  const env = { PATH: process.env.PATH, HOME: projectDir, DOCKER_HOST: `unix://${socketPath}` };
  return { name, dir: projectDir, env, images, blobs, templates };
}

function toYaml(name: string, templates: BenchProject["templates"], lines: readonly string[]): string {
  const blocks = templates.map(({ id, image, blob }) =>
    [`  ${id}:`, `    image: ${image}`, `    blob: ${blob}`, ...lines.map((line) => `    ${line}`)].join(
      "\n",
    ),
  );
  const head = `version: 1\nproject: ${name}\nprefix: ${name}\nnetwork: ${name}\npull: { concurrency: 4 }`;
  return `${head}\ntemplates:\n${blocks.join("\n")}\n`;
}
