import { isChange, type Plan } from "../model/plan.js";
import type { ConfigSource } from "./config-source.js";
import type { DeleteGuard } from "./delete-guard.js";
import type { Ledger } from "./state/ledger.js";

export interface RoundEnd {
  readonly guard: Pick<DeleteGuard, "held">;
  readonly source: Pick<ConfigSource, "error" | "refusal">;
  readonly ledger: Pick<Ledger, "errorOf">;
  readonly isPaused: boolean;
  /** Undefined: no pass was made. */
  readonly plan: Plan | undefined;
}

/** What `warm watch --once` exits with: the codes of `warm apply` (design, section 5), 3 for a file that is not in use. */
export function exitCodeOfRound({ guard, source, ledger, isPaused, plan }: RoundEnd): number {
  if (guard.held !== undefined) return 4;
  const { error, refusal } = source;
  if (error !== undefined && refusal === "invalid") return 3;
  if (error !== undefined) return error.code === "unhealthy" ? 7 : 6;
  const open = plan?.changes.filter(isChange) ?? [];
  if (open.length === 0 || isPaused) return 0;
  return open.every(({ address }) => ledger.errorOf(address)?.code === "unhealthy") ? 7 : 6;
}
