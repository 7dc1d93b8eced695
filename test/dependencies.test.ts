import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readAuditReport } from "./rig/dependencies/ask-audit.js";
import { putDependencyTable } from "./rig/dependencies/dependency-table.js";
import { findBrought, type LockedPackage, readLockFile } from "./rig/dependencies/lock-file.js";
import { findLockProblems } from "./rig/dependencies/lock-problems.js";
import { WHY } from "./rig/dependencies/why.js";

const lock = readLockFile();
const yaml = lock["node_modules/yaml"] as LockedPackage;
const problemsOf = (entry: LockedPackage, path = "node_modules/yaml") => findLockProblems({ [path]: entry });

describe("the table of dependencies", () => {
  it("in the README is what the lock file and the packages say (`npm run docs` makes it anew)", () => {
    const readme = readFileSync("README.md", "utf8");
    expect(readme).toBe(putDependencyTable(readme));
  });

  it("has a reason for each dependency, and none for what is none", () => {
    const { dependencies, devDependencies } = lock[""] as LockedPackage;
    expect(Object.keys(WHY).sort()).toEqual(Object.keys({ ...dependencies, ...devDependencies }).sort());
  });

  it("counts what a package brings, however deep, each once", () => {
    const brought = findBrought(
      {
        "node_modules/a": { dependencies: { b: "1", c: "1" } },
        "node_modules/b": { dependencies: { c: "2" } },
        "node_modules/b/node_modules/c": { optionalDependencies: { a: "1", d: "1" } },
        "node_modules/c": {},
      },
      "node_modules/a",
    );
    expect([...brought].sort()).toEqual([
      "node_modules/b",
      "node_modules/b/node_modules/c",
      "node_modules/c",
    ]);
  });
});

describe("the audit of the lock file", () => {
  it("finds nothing wrong with ours", () => {
    expect(findLockProblems(lock)).toEqual([]);
  });

  it("takes a package from any registry over TLS", () => {
    expect(problemsOf({ ...yaml, resolved: "https://npm.example.com/yaml/-/yaml-2.9.1.tgz" })).toEqual([]);
  });

  it.each<[string, LockedPackage]>([
    ["git", { ...yaml, resolved: "git+ssh://git@github.com/eemeli/yaml.git#abc" }],
    ["a plain connection", { ...yaml, resolved: "http://npm.example.com/yaml/-/yaml-2.9.1.tgz" }],
    ["a place of its own", { ...yaml, resolved: "https://files.example.com/yaml.tgz" }],
    ["a folder", { ...yaml, resolved: "file:../yaml" }],
  ])("refuses a package from %s", (_from, entry) => {
    expect(problemsOf(entry)).toEqual([expect.stringContaining("is no registry")]);
  });

  it.each<[string, LockedPackage, string]>([
    ["no hash", { ...yaml, integrity: "" }, "has no SHA-512"],
    ["a weak hash", { ...yaml, integrity: "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=" }, "has no SHA-512"],
    ["an install script", { ...yaml, hasInstallScript: true }, "runs a script"],
    ["no licence", { version: "1.0.0", integrity: yaml.integrity as string }, "says no licence"],
    ["a licence that binds its users", { ...yaml, license: "GPL-3.0-only" }, "GPL-3.0-only"],
    ["a licence that is for building alone", { ...yaml, license: "MPL-2.0" }, "MPL-2.0"],
    ["a link out of the project", { ...yaml, link: true }, "is a link"],
  ])("refuses a package with %s", (_what, entry, why) => {
    expect(problemsOf(entry, "node_modules/none-such")).toEqual([expect.stringContaining(why)]);
  });

  it("takes MPL-2.0 for what only builds and tests", () => {
    expect(problemsOf({ ...yaml, license: "MPL-2.0", dev: true })).toEqual([]);
  });
});

describe("the answer of `npm audit`", () => {
  it("is told apart: vulnerable, clean, and not had", () => {
    const bad = { vulnerabilities: { tar: { name: "tar", severity: "high", range: "<6.2.1" } } };
    expect(readAuditReport(JSON.stringify(bad))).toEqual({ kind: "vulnerable", found: ["tar <6.2.1: high"] });
    expect(readAuditReport('{"auditReportVersion":2,"vulnerabilities":{}}')).toEqual({ kind: "clean" });
    expect(readAuditReport('{"message":"405 Method Not Allowed","statusCode":405}')).toEqual({
      kind: "unanswered",
      why: "405 Method Not Allowed",
    });
    expect(readAuditReport("")).toEqual({ kind: "unanswered", why: "npm said nothing" });
  });
});
