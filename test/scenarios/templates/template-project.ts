import type { Sandbox } from "../../rig/sandbox.js";

/** What a test wants of one template beyond its images. Each value is YAML. */
export interface TemplateSettings {
  readonly id?: string;
  readonly image?: string;
  readonly blob?: string;
  /** More lines of the template, each `key: value`. */
  readonly lines?: readonly string[];
}

export interface TemplateProject {
  readonly id: string;
  readonly network: string;
  readonly image: string;
  readonly blob: string;
  readonly volume: string;
  readonly seeder: string;
  readonly container: string;
  /** The whole text of warm.yaml, for tests that change it. */
  readonly yaml: string;
}

/** Builds the images that are not given, writes warm.yaml with one template and says what everything is called. */
export async function writeTemplateProject(
  sandbox: Sandbox,
  settings: TemplateSettings = {},
  head: readonly string[] = [],
): Promise<TemplateProject> {
  const id = settings.id ?? sandbox.templateId();
  const image = settings.image ?? (await sandbox.image("template"));
  const blob = settings.blob ?? (await sandbox.image("blob"));
  const yaml = projectYaml(sandbox, { [id]: { image, blob, lines: settings.lines ?? [] } }, head);
  sandbox.writeConfig(yaml);
  const tid = id.replaceAll("-", "");
  const { prefix, network } = sandbox;
  const names = {
    volume: `${prefix}-${tid}`,
    seeder: `${prefix}-volume-${tid}`,
    container: `${prefix}-template-${tid}`,
  };
  return { id, network, image, blob, yaml, ...names };
}

export type TemplateLines = {
  readonly image: string;
  readonly blob: string;
  readonly lines?: readonly string[];
};

export function projectYaml(
  { project, prefix, network }: Sandbox,
  templates: Readonly<Record<string, TemplateLines>>,
  head: readonly string[] = [],
): string {
  const blocks = Object.entries(templates).map(([id, { image, blob, lines = [] }]) =>
    [`  ${id}:`, `    image: ${image}`, `    blob: ${blob}`, ...lines.map((line) => `    ${line}`)].join(
      "\n",
    ),
  );
  const top = ["version: 1", `project: ${project}`, `prefix: ${prefix}`, `network: ${network}`, ...head];
  return `${[...top, "templates:", ...blocks].join("\n")}\n`;
}
