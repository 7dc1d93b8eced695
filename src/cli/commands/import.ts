import { resolve } from "node:path";
import { openHost } from "../../apply/host-session.js";
import { importHost } from "../../config/import/import-host.js";
import type { ImportSettings } from "../../config/import/import-settings.js";
import { readFoundHost } from "../../docker/observe/read-found-host.js";
import { formatImport } from "../../report/format-import.js";
import type { CommandContext } from "../command-context.js";
import { writeFileWhole, writeNewFile } from "../write-file.js";

interface Options {
  readonly out?: string;
  readonly force?: boolean;
  readonly project?: string;
  readonly prefix?: string;
  readonly from: ImportSettings["from"];
}

/** Not for everybody to read: what is no secret by its looks may be one all the same. */
const MODE = 0o600;

/** Only reads the host. */
export async function runImport(
  { global, terminal, cwd, env }: CommandContext,
  { out, force = false, project, prefix, from }: Options,
): Promise<number> {
  const { host, close } = await openHost({ host: global.host, env });
  try {
    const { text, summary } = await importHost(await readFoundHost(host), { project, prefix, from });
    if (out === undefined) terminal.print(text.trimEnd());
    else if (force) writeFileWhole(resolve(cwd, out), text, MODE);
    else writeNewFile(resolve(cwd, out), text, MODE);
    terminal.note(formatImport(summary, terminal.err, out));
    return 0;
  } finally {
    close();
  }
}
