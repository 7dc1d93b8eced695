import type { WarmResult } from "../../rig/run-warm.js";
import type { Sandbox } from "../../rig/sandbox.js";
import { projectYaml, type TemplateProject } from "../templates/template-project.js";

/** Writes a file like the project's but with these images, and runs doctor on it. */
export function examine(
  sandbox: Sandbox,
  project: TemplateProject,
  images: { readonly image?: string; readonly blob?: string } = {},
  env: Record<string, string> = {},
): Promise<WarmResult> {
  const template = { image: images.image ?? project.image, blob: images.blob ?? project.blob };
  sandbox.writeConfig(projectYaml(sandbox, { web: template }), "doctor.yaml");
  return sandbox.warm(["--file", "doctor.yaml", "doctor"], { env });
}

/** One check of what doctor printed, without its columns, and its hint. */
export function findCheck(stdout: string, name: string): string[] {
  const lines = stdout.split("\n");
  const at = lines.findIndex((line) => line.slice(5).startsWith(`${name} `));
  const [line = "", next = ""] = lines.slice(at === -1 ? lines.length : at);
  return [line.replaceAll(/ {2,}/g, "  "), ...(next.startsWith("      hint: ") ? [next.trim()] : [])];
}
