import { makeVisible } from "../text/make-visible.js";
import { formatCount } from "../text/units.js";

/** The last words of a run that did nothing; those of one that did are `formatSummary`'s. No line feed at the end. */

export const formatRefusal = (): string => "Nothing was done.";

export const formatNothingToRemove = (): string => "Nothing to remove.";

export interface NothingToDo {
  /** How many resources are as they are wanted. */
  readonly matching: number;
  /** How many of them did not answer when asked for their health. */
  readonly unhealthy: number;
  /** The config as the user named it. */
  readonly config: string;
}

export function formatNothingToDo({ matching, unhealthy, config }: NothingToDo): string {
  const verb = matching === 1 ? "matches" : "match";
  const head = `No changes. ${formatCount(matching, "resource")} ${verb} ${makeVisible(config)}.`;
  if (unhealthy === 0) return head;
  return `${head}\n${unhealthy} of them did not answer ${unhealthy === 1 ? "its health check" : "their health checks"}.`;
}
