import type { Variable } from "./describe-env.js";

/** A secret variable and whose it is. */
export interface SecretUse {
  /** A template and a pool may have one id. */
  readonly section: "templates" | "engines";
  readonly owner: string;
  readonly variable: Variable;
}

/**
 * Names in warm's environment for secrets: the variable's own, and where several of one name have different values, with the
 * owner's id before it. The same uses in any order get the same names.
 * @returns how a variable of an owner is called
 */
export function nameSecrets(uses: readonly SecretUse[]): (use: SecretUse) => string {
  const values = new Map<string, Set<string | undefined>>();
  for (const { variable } of uses) {
    const known = values.get(variable.name) ?? new Set();
    values.set(variable.name, known.add(variable.value));
  }
  const isShared = ({ name }: Variable) => {
    const known = values.get(name);
    return known !== undefined && (known.size > 1 || (known.has(undefined) && countOf(name, uses) > 1));
  };
  const taken = new Set<string>(uses.map(({ variable }) => variable.name));
  const given = new Map<string, string>();
  for (const use of uses.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))) {
    if (!isShared(use.variable)) continue;
    const wanted = `${use.owner.toUpperCase().replace(/[^A-Z0-9]/g, "_")}_${use.variable.name}`;
    const base = (/^[0-9]/.test(wanted) ? `_${wanted}` : wanted).slice(0, 240);
    let name = base;
    for (let count = 2; taken.has(name); count += 1) name = `${base}_${count}`;
    taken.add(name);
    given.set(keyOf(use), name);
  }
  return (use) => given.get(keyOf(use)) ?? use.variable.name;
}

const keyOf = ({ section, owner, variable }: SecretUse) => JSON.stringify([section, owner, variable.name]);

function countOf(name: string, uses: readonly SecretUse[]): number {
  return uses.filter(({ variable }) => variable.name === name).length;
}
