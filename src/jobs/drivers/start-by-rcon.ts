import { createLineSplitter } from "../../docker/exec/line-splitter.js";
import type { JobDriver } from "../../model/job.js";
import type { DriverSite, StartedWork } from "./driver.js";
import { findPort } from "./find-port.js";
import { listenToEngine } from "./listen-to-engine.js";
import { openRcon, type RconClient } from "./rcon-client.js";
import { startedWork, withinTry } from "./started-work.js";

type RconDriver = Extract<JobDriver, { readonly type: "rcon" }>;

const LOGIN_MS = 10_000;

/**
 * `rcon`: one command by the Source RCON protocol, over TCP, as game servers have it.
 *
 * What an engine has to do: listen on the declared port with the declared password from the moment on at which it says that it
 * is ready; take the command as UTF-8; reply to it and to the empty command that follows (any reply will do: it only marks
 * the end of the first one). What it replies counts as lines of its own, for `confirm` and `done`, as well as what it writes to
 * its output. Most servers reply at once and go on working: that they are done is said by `done` alone.
 *
 * A plugin that loads without a restart does what one for `console` does.
 *
 * Resolves once the command is sent. Only the engine's word shows the end; `ended` rejects when the engine ends, or the
 * connection before the reply is whole. A refused password is `rejected`: every engine of the pool has the same one.
 */
export async function startByRcon(driver: RconDriver, site: DriverSite): Promise<StartedWork> {
  const target = findPort(site, driver.port);
  const command = site.fill(driver.command);
  const ear = await listenToEngine(site);
  const lines = createLineSplitter(site.onLine);
  let client: RconClient | undefined;
  let isClosed = false;
  const close = () => {
    isClosed = true;
    ear.close();
    client?.close();
  };
  try {
    const loginMs = Math.max(1, Math.min(LOGIN_MS, site.leftMs()));
    const { password } = driver;
    client = await Promise.race([openRcon({ ...target, password, loginMs, cancel: site.cancel }), ear.lost]);
    const sending = client.send(command, (text) => isClosed || lines.push(text));
    const { replied } = await withinTry(site, "the engine does not read its RCON connection", sending);
    const answered = replied.then(() => {
      if (!isClosed) lines.flush();
      client?.close();
      return ear.lost;
    });
    return startedWork(site.lease.container.id, Promise.race([answered, ear.lost]), close);
  } catch (error) {
    close();
    throw error;
  }
}
