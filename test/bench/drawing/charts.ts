import { type Figure, seriesOf, type Who } from "../figure.js";
import { figuresOf, type Results } from "../results.js";
import { type BarPanel, drawBars } from "./draw-bars.js";
import { drawLines, type LinePanel } from "./draw-lines.js";
import type { Tone } from "./svg.js";

/** A chart as a file beside the results, and what stands for it where it cannot be seen. */
export interface Chart {
  readonly file: string;
  readonly alt: string;
  readonly svg: string;
}

type Find = (id: string) => Figure;

interface Kind {
  readonly file: string;
  readonly alt: string;
  /** The bench that it shows: where that came to nothing there is no such chart. */
  readonly bench: string;
  readonly draw: (find: Find) => string;
}

const KINDS: readonly Kind[] = [
  {
    file: "peers.svg",
    alt: "warm beside docker-compose, docker compose and OpenTofu with 100 containers",
    bench: "peers",
    draw: drawPeers,
  },
  {
    file: "jobs.svg",
    alt: "jobs by kept engines beside a container for each job",
    bench: "jobs",
    draw: drawJobs,
  },
  {
    file: "lease.svg",
    alt: "an engine in hand by a lease beside a container that is started",
    bench: "engines",
    draw: drawLease,
  },
  {
    file: "leases.svg",
    alt: "lease and release by the number of clients",
    bench: "leases",
    draw: drawLeases,
  },
  { file: "growth.svg", alt: "time by the number of resources", bench: "growth", draw: drawGrowth },
];

/**
 * All charts that these results allow.
 * @throws Error when one names a figure that the results do not have
 */
export function drawCharts(results: Results): Chart[] {
  const figures = figuresOf(results);
  return KINDS.filter(({ bench }) => (results.benches[bench]?.figures.length ?? 0) > 0).map(
    ({ file, alt, draw }) => ({
      ...{ file, alt },
      svg: draw((id) => {
        const figure = figures.get(id);
        if (figure === undefined) throw new Error(`${file} names ${id}, which the results do not have`);
        return figure;
      }),
    }),
  );
}

const TONES: { readonly [who in Who]?: Tone } = {
  warm: "warm",
  ...{ "docker-compose": "peer", "docker compose v2": "peer", tofu: "peer", "docker CLI": "peer" },
  "container a job": "peer",
};

function panelOf(
  figure: Figure,
  title: string,
  names: { readonly [who in Who]?: string } = {},
  isLog = false,
): BarPanel {
  return {
    ...{ title, unit: figure.unit, isLog },
    bars: figure.series
      .filter(({ who }) => Object.keys(names).length === 0 || names[who] !== undefined)
      .map(({ who, median }) => ({
        ...{ label: names[who] ?? who, value: median },
        ...{ tone: TONES[who] ?? "bare", isOurs: who === "warm" },
      })),
  };
}

function drawPeers(find: Find): string {
  return drawBars("100 containers on one Docker", "medians of whole processes; shorter is better", [
    panelOf(find("peers.plan.100"), "What would change? Nothing"),
    panelOf(find("peers.up.100"), "Up from nothing, images present"),
    panelOf(find("peers.repair.100"), "One killed container brought back"),
  ]);
}

function drawJobs(find: Find): string {
  const first = find("jobs.first");
  const later = find("jobs.later");
  const [one, three] = [find("jobs.rate.1"), find("jobs.rate.3")];
  const bar = (figure: Figure, label: string) => ({
    ...{ label, value: medianOf(figure), tone: "warm" as const, isOurs: true },
  });
  return drawBars(
    "Jobs of the simulated game, 50 times as fast as the real one",
    "medians, with outputs taken out",
    [
      panelOf(find("jobs.kept"), "One world", {
        ...{ warm: "a kept engine", "container a job": "a container for each job" },
        "engine alone": "the engine's own work",
      }),
      {
        ...{ title: "The first job, and those after it", unit: "ms", isLog: false },
        bars: [bar(first, "first, no engine yet"), bar(later, "later ones")],
      },
      {
        ...{ title: "Jobs a minute", unit: "per min", isLog: false },
        bars: [bar(one, "1 engine"), bar(three, "3 engines")],
      },
    ],
  );
}

function drawLease(find: Find): string {
  return drawBars("An engine when it is needed", "medians; shorter is better", [
    panelOf(
      find("engines.lease"),
      "An engine in hand",
      { warm: "a lease from a ready pool", "bare script": "a container, started and ready" },
      true,
    ),
    panelOf(
      find("engines.command"),
      "A command's first output",
      { warm: "a lease and the command", "docker CLI": "docker exec of the command" },
      true,
    ),
  ]);
}

const CLIENTS = [1, 8, 64, 512];

function drawLeases(find: Find): string {
  const panel = (what: string, title: string): LinePanel => {
    const line = (id: string, label: string, tone: Tone, who: Who = "warm") => ({
      ...{ label, tone, isDashed: who !== "warm" },
      points: CLIENTS.map((size) => ({ size, value: medianOf(find(`leases.${id}.${what}.${size}`), who) })),
    });
    return {
      ...{ title, unit: "ms", of: "clients" },
      lines: [
        line("rollout", "during a rollout", "warm3"),
        line("refill", "engines replaced", "warm2"),
        line("idle", "over the socket", "warm"),
        line("library", "in the process", "peer"),
        line("idle", "bare HTTP server", "bare", "bare server"),
      ],
    };
  };
  return drawLines(
    "A lease and its release on 16 engines",
    "each client asks again as soon as it is done; engines are reset and verified in between",
    [panel("pair", "Median"), panel("p99", "99th percentile")],
  );
}

const SIZES = [10, 100, 1_000, 10_000];

function drawGrowth(find: Find): string {
  const line = (work: string, label: string, tone: Tone) => ({
    ...{ label, tone, isDashed: false },
    points: SIZES.map((size) => ({ size, value: medianOf(find(`growth.${work}.${size}`)) })),
  });
  const last = medianOf(find("growth.observe.10000"));
  return drawLines(
    "From 10 resources to 10 000",
    "medians on a simulated host; the dashed line is in proportion",
    [
      {
        ...{ title: "Median time", unit: "ms", of: "resources" },
        lines: [
          line("plan", "warm plan", "warm"),
          line("status", "warm status", "warm3"),
          line("observe", "one look at the host", "warm2"),
          line("events", "as many events", "peer"),
          {
            ...{ label: "in proportion", tone: "bare", isDashed: true },
            points: SIZES.slice(1).map((size) => ({ size, value: (last * 4 * size) / 10_000 })),
          },
        ],
      },
    ],
  );
}

function medianOf(figure: Figure, who: Who = "warm"): number {
  const series = seriesOf(figure, who);
  if (series === undefined) throw new Error(`${figure.id} has no series of ${who}`);
  return series.median;
}
