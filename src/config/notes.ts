import { engineName, stripDashes, templateContainerName } from "../model/names.js";
import type { Config, Env } from "./config.js";

const LOOKS_SECRET = /TOKEN|PASSW(?:OR)?D|SECRET|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIAL/i;
const MAX_DNS_LABEL_LENGTH = 63;
const VARIABLE = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/;

/** Things to know about a file that are no problems, a sentence each without a full stop. */
export function noteOddities(config: Config): string[] {
  return [
    ...noteLongNames(config),
    ...noteEnvs("templates", config.templates),
    ...noteEnvs("engines", config.engines),
  ];
}

/** Docker takes such a name, the DNS by which other containers find it does not. */
function noteLongNames({ prefix, templates, engines }: Config): string[] {
  const names = [
    ...templates.map(
      ({ id }) => [`templates.${id}`, templateContainerName(prefix, stripDashes(id))] as const,
    ),
    ...engines.map(({ id, policy }) => [`engines.${id}`, engineName(prefix, id, policy.size.max)] as const),
  ];
  return names
    .filter(([, name]) => name.length > MAX_DNS_LABEL_LENGTH)
    .map(
      ([field, name]) =>
        `${field}: no container can look up ${name}, which has more than ${MAX_DNS_LABEL_LENGTH} characters`,
    );
}

function noteEnvs(group: string, owners: readonly { readonly id: string; readonly env: Env }[]): string[] {
  return owners.flatMap(({ id, env }) =>
    Object.entries(env).flatMap(([name, value]) => {
      const note = typeof value === "string" ? noteValue(name, value) : undefined;
      return note === undefined ? [] : [`${group}.${id}.env.${name}: ${note}`];
    }),
  );
}

function noteValue(name: string, value: string): string | undefined {
  const [, braced, bare] = VARIABLE.exec(value) ?? [];
  const variable = braced ?? bare;
  if (variable !== undefined) {
    return `the text \`${value}\` is not expanded; { fromEnv: ${variable} } takes the variable's value`;
  }
  if (value === "" || !LOOKS_SECRET.test(name)) return undefined;
  return "looks like a secret written into the file; fromEnv or fromFile keep it out";
}
