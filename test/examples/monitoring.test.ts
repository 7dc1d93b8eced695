import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { promtoolFailed, promtoolFile, promtoolMissing } from "../rig/bootstrap/promtool.mjs";
import { phase, started, tellAll } from "../server/metrics-events.js";
import { buildStatus, MetricsWorld, seriesOf } from "../server/metrics-world.js";

const run = promisify(execFile);
const example = resolve("examples/monitoring");

/** Those that come with the scrape. */
const TARGET_LABELS: ReadonlySet<string> = new Set(["instance", "job"]);

/** Each expression with where it stands. */
type Expressions = readonly (readonly [where: string, expression: string])[];

/** All that is scraped where everything has happened. */
let scraped: string;
/** The labels of each metric's series. */
let exported: ReadonlyMap<string, readonly string[]>;
beforeAll(async () => {
  scraped = await fullWorld().text();
  exported = labelsByName(scraped);
});

describe("the names in", () => {
  it.each([
    ["the dashboard", readDashboard],
    ["the alerts", readAlerts],
  ])("%s are those of metrics, with labels and values that they have", async (_file, read) => {
    const expressions = await read();
    expect(expressions.length).toBeGreaterThan(10);
    const problems = expressions.flatMap(([where, expression]) =>
      selectorsOf(expression)
        .filter(([name, matchers]) => !exported.get(name)?.some((labels) => isMatch(labels, matchers)))
        .map(([name, matchers]) => `${where}: ${name}{${matchers.join(", ")}}`),
    );
    expect(problems).toEqual([]);
  });

  it.each([
    ["the dashboard", readDashboard],
    ["the alerts", readAlerts],
  ])("the groups of %s are labels of what they group", async (_file, read) => {
    const problems = (await read()).flatMap(([where, expression]) => {
      const labels = selectorsOf(expression).flatMap(([name]) => exported.get(name) ?? []);
      const isKnown = (label: string) =>
        TARGET_LABELS.has(label) || labels.some((one) => new RegExp(`(?:^|,)${label}="`).test(one));
      const groups = [...expression.matchAll(/\b(?:by|without|on) \(([^)]*)\)/g)];
      const grouped = groups.flatMap(([, list = ""]) => list.split(/,\s*/));
      return grouped.filter((label) => !isKnown(label)).map((label) => `${where}: ${label}`);
    });
    expect(problems).toEqual([]);
  });

  it("the tests of alerts are those of metrics", async () => {
    const { tests } = parse(await readFile(join(example, "alerts.test.yaml"), "utf8")) as AlertTests;
    const series = tests.flatMap(({ input_series }) => input_series.map((one) => one.series));
    const names = new Set(series.map((text) => text.split("{")[0] ?? ""));
    expect([...names].filter((name) => name !== "up" && !exported.has(name))).toEqual([]);
  });
});

describe("the dashboard", () => {
  it("has no two panels in one place, each with a data source that is asked for", async () => {
    const { panels } = await dashboard();
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)}/${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    const sources = panels.flatMap(({ targets = [] }) => targets.map(({ datasource }) => datasource.uid));
    expect(new Set(sources)).toEqual(new Set([`$\{datasource}`]));
  });
});

describe("the alerts", () => {
  it("say how bad it is, for how long it has to be so, what it is and what to do", async () => {
    const { groups } = parse(await readFile(join(example, "alerts.yaml"), "utf8")) as AlertFile;
    const rules = groups.flatMap((group) => group.rules);
    const readme = await readFile(join(example, "README.md"), "utf8");
    for (const { alert, labels, annotations, ...rule } of rules) {
      expect(labels.severity, alert).toMatch(/^(critical|warning|info)$/);
      expect(rule.for, alert).toMatch(/^\d+m$/);
      expect([annotations.summary, annotations.description], alert).toEqual([
        expect.stringMatching(/.{10}/),
        expect.stringMatching(/.{10}/),
      ]);
      expect(readme, alert).toContain(`| \`${alert}\` | ${labels.severity} |`);
    }
  });
});

const promtool = findPromtool();
const why =
  promtool === undefined
    ? ` (skipped: ${process.env[promtoolMissing] ?? "it is fetched by test/rig/bootstrap.mjs"})`
    : "";

describe.skipIf(promtool === undefined)(`Prometheus's own tool${why}`, () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "warm-monitoring-"));
    await cp(example, dir, { recursive: true });
    await writeFile(join(dir, "warm.token"), "x");
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const check = async (...args: string[]) => (await run(promtool ?? "", args, { cwd: dir })).stdout;

  it("finds nothing wrong with the scrape config and the rules", async () => {
    expect(await check("check", "config", "--lint-fatal", "prometheus.yaml")).toContain(
      "SUCCESS: 1 rule files found",
    );
    expect(await check("check", "rules", "--lint-fatal", "alerts.yaml")).toMatch(/SUCCESS: \d+ rules found/);
  });

  it("sees the alerts fire when they should", async () => {
    expect(await check("test", "rules", "alerts.test.yaml")).toContain("SUCCESS");
  });

  it("can read every expression of the dashboard", async () => {
    const rules = (await readDashboard()).map(([, expr], index) => ({
      record: `panel:${index}`,
      expr: fillIn(expr),
    }));
    await writeFile(join(dir, "dashboard.rules.yaml"), stringify({ groups: [{ name: "dashboard", rules }] }));
    expect(await check("check", "rules", "dashboard.rules.yaml")).toContain(
      `SUCCESS: ${rules.length} rules found`,
    );
  });

  it("finds nothing wrong with what is scraped", async () => {
    const child = run(promtool ?? "", ["check", "metrics"]);
    child.child.stdin?.end(scraped);
    // It dislikes some names that Node's own metrics have.
    const complaints = await child.then(
      () => "",
      ({ stdout, stderr }) => `${stdout}${stderr}`,
    );
    expect(complaints.split("\n").filter((line: string) => /warm_|error/i.test(line))).toEqual([]);
  });
});

/** @throws Error when it is to be had and could not be fetched */
function findPromtool(): string | undefined {
  if (existsSync(promtoolFile)) return promtoolFile;
  const failure = process.env[promtoolFailed];
  if (failure) throw new Error(`promtool could not be fetched: ${failure}`);
  return undefined;
}

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly gridPos: Readonly<Record<"x" | "y" | "w" | "h", number>>;
    readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}
interface AlertFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly for: string;
      readonly labels: { readonly severity: string };
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}
interface AlertTests {
  readonly tests: readonly { readonly input_series: readonly { readonly series: string }[] }[];
}

const dashboard = async () =>
  JSON.parse(await readFile(join(example, "dashboard.json"), "utf8")) as Dashboard;

async function readDashboard(): Promise<Expressions> {
  const { panels, templating } = await dashboard();
  const asked = templating.list.flatMap(({ name, definition = "" }) => {
    const [, selector] = /^label_values\((.*), \w+\)$/.exec(definition) ?? [];
    return selector === undefined ? [] : [[`variable ${name}`, selector] as const];
  });
  const shown = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const),
  );
  return [...asked, ...shown];
}

async function readAlerts(): Promise<Expressions> {
  const { groups } = parse(await readFile(join(example, "alerts.yaml"), "utf8")) as AlertFile;
  return groups.flatMap(({ rules }) => rules.map(({ alert, expr }) => [alert, expr] as const));
}

const fillIn = (expression: string) =>
  expression.replaceAll("$__rate_interval", "5m").replaceAll(/\$(instance|pool)/g, ".*");

/** The metrics that an expression asks for, with matchers of their own labels: those of the target come with the scrape. */
function selectorsOf(expression: string): [name: string, matchers: string[]][] {
  const found = fillIn(expression).matchAll(/\b((?:warm|process|nodejs)_\w+)(?:\{([^}]*)\})?/g);
  return [...found].map(([, name = "", matchers = ""]) => [
    name,
    matchers.split(/,\s*/).filter((matcher) => matcher !== "" && !matcher.startsWith("instance")),
  ]);
}

/** @param labels of a series, as it is written */
function isMatch(labels: string, matchers: readonly string[]): boolean {
  return matchers.every((matcher) => {
    const [, name, operator, wanted = ""] = /^(\w+)(=~|!=|!~|=)"(.*)"$/.exec(matcher) ?? [];
    const value = new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1];
    if (value === undefined) return false;
    const isSame = operator?.endsWith("~") ? new RegExp(`^(?:${wanted})$`).test(value) : value === wanted;
    return operator?.startsWith("!") ? !isSame : isSame;
  });
}

function labelsByName(text: string): ReadonlyMap<string, readonly string[]> {
  const all = new Map<string, string[]>();
  for (const line of seriesOf(text)) {
    const [, name = "", labels = ""] = /^(\w+)(?:\{(.*)\})? /.exec(line) ?? [];
    all.set(name, [...(all.get(name) ?? []), labels]);
  }
  return all;
}

/** Where everything has happened. */
function fullWorld(): MetricsWorld {
  const world = new MetricsWorld({ measuresProcess: true });
  world.pool().ready("e1");
  tellAll(world, "a", "text");
  const image = "image.alpine:3";
  world.work(
    1,
    started(image),
    phase(image, "pulling"),
    phase(image, "pulling", { pull: { bytesDone: 5, bytesTotal: 9 } }),
  );
  world.work(1, started("engine.p/9"), phase("engine.p/9", "creating"), phase("engine.p/9", "starting"));
  const pass = { at: "2026-03-02T08:00:00Z", ms: 5, triggers: ["timer"], planned: 0, begun: 0 };
  world.tell({ type: "pass", pass, open: 0 });
  world.metrics.observeRequest("/v1/engines", "GET", 200, 0.001);
  world.metrics.observeRequest("/v1/plan", "POST", 502, 0.001);
  world.checks = [{ name: "pass", isMet: true, detail: "" }];
  const container = { kind: "container", health: "unhealthy" } as const;
  world.resources?.push(buildStatus({ address: "container.c", ...container }));
  return world;
}
