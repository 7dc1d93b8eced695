import { existsSync } from "node:fs";
import { ciSchemas, ciSchemasFailed, ciSchemasMissing } from "../../rig/bootstrap/ci-schemas.mjs";
import { ciToolsBin, ciToolsFailed, ciToolsMissing } from "../../rig/bootstrap/ci-tools.mjs";

/** A folder with what was fetched for these tests; or why there is none, for people. */
export type Fetched = { readonly dir: string } | { readonly missing: string };

/** shellcheck, systemd-analyze, jq, curl. @throws Error when they are to be had and could not be fetched */
export const findCiTools = () => find(ciToolsBin, ciToolsMissing, ciToolsFailed);

/** JSON Schemas of CI files. @throws Error when they are to be had and could not be fetched */
export const findCiSchemas = () => find(ciSchemas, ciSchemasMissing, ciSchemasFailed);

function find(dir: string, missing: string, failed: string): Fetched {
  if (existsSync(dir)) return { dir };
  const failure = process.env[failed];
  if (failure) throw new Error(`${dir} could not be fetched: ${failure}`);
  return { missing: process.env[missing] ?? "it is fetched by test/rig/bootstrap.mjs" };
}

export const whyNot = (found: Fetched) => ("missing" in found ? ` (skipped: ${found.missing})` : "");
