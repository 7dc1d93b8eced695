import type { PassRecord } from "../model/daemon-status.js";
import type { ApplyEvent } from "../model/event.js";
import type { JobView } from "../model/job.js";
import type { Transition } from "../model/transition.js";
import { formatKey, JOB_PAINTS } from "./format-job.js";
import { formatEventLine } from "./progress/format-events.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { formatCount, formatDurationMs } from "./text/units.js";

/** What happens in a pool, as it is sent: of its many members those that a line shows. */
interface PoolNews {
  readonly type: string;
  readonly pool: string;
  readonly engine?: string;
  readonly to?: string;
  readonly reason?: string;
  readonly decision?: string;
  readonly holder?: string;
  readonly lease?: { readonly engine: string; readonly holder: string };
}

/**
 * One event of a watcher's feed as a line for people, `14:03:07 pass  …`; undefined for what is no line: the byte counts of a
 * pull. No line feed at the end.
 * @param data as it was sent; `at` is ISO 8601
 */
export function formatFeedLine(type: string, data: unknown, style: Style): string | undefined {
  const { at } = data as { readonly at?: string };
  const text = formatContent(type, data, style);
  if (text === undefined) return undefined;
  return `${style.dim(formatTime(at))} ${style.cyan(type.padEnd(10))} ${text}`;
}

function formatContent(type: string, data: unknown, style: Style): string | undefined {
  switch (type) {
    case "pass":
      return formatPass(data as PassRecord & { open: number });
    case "work":
      return formatWork(data as ApplyEvent, style);
    case "transition":
      return formatTransition(data as Transition);
    case "pool":
      return formatPool(data as PoolNews);
    case "job":
      return formatJobNews(data as JobView, style);
    case "missed":
      return style.yellow("some events are forgotten by now");
    default:
      return makeVisible(JSON.stringify(data));
  }
}

function formatPass({ ms, triggers, begun, open }: PassRecord & { open: number }): string {
  const found = open === 0 ? "nothing to do" : `${formatCount(open, "change")} to be made, ${begun} begun`;
  return `${found} (${triggers.join(", ")}; ${formatDurationMs(ms)})`;
}

function formatWork(event: ApplyEvent, style: Style): string | undefined {
  return event.type === "action-progress" && event.pull !== undefined
    ? undefined
    : formatEventLine(event, style);
}

const formatTransition = ({ type, message }: Transition) => `${type}: ${makeVisible(message)}`;

function formatPool({ type, pool, engine, to, reason, decision, holder, lease }: PoolNews): string {
  const what = to === undefined ? type.replaceAll("-", " ") : `-> ${to}`;
  const who = lease?.holder ?? holder;
  const why = reason ?? decision;
  return makeVisible(
    [`${lease?.engine ?? engine ?? pool}: ${what}`, who && `by ${who}`, why && `(${why})`]
      .filter(Boolean)
      .join(" "),
  );
}

function formatJobNews({ id, pool, key, state, outcome }: JobView, style: Style): string {
  const how = outcome?.cached ? `${state}, cached` : state;
  return `${makeVisible(`${id} of ${pool}`)} ${formatKey(key)}: ${style[JOB_PAINTS[state] ?? "dim"](how)}`;
}

/** By the clock of whoever reads. */
function formatTime(at: string | undefined): string {
  const time = new Date(at ?? Number.NaN);
  if (Number.isNaN(time.getTime())) return "--:--:--";
  return [time.getHours(), time.getMinutes(), time.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
