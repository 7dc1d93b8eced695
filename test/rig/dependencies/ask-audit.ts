import { spawn } from "node:child_process";

/** What a registry knows of the packages that users install. */
export type AuditAnswer =
  | { readonly kind: "clean" }
  | { readonly kind: "vulnerable"; readonly found: readonly string[] }
  /** It was not asked, or serves no such answers: nothing is known. */
  | { readonly kind: "unanswered"; readonly why: string };

interface AuditReport {
  readonly message?: string;
  readonly error?: { readonly summary?: string };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
}

const DEADLINE_MS = 60_000;

/** `npm audit` of all that is installed with warm. */
export async function askAudit(): Promise<AuditAnswer> {
  return readAuditReport(await run("npm", ["audit", "--omit=dev", "--json"]));
}

/** @param text what `npm audit --json` has printed */
export function readAuditReport(text: string): AuditAnswer {
  const report = parse(text);
  const { vulnerabilities } = report ?? {};
  if (vulnerabilities === undefined)
    return { kind: "unanswered", why: report?.message ?? report?.error?.summary ?? "npm said nothing" };
  const found = Object.entries(vulnerabilities).map(
    ([name, { severity, range }]) => `${name} ${range}: ${severity}`,
  );
  return found.length === 0 ? { kind: "clean" } : { kind: "vulnerable", found };
}

function parse(text: string): AuditReport | undefined {
  try {
    return JSON.parse(text) as AuditReport;
  } catch {
    return undefined;
  }
}

function run(command: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "ignore"], timeout: DEADLINE_MS });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", reject);
    child.on("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
  });
}
