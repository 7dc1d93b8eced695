import { readFileSync } from "node:fs";
import { parse } from "yaml";

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, string>>;
}

export interface Job {
  readonly if?: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly concurrency: { readonly group: string; readonly "cancel-in-progress": boolean };
  readonly strategy: { readonly matrix: { readonly include: readonly Readonly<Record<string, string>>[] } };
  readonly "timeout-minutes": number;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

export const readWorkflow = (file: string) => parse(readFileSync(file, "utf8")) as Workflow;

/** What expressions are about: `github`, `vars`, `secrets`, `matrix`, `steps`, `inputs`. */
export type Context = Readonly<Record<string, unknown>>;

/**
 * Fills in `${{ … }}` as far as the examples use it: paths, text, `==`, `!=`, `&&`, `||`, `!cancelled()`.
 * @throws Error for any other expression
 */
export function fillIn(text: string, context: Context): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    String(evaluate(expression.trim(), context) ?? ""),
  );
}

export function evaluate(expression: string, context: Context): unknown {
  const parts = (operator: string) => expression.split(new RegExp(`\\s+${operator}\\s+`));
  const either = parts("\\|\\|");
  if (either.length > 1)
    return (
      either.map((one) => evaluate(one, context)).find(Boolean) ?? evaluate(either.at(-1) ?? "", context)
    );
  const both = parts("&&");
  if (both.length > 1)
    return (
      both.map((one) => evaluate(one, context)).find((one) => !one) ?? evaluate(both.at(-1) ?? "", context)
    );
  for (const operator of ["==", "!="]) {
    const [left, right] = parts(operator);
    if (right === undefined) continue;
    const isSame = (evaluate(left ?? "", context) ?? "") === (evaluate(right, context) ?? "");
    return operator === "==" ? isSame : !isSame;
  }
  if (expression === "!cancelled()") return true;
  const literal = /^'(.*)'$/.exec(expression)?.[1];
  if (literal !== undefined) return literal;
  if (!/^[a-z_]+(\.[A-Za-z_-]+)+$/.test(expression)) throw new Error(`cannot evaluate ${expression}`);
  return expression
    .split(".")
    .reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], context);
}
