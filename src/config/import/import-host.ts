import { WarmError } from "../../errors.js";
import type { FoundHost } from "../../model/found-host.js";
import type { ImportSummary, Remark } from "../../model/import-summary.js";
import { ConfigError } from "../../model/problem.js";
import { MAX_FILE_BYTES, parseConfig } from "../load-config.js";
import { DEFAULTS } from "../normalize/defaults.js";
import { writeDraft } from "./build-document.js";
import { findProblem, type Section } from "./check-entry.js";
import { chooseNetwork } from "./choose-network.js";
import { chooseScope, type Scope } from "./choose-scope.js";
import type { Variable } from "./describe-env.js";
import { describePool, variablesOfPool } from "./describe-pool.js";
import { describeSession } from "./describe-session.js";
import { describeTemplate, variablesOfTemplate } from "./describe-template.js";
import type { Described, Entry } from "./entry.js";
import { findBlobImages } from "./find-blob.js";
import { findTakeovers } from "./find-takeovers.js";
import { type Facts, gatherFacts } from "./gather-facts.js";
import { hasUndeclared } from "./has-undeclared.js";
import type { ImportSettings } from "./import-settings.js";
import { nameSecrets, type SecretUse } from "./name-secrets.js";
import { restoreId } from "./parse-names.js";

/** A file that says what stands on a host, and what became of what does. */
export interface ImportedFile {
  readonly text: string;
  readonly summary: ImportSummary;
}

/**
 * Writes a file from what stands on a host. Pure but for the rules, which are asked as for any file: what it gives is valid
 * wherever the secrets that it names are set. The same host gives the same text, whatever order Docker tells it in.
 * @throws WarmError `usage` when it cannot be told which project is meant, or the file would be larger than warm reads
 */
export async function importHost(found: FoundHost, settings: ImportSettings): Promise<ImportedFile> {
  const scope = chooseScope(found, settings);
  const facts = gatherFacts(found, scope);
  const network = chooseNetwork(found, scope, facts);
  const { entries, leftOut } = await describeAll(facts, found, network);
  const write = (prune: "safe" | "none") =>
    writeDraft({ head: headOf(found), settings: settingsOf(scope, network, prune), sections: entries });
  const first = write("safe");
  const { config, desired, secrets } = await check(first);
  const text = hasUndeclared(desired, found) ? write("none") : first;
  return {
    text,
    summary: {
      project: scope.project,
      templates: config.templates.length,
      sessions: config.sessions.length,
      pools: config.engines.length,
      secrets: [...new Set(secrets.flatMap(({ from }) => ("env" in from ? [from.env] : [])))].sort(),
      toComplete: entries.flatMap(([section, list]) =>
        list.flatMap(({ id, missing, toCheck }) =>
          [...missing, ...toCheck].map((why) => ({ what: `${section}.${id}`, why })),
        ),
      ),
      leftOut: [...leftOut, ...facts.leftOut],
      takeovers: findTakeovers(desired, found),
    },
  };
}

type Entries = readonly (readonly [Section, readonly Entry[]])[];

async function describeAll(
  facts: Facts,
  found: FoundHost,
  network: string,
): Promise<{ readonly entries: Entries; readonly leftOut: readonly Remark[] }> {
  const nameOf = nameSecrets([
    ...facts.templates.flatMap((one) =>
      secretsOf("templates", restoreId(one.tid), variablesOfTemplate(one, found)),
    ),
    ...facts.pools.flatMap((one) => secretsOf("engines", one.pool, variablesOfPool(one, found))),
  ]);
  const namer = (section: SecretUse["section"], owner: string) => (variable: Variable) =>
    nameOf({ section, owner, variable });
  const blobs = findBlobImages(found);
  const templates = facts.templates.map((one) =>
    describeTemplate(one, { found, network, blobs, nameSecret: namer("templates", restoreId(one.tid)) }),
  );
  const pools = facts.pools.map((one) => describePool(one, found, namer("engines", one.pool)));
  const ofTemplates = await checkAll(
    "templates",
    templates.map(({ entry }) => entry),
  );
  const declared = new Set(ofTemplates.filter(({ missing }) => missing.length === 0).map(({ id }) => id));
  const sessions = facts.sessions.map((one) => describeSession(one, found, declared));
  const tell =
    (section: Section) =>
    ({ entry, leftOut }: Described) =>
      leftOut.map(({ what, why }): Remark => ({ what: `${section}.${entry.id}: ${what}`, why }));
  return {
    entries: [
      ["templates", ofTemplates],
      ["sessions", await checkAll("sessions", sessions)],
      [
        "engines",
        await checkAll(
          "engines",
          pools.map(({ entry }) => entry),
        ),
      ],
    ],
    leftOut: [...templates.flatMap(tell("templates")), ...pools.flatMap(tell("engines"))],
  };
}

function secretsOf(
  section: SecretUse["section"],
  owner: string,
  variables: readonly Variable[],
): SecretUse[] {
  return variables.filter(({ isSecret }) => isSecret).map((variable) => ({ section, owner, variable }));
}

/** What the rules refuse is not whole. */
async function checkAll(section: Section, entries: readonly Entry[]): Promise<Entry[]> {
  return Promise.all(
    entries.map(async (entry) => {
      if (entry.missing.length > 0) return entry;
      const problem = await findProblem(section, entry);
      return problem === undefined ? entry : { ...entry, missing: [problem] };
    }),
  );
}

const MODELINE = "yaml-language-server: $schema=./node_modules/warm/schemas/warm.schema.json";

function headOf({ endpoint }: FoundHost): string[] {
  return [
    MODELINE,
    `Written by \`warm import\` from what stood on ${endpoint}.`,
    "Docker does not keep the health checks of templates, the ttl of sessions, nor their processors and plugins once these are",
    "gone, and of pools only how an engine is made: for all of that the defaults hold until this file says otherwise.",
  ];
}

const KEPT =
  "this file does not declare all of the project: nothing of it is deleted until that is set right";

type Setting = readonly [key: string, value: string | number, remark?: string];

function settingsOf({ project, prefix }: Scope, network: string, prune: "safe" | "none"): Setting[] {
  return [
    ["version", 1],
    ["project", project],
    ...(prefix === DEFAULTS.prefix ? [] : [["prefix", prefix] as const]),
    ...(network === DEFAULTS.network ? [] : [["network", network] as const]),
    ...(prune === DEFAULTS.prune ? [] : [["prune", prune, KEPT] as const]),
  ];
}

async function check(text: string) {
  if (Buffer.byteLength(text) > MAX_FILE_BYTES)
    throw tooMuch(`it would be larger than ${MAX_FILE_BYTES / 1024} KiB`);
  try {
    return await parseConfig({ text, file: "the imported file", directory: "/", env: {}, known: [] });
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    const [{ rule, message } = { rule: "", message: cause.message }] = cause.problems;
    if (rule === "too-large") throw tooMuch(message);
    throw new WarmError("internal", `the imported file would not be valid: ${message}`, { cause });
  }
}

function tooMuch(why: string): WarmError {
  return new WarmError("usage", `what stands on this host is too much for one file: ${why}`, {
    hint: "import a part: `--from`, `--project` or `--prefix`",
  });
}
