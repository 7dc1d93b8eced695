// Asks the watcher beside us whether it is ready: a look at the host is done, Docker answers, no pool is short.
import { get } from "node:http";

const socketPath = process.argv[2] ?? "/var/lib/warm/warm.sock";

const call = get({ socketPath, path: "/readyz", timeout: 4_000 }, (answer) => {
  answer.pipe(process.stdout);
  answer.on("end", () => {
    process.exitCode = answer.statusCode === 200 ? 0 : 1;
  });
});
call.on("timeout", () => call.destroy(new Error("no answer within 4 s")));
call.on("error", (error) => {
  console.log(`no watcher answers: ${error.message}`);
  process.exitCode = 1;
});
