import { randomUUID } from "node:crypto";
import { loadConfig } from "../../config/load-config.js";
import { WarmError } from "../../errors.js";
import type { DataDirectory } from "../../jobs/data/data-directory.js";
import { openDataDirectory } from "../../jobs/data/open-data-directory.js";
import { type VerifiedResult, verifyResults } from "../../jobs/data/verify-results.js";
import { formatCache, formatCacheJson, formatCacheVerdict, formatPruned } from "../../report/format-cache.js";
import { formatJson } from "../../report/text/format-json.js";
import { type Choice, chooseResults } from "../cache/choose-results.js";
import type { CommandContext } from "../command-context.js";

interface CacheOptions {
  readonly json?: boolean;
}
interface PruneOptions extends CacheOptions {
  readonly maxSize?: number;
  readonly olderThan?: number;
  readonly hash?: string;
  readonly dryRun?: boolean;
}

const BROKEN = 1;

export async function runCacheList(context: CommandContext, { json }: CacheOptions): Promise<number> {
  const { terminal } = context;
  const results = await (await openData(context)).list();
  terminal.print(
    json ? formatCacheJson(results) : formatCache(results, terminal.out, terminal.columns, new Date()),
  );
  return 0;
}

/** Reads every file of every result. Exits 1 when one is not as its manifest says. */
export async function runCacheVerify(context: CommandContext, { json }: CacheOptions): Promise<number> {
  const { terminal } = context;
  const results: VerifiedResult[] = [];
  for await (const result of verifyResults(await openData(context))) results.push(result);
  terminal.print(
    json ? formatJson({ format: "warm.cache/1", results }) : formatCacheVerdict(results, terminal.out),
  );
  return results.every(({ broken }) => broken === undefined) ? 0 : BROKEN;
}

/** Each result goes as a whole, beside a running watcher too: it is renamed before it is removed. */
export async function runCachePrune(context: CommandContext, options: PruneOptions): Promise<number> {
  const { terminal } = context;
  const choice = readChoice(options);
  const data = await openData(context);
  const chosen = chooseResults(await data.list(), choice, Date.now());
  const { dryRun = false, json } = options;
  const gone = dryRun ? chosen : await removeResults(data, new Set(chosen.map(({ hash }) => hash)));
  terminal.print(json ? formatCacheJson(gone) : formatPruned(gone, dryRun));
  return 0;
}

/** Those and no others: what a watcher publishes meanwhile stays. */
const removeResults = (data: DataDirectory, hashes: ReadonlySet<string>) =>
  // Less than nothing, so that empty ones go too.
  data.prune(-1, { has: (hash) => !hashes.has(hash) });

function readChoice({ maxSize, olderThan, hash }: PruneOptions): Choice {
  const choices: Choice[] = [
    ...(maxSize === undefined ? [] : [{ type: "size" as const, maxBytes: maxSize }]),
    ...(olderThan === undefined ? [] : [{ type: "age" as const, olderThanMs: olderThan }]),
    ...(hash === undefined ? [] : [{ type: "hash" as const, hash }]),
  ];
  const [choice] = choices;
  if (choice !== undefined && choices.length === 1) return choice;
  const what =
    choice === undefined ? "nothing says which results are to go" : "only one of them can be meant";
  throw new WarmError("usage", what, {
    hint: "use `--max-size 10GiB`, `--older-than 30d` or `--hash HASH`",
  });
}

/** Never `open`: putting right what a killed run left is the watcher's. */
async function openData({ global, cwd, env }: CommandContext): Promise<DataDirectory> {
  const { config } = await loadConfig({ path: global.file, cwd, env });
  return openDataDirectory({ dir: config.data.dir, now: () => Date.now(), random: randomUUID });
}
