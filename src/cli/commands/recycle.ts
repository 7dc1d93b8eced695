import { WarmError } from "../../errors.js";
import { makeVisible } from "../../report/text/make-visible.js";
import type { CommandContext } from "../command-context.js";
import { openClient, type WatcherOptions } from "../open-client.js";

export async function runRecycle(
  context: CommandContext,
  options: WatcherOptions,
  target: string,
): Promise<number> {
  const { pool, slot } = parseTarget(target);
  const client = openClient(context, options);
  try {
    const addresses = await client.recycle(pool, slot);
    context.terminal.print(
      addresses.length === 0
        ? `Nothing to recycle in ${makeVisible(pool)}.`
        : addresses.map((address) => `${makeVisible(address)}: is replaced`).join("\n"),
    );
    return 0;
  } finally {
    client.close();
  }
}

/** `valheim`, `valheim/1`, or the address `engine.valheim/1`. */
function parseTarget(target: string): { readonly pool: string; readonly slot: number | undefined } {
  const [, pool, slot] = /^(?:engine\.(?=.+\/))?([^/]+)(?:\/([1-9]\d{0,5}))?$/.exec(target) ?? [];
  if (pool !== undefined) return { pool, slot: slot === undefined ? undefined : Number(slot) };
  throw new WarmError("usage", `${makeVisible(target)} is neither a pool nor one of its engines`, {
    hint: "use `POOL` or `POOL/SLOT`, such as `valheim/1`",
  });
}
