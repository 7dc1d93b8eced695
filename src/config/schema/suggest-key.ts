import { suggest } from "../suggest.js";

/** Keys that other formats have, and what says it here. */
const SAID_HERE: Readonly<Record<string, string>> = {
  "<<": "merge keys are not part of YAML 1.2: write the keys out",
  environment: "write `env: { NAME: value }`",
  healthcheck: "write `health: { healthcheck: true }`",
  mem_limit: "write `resources: { memory: 256MiB }`",
  memory: "write `resources: { memory: 256MiB }`",
  cpus: "write `resources: { cpus: 0.5 }`",
  pids: "write `resources: { pids: 256 }`",
  ports: "write `port: 5550`",
  services: "write `templates:`, a map of template ids",
  containers: "write `templates:`, a map of template ids",
  volumes: "write `mount: /path`: a template has one volume",
  replicas: "write `size: 3`",
  pools: "write `engines:`, a map of pool names",
};

/** What to write in the place of an unknown key. */
export function suggestKey(key: string, known: readonly string[]): string {
  const elsewhere = Object.hasOwn(SAID_HERE, key) ? SAID_HERE[key] : undefined;
  const wanted = elsewhere === undefined ? undefined : /^write `(\w+)/.exec(elsewhere)?.[1];
  if (elsewhere !== undefined && (wanted === undefined || known.includes(wanted))) return elsewhere;
  return suggest(key, known, "remove it");
}
