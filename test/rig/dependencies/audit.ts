import { askAudit } from "./ask-audit.js";
import { readLockFile } from "./lock-file.js";
import { findLockProblems } from "./lock-problems.js";

/** `npm run audit`: exits 1 when a package is not as it has to be, or is known to be vulnerable. */
const REQUIRED = process.env.WARM_AUDIT === "required";

const lock = readLockFile();
const problems = findLockProblems(lock);
const answer = await askAudit();
if (answer.kind === "vulnerable") problems.push(...answer.found);
if (answer.kind === "unanswered") {
  const words = `no advisories were had: ${answer.why}`;
  if (REQUIRED) problems.push(words);
  // Said at each run, so that nobody takes it for an answer.
  else console.log(`${words} (WARM_AUDIT=required makes that a failure)`);
}
for (const problem of problems) console.log(problem);
const packages = Object.keys(lock).length - 1;
console.log(
  problems.length === 0
    ? `${packages} packages: each from a registry by its SHA-512, no new install script, licences as agreed` +
        (answer.kind === "clean" ? "; none of those installed with warm is known to be vulnerable" : "")
    : `${problems.length} problems in ${packages} packages`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
