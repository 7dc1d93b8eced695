/** What a registry wants to see first (RFC 9110, 11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  readonly realm?: string | undefined;
  readonly service?: string | undefined;
  readonly scope?: string | undefined;
}

/** Reads the first challenge of a `WWW-Authenticate` header: `Bearer realm="…",service="…",scope="…"`. */
export function readChallenge(header: string): Challenge {
  const [, scheme = "", rest = ""] = /^\s*([A-Za-z]+)(?:\s+(.*))?$/s.exec(header) ?? [];
  const pairs = [...rest.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi)];
  const values = new Map(
    pairs.map(([, name = "", quoted, bare]) => [
      name.toLowerCase(),
      quoted === undefined ? bare : quoted.replace(/\\(.)/g, "$1"),
    ]),
  );
  return {
    scheme: scheme.toLowerCase(),
    realm: values.get("realm"),
    service: values.get("service"),
    scope: values.get("scope"),
  };
}
