// @ts-nocheck It goes once the options are in the build.
// Stands in for the options of `warm` that the workflows use and this build does not have yet. All else is the real one.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const main = process.env.WARM_TEST_MAIN ?? "";
const args = process.argv.slice(2);
const file = args[args.indexOf("--file") + 1] ?? "warm.yaml";

/** Takes an option out of the arguments. */
function take(name, hasValue) {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, hasValue ? 2 : 1)[hasValue ? 1 : 0];
}

function real(more = args, stdio = "inherit") {
  const ended = spawnSync(process.execPath, [main, ...more], { stdio: ["inherit", stdio, "inherit"] });
  return { code: ended.status ?? 1, stdout: String(ended.stdout ?? "") };
}

function marker(kind, project) {
  const environment = take("--environment", true);
  const more = environment ? ` environment=${encodeURIComponent(environment)}` : "";
  const [of, at] = [project, file].map(encodeURIComponent);
  return `<!-- warm:${kind} project=${of} file=${at}${more} -->`;
}

const isMarkdown = args[args.indexOf("--format") + 1] === "markdown";
if (args.includes("apply")) {
  take("--verify");
  take("--rollback-on-failure");
  process.exit(real().code);
}
if (!isMarkdown) process.exit(real().code);

if (args.includes("plan") && take("--offline")) {
  const { code } = real(["--file", file, "validate"], "pipe");
  if (code !== 0) process.exit(code);
  const project = /^project: (\S+)/m.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  console.log(`${marker("plan", project)}\n### warm plan, offline`);
  process.exit(0);
}

const out = take("--out", true);
const { code, stdout } = real(
  ["--file", file, "plan", "--format", "json", "--detailed-exitcode", ...(out ? ["--out", out] : [])],
  "pipe",
);
if (code !== 0 && code !== 2) process.exit(code);
const { project, digest, changes } = JSON.parse(stdout);
const kind = args.includes("drift") ? "drift" : "plan";
const rows = changes.filter(({ action }) => action !== "noop");
console.log(marker(kind, project));
if (kind === "plan") console.log(`<!-- warm:digest ${digest} -->`);
console.log(
  `### warm ${kind}\n\n${rows.map(({ action, address }) => `- ${action} \`${address}\``).join("\n")}`,
);
process.exit(code);
