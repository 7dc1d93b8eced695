import { CronPattern } from "croner";
import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { cut } from "../schema/show-value.js";
import type { Rule } from "./rule.js";

const FIELDS = [
  { name: "minute", values: "0 to 59" },
  { name: "hour", values: "0 to 23" },
  { name: "day of the month", values: "1 to 31" },
  { name: "month", values: "1 to 12" },
  { name: "day of the week", values: "0 (Sunday) to 6, or `MON` to `SUN`" },
];
/** Of each month in the year in which it has most. */
const DAYS_OF_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A schedule's cron expression has five fields that croner reads, and names a day that comes. */
export const cronExpression: Rule = function* (draft, positions) {
  for (const [id, { schedule = [] } = {}] of Object.entries(draft.engines ?? {})) {
    for (const [index, { cron }] of schedule.entries()) {
      const fault = cron === undefined ? undefined : findFault(cron.trim());
      if (fault === undefined) continue;
      const pointer = pointerTo("engines", id, "schedule", index, "cron");
      yield findingAt(positions, pointer, "value", { rule: "cron-expression", ...fault });
    }
  }
};

function findFault(cron: string): { message: string; hint: string } | undefined {
  const parts = cron.split(/\s+/);
  if (parts.length !== FIELDS.length) {
    const found = parts.length === 1 ? "one field" : `${parts.length} fields`;
    return {
      message: `a cron expression has five fields, \`${cut(cron)}\` has ${found}`,
      hint: "write minute, hour, day of the month, month and day of the week, such as `0 8 * * 1-5`",
    };
  }
  const wrong = parts.findIndex((part, index) => !isReadable(part, index));
  const { name, values } = FIELDS[wrong] ?? {};
  if (values !== undefined) {
    return {
      message: `\`${cut(parts[wrong] ?? "")}\` is no ${name}`,
      hint: `write ${values}; \`*\` is every one, \`1-5\` a range, \`1,3\` a list, \`*/2\` every second one`,
    };
  }
  if (!neverComes(cron)) return undefined;
  return {
    message: `no year has the day that \`${cut(cron)}\` names`,
    hint: "change the day of the month or the month",
  };
}

/** Field by field, so that the one that is wrong can be named. */
function isReadable(part: string, index: number): boolean {
  // To croner it is the moment at which it reads the expression.
  if (part.includes("?")) return false;
  try {
    readPattern(FIELDS.map((_, at) => (at === index ? part : "*")).join(" "));
    return true;
  } catch {
    return false;
  }
}

function neverComes(cron: string): boolean {
  const pattern = readPattern(cron);
  // Days of the month and of the week are joined by or, unless a `+` says otherwise.
  if (!pattern.starDOW && !pattern.useAndLogic) return false;
  if (pattern.lastDayOfMonth || pattern.lastWeekday) return false;
  const isNamed = (day: number) => pattern.day[day] === 1 || pattern.nearestWeekdays[day] === 1;
  return !DAYS_OF_MONTHS.some(
    (days, month) =>
      pattern.month[month] === 1 && Array.from({ length: days }, (_, day) => day).some(isNamed),
  );
}

function readPattern(cron: string): CronPattern {
  return new CronPattern(cron, undefined, { mode: "5-part" });
}
