import { parseConfig } from "../../../src/config/load-config.js";
import type { HostEvent } from "../../../src/model/host-event.js";
import type { Desired } from "../../../src/model/resource.js";
import { imageIdOf } from "../../plan/builders.js";

/** Of a template: two images, a volume, a container. */
const PER_TEMPLATE = 4;

/**
 * A file of exactly so many resources: the network, templates, and sessions for what is left.
 * @param port where each template's page is
 */
export function writeGrown(resources: number, port: number): string {
  const count = Math.floor((resources - 1) / PER_TEMPLATE);
  const templates = Array.from({ length: count }, (_, n) => {
    const image = `127.0.0.1:5000/acme/template-${n}:1`;
    return `  t${n}: { image: "${image}", blob: "${image}-blob", port: ${port}, env: { N: "${n}" } }`;
  });
  const rest = resources - 1 - count * PER_TEMPLATE;
  const sessions = Array.from({ length: rest }, (_, n) => `  s${n}: { template: t0 }`);
  const head = "version: 1\nproject: grown\nprefix: grown\nnetwork: grown";
  const blocks = rest === 0 ? "" : `sessions:\n${sessions.join("\n")}\n`;
  return `${head}\ntemplates:\n${templates.join("\n")}\n${blocks}`;
}

/** @throws Error when it has not so many */
export async function readGrown(text: string, resources: number): Promise<Desired> {
  const { desired } = await parseConfig({ text, file: "warm.yaml", directory: "/", env: {} });
  if (desired.resources.length !== resources) throw new Error(`${desired.resources.length} resources`);
  return desired;
}

/** For every resource the event that its loss would be told by, as Docker writes it: a line each. */
export function loseEverything({ resources, project }: Desired): string {
  const lines = resources.map((resource) => {
    const actor = (ID: string, Attributes: HostEvent["attributes"]) => ({ ID, Attributes });
    const labels = { "warm.project": project, "warm.address": resource.address };
    switch (resource.kind) {
      case "image":
        return { Type: "image", Action: "tag", Actor: actor(imageIdOf("another"), { name: resource.name }) };
      case "volume":
        return { Type: "volume", Action: "destroy", Actor: actor(resource.name, { driver: "local" }) };
      case "network":
        return {
          Type: "network",
          Action: "destroy",
          Actor: actor("1", { name: resource.name, type: "bridge" }),
        };
      case "container":
        return {
          Type: "container",
          Action: "die",
          Actor: actor("1", { ...labels, name: resource.name, exitCode: "137" }),
        };
      case "engine":
        throw new Error(`no engine is declared: ${resource.address}`);
      default:
        return resource satisfies never;
    }
  });
  return lines
    .map((line) => `${JSON.stringify({ ...line, scope: "local", time: 1_767_225_600 })}\n`)
    .join("");
}
