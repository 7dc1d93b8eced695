import { type Command, Option } from "commander";
import { type Action, addStateDir } from "../add-command.js";
import { collect, duration } from "../option-values.js";

/** The watcher, and the commands that hold it back by a file. */
export function addWatchCommands(program: Command, action: Action): void {
  addStateDir(
    program
      .command("watch")
      .description("keep the host as the file says: correct drift on a timer and on every Docker event")
      .option("--once", "one round until all that can be done is done, as for cron"),
  )
    .addOption(
      new Option("--log-format <format>", "default: text on a terminal, json elsewhere").choices([
        "text",
        "json",
      ]),
    )
    .addOption(
      new Option("--log-level <level>", "the least that is logged")
        .choices(["debug", "info", "warn", "error"])
        .default("info"),
    )
    .option("--listen <host:port>", "answer over the network too, to whoever has a token")
    .option("--token-file <path>", "`scope:token` lines: who may ask over the network; or WARM_API_TOKENS")
    .option(
      "--allow-host <name>",
      "a name under which it may be asked, such as warm.example.com; repeatable",
      collect,
    )
    .option("--grace <duration>", "how long what is in flight may take after SIGTERM; default 8s", duration)
    .action(action(async () => (await import("../commands/watch.js")).runWatch));
  addStateDir(
    program
      .command("pause")
      .description("let the watcher look and tell, and change nothing")
      .option("--for <duration>", "end the pause by itself after this long, such as 2h", duration)
      .option("--reason <text>", "why, for whoever meets it"),
  ).action(action(async () => (await import("../commands/pause.js")).runPause));
  addStateDir(
    program
      .command("resume")
      .description("end a pause, and have everything tried anew, flapping resources too")
      .option("--allow-deletes", "let the next pass delete what its guard held back"),
  ).action(action(async () => (await import("../commands/pause.js")).runResume));
}
