import * as fc from "fast-check";
import type { ApiDocument } from "./api-document.js";
import { type JsonSchema, type Operation, operationsOf } from "./api-document.js";

/** One request, right or wrong. */
export interface FuzzRequest {
  readonly method: string;
  /** Parameters that may be of something that is there are {@link LIVE}. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** As it is sent. */
  readonly body: string | undefined;
}

/** Where it stands in a path, whoever sends the request puts the id of a lease or of a job. */
export const LIVE = "LIVE";
/** Stands in values and in headers, which no problem may tell. */
export const MARKER = "s3cr3t-m4rker";

/** Requests of an API, by what its document says: many that are fine, and many more with something wrong. */
export function fuzzRequests(document: ApiDocument): fc.Arbitrary<FuzzRequest> {
  return fc.oneof(...operationsOf(document).map(requestsOf));
}

function requestsOf(operation: Operation): fc.Arbitrary<FuzzRequest> {
  const { requestBody, method } = operation;
  return fc.record({
    method: mostly(fc.constant(method), fc.constantFrom("GET", "HEAD", "PUT", "POST", "DELETE", "PATCH")),
    path: pathsOf(operation),
    headers: headers(),
    body: requestBody === undefined ? mostly(fc.constant(undefined), texts(ANY)) : bodiesOf(requestBody),
  });
}

const mostly = <Value, Other>(usual: fc.Arbitrary<Value>, other: fc.Arbitrary<Other>) =>
  fc.oneof({ weight: 7, arbitrary: usual }, { weight: 1, arbitrary: other });

const NASTY = [
  ...["", "\0", "\u0000x", "__proto__", "constructor", "toString", "../../../etc/passwd", "$(reboot)"],
  ...["%s%n", "\r\nX-Injected: 1", "{{7*7}}", "\ud800", "\u202e", "-1", "NaN", "1e999"],
  ...["x".repeat(5_000), "\u{1f30b}".repeat(300), "'; DROP TABLE leases; --"],
];
/** Of parameters and keys, which a problem may tell. */
const hostileName = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: "binary", maxLength: 40 }));
const hostileText = fc.oneof(
  { weight: 5, arbitrary: hostileName },
  { weight: 1, arbitrary: fc.constant(MARKER) },
);
const hostileNumber = fc.constantFrom(-1, 0.5, 1e308, -1e308, 2 ** 53, 2 ** 63, -0, 1e-320);

/** Any JSON, as a value. */
const ANY: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 3, arbitrary: hostileNumber },
  { weight: 2, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], { a: {} }) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** With parameters that are there, that are not, and that are none. */
function pathsOf({ path, parameters = [] }: Operation): fc.Arbitrary<string> {
  const names = parameters.filter((one) => one.in === "path").map(({ name }) => name);
  const encoded = hostileName.map((text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, "-")) || "-");
  const asIs = fc.constantFrom(
    "%",
    "%zz",
    "%00",
    "%2e%2e",
    "..",
    "%c0%af",
    "%ff",
    "a%2fb",
    "*",
    ";a=b",
    "%25zz",
  );
  const values = fc.tuple(
    ...names.map((name) =>
      mostly(
        name === "pool" ? fc.constant("valheim") : fc.constantFrom(LIVE, "s-1"),
        fc.oneof(encoded, asIs),
      ),
    ),
  );
  const known = parameters.filter((one) => one.in === "query");
  const right = fc
    .tuple(...known.map(({ name, schema }) => fc.option(valid(schema).map((value) => [name, String(value)]))))
    .map((pairs) => pairs.filter((pair) => pair !== null));
  const wrong = fc.array(
    fc.tuple(fc.constantFrom(...known.map(({ name }) => name), "x", "__proto__", "a[]"), hostileText),
    { maxLength: 4 },
  );
  const queries = fc.oneof({ weight: 2, arbitrary: right }, { weight: 1, arbitrary: wrong });
  return fc.tuple(values, queries).map(([given, pairs]) => {
    const filled = names.reduce(
      (text, name, index) => text.replace(`{${name}}`, () => given[index] ?? ""),
      path,
    );
    const query = new URLSearchParams(
      pairs.map(([name = "", value = ""]): [string, string] => [name, value]),
    );
    return pairs.length === 0 ? filled : `${filled}?${query}`;
  });
}

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  "prefer": [
    "wait=0",
    "place",
    "wait=99999999999",
    "wait=-1",
    "wait=0, place, x; y=z",
    ",,,",
    "x".repeat(300),
  ],
  "accept": ["text/event-stream", "*/*", "application/json;q=0", "text/event-stream;q=x, a/b", ",", "\u00ff"],
  "last-event-id": ["0", "", "99999999999999999999", "-1", "1e3", MARKER],
  "if-none-match": ['"x"', "*", 'W/"x"', MARKER],
  "authorization": [`Bearer ${MARKER}`, "Basic !!!", `Basic ${btoa(`a:${MARKER}`)}`, "Bearer", MARKER],
  "host": ["", "evil.example", "a b", "[::1", "localhost:99999999", "127.0.0.1", "warm", "x".repeat(2_000)],
  "origin": ["null", "http://localhost", "https://evil.example", "", "http://warm"],
  "sec-fetch-site": ["none", "cross-site", "x"],
  "expect": ["100-continue", "200-maybe"],
  "upgrade": ["websocket", "h2c"],
  "content-encoding": ["gzip", "identity"],
  "cookie": [MARKER],
  "x-forwarded-for": ["127.0.0.1"],
  "x-http-method-override": ["DELETE"],
};
const TYPES = [
  ...[
    "application/json; charset=utf-16",
    "application/JSON",
    "text/plain",
    "application/yaml",
    "multipart/form-data",
  ],
  ...[
    "application/x-www-form-urlencoded",
    "",
    ";",
    "application/json, text/html",
    "application/problem+json",
    "*/*",
  ],
];

function headers(): fc.Arbitrary<Record<string, string>> {
  const one = fc
    .constantFrom(...Object.entries(HEADERS))
    .chain(([name, values]) => fc.tuple(fc.constant(name), fc.constantFrom(...values)));
  const type = mostly(fc.constant("application/json"), fc.constantFrom(...TYPES));
  const extra = mostly(fc.constant([]), fc.array(one, { minLength: 1, maxLength: 3 }));
  return fc.tuple(type, extra).map(([contentType, more]) => ({
    "content-type": contentType,
    ...Object.fromEntries(more),
  }));
}

function bodiesOf({ content }: NonNullable<Operation["requestBody"]>): fc.Arbitrary<string | undefined> {
  const schema = content["application/json"]?.schema ?? {};
  const right = valid(schema);
  return fc.oneof(
    { weight: 6, arbitrary: texts(right) },
    { weight: 6, arbitrary: texts(right.chain(broken)) },
    { weight: 2, arbitrary: texts(ANY) },
    { weight: 2, arbitrary: fc.tuple(texts(right), fc.nat()).map(([text, at]) => mangle(text, at)) },
    { weight: 1, arbitrary: fc.constantFrom(undefined, "", ...MALFORMED) },
  );
}

const texts = (values: fc.Arbitrary<unknown>) => values.map((value) => JSON.stringify(value) ?? "");

const DEEP = 5_000;
const MALFORMED = [
  ...["{", "[1,]", "nul", "{'a':1}", '"\\ud800"', "\ufeff{}", `{"holder":"${MARKER}`, `${MARKER}`],
  ...['{"__proto__":{"isAdmin":true}}', '{"constructor":{"prototype":{"a":1}}}', '{"a":1e99999}'],
  ...['{"holder":"a","holder":"b"}', "[".repeat(DEEP), `${"[".repeat(DEEP)}${"]".repeat(DEEP)}`],
  `${'{"bind":'.repeat(DEEP)}0${"}".repeat(DEEP)}`,
  JSON.stringify(Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`k${index}`, MARKER]))),
  JSON.stringify({ holder: "a", [`${"k".repeat(50_000)}`]: MARKER }),
  JSON.stringify({ holder: "x".repeat(1024 * 1024 + 1) }),
];

/** Cuts a text off, or puts a byte into it. */
const mangle = (text: string, at: number) => {
  const index = at % (text.length + 1);
  return at % 2 === 0 ? text.slice(0, index) : `${text.slice(0, index)}\u0001${text.slice(index)}`;
};

/** The same value with one thing broken, at any depth. */
function broken(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== "object" || value === null) return ANY;
  const entries = Object.entries(value);
  const inside = entries.map(([key, old]) => broken(old).map((next) => replaceAt(value, key, next)));
  const without = entries.map(([key]) => fc.constant(dropAt(value, key)));
  const more = fc.tuple(fc.oneof(fc.constantFrom("holdr", "x", "Fence"), hostileName), ANY);
  const added = more.map(([key, next]) => replaceAt(value, key, next));
  return fc.oneof(ANY, added, ...inside, ...without);
}

const replaceAt = (value: object, key: string, next: unknown): unknown =>
  Array.isArray(value)
    ? value.map((old, index) => (String(index) === key ? next : old))
    : { ...value, [key]: next };

const dropAt = (value: object, key: string): unknown =>
  Array.isArray(value)
    ? value.filter((_, index) => String(index) !== key)
    : Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));

/** Durations of the length that a schema allows. */
const SHORT = ["0s", "1ms", "15ms"];
const LONG = ["1s", "90s", "24h"];

/** What a schema allows. As much of JSON Schema as our documents use. */
function valid(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { type, anyOf, pattern, properties, items } = schema as {
    type?: string | readonly string[];
    anyOf?: readonly JsonSchema[];
    enum?: readonly unknown[];
    pattern?: string;
    properties?: Readonly<Record<string, JsonSchema>>;
    items?: JsonSchema;
  };
  if (anyOf !== undefined) return fc.oneof(...anyOf.map(valid));
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as unknown[]));
  if (Array.isArray(type)) return fc.oneof(...type.map((one) => valid({ ...schema, type: one })));
  switch (type) {
    case "string": {
      const bounds = schema["x-duration"] as { minMs: number } | undefined;
      if (bounds !== undefined) return fc.constantFrom(...(bounds.minMs >= 1_000 ? LONG : SHORT));
      if (pattern !== undefined)
        return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, 15));
      return fc.oneof(
        fc.constantFrom("ci", "acme/t"),
        fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
      );
    }
    case "integer":
      return fc.integer({
        min: Number(schema.minimum ?? -10),
        max: Math.min(Number(schema.maximum ?? 10), Number(schema.minimum ?? 0) + 20),
      });
    case "number":
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    case "array":
      return fc.array(valid(items ?? {}), { minLength: Number(schema.minItems ?? 0), maxLength: 3 });
    case "object":
      return validObject(schema, properties ?? {});
    default:
      return ANY;
  }
}

function validObject(
  schema: JsonSchema,
  properties: Readonly<Record<string, JsonSchema>>,
): fc.Arbitrary<unknown> {
  const {
    additionalProperties,
    propertyNames,
    required = [],
  } = schema as {
    additionalProperties?: JsonSchema | boolean;
    propertyNames?: JsonSchema;
    required?: readonly string[];
  };
  const members = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, valid(one)]));
  const known = fc.record(members, { requiredKeys: [...required] });
  if (typeof additionalProperties !== "object") return known;
  const names = propertyNames === undefined ? fc.constantFrom("seed", "a") : valid(propertyNames);
  const more = fc.dictionary(names as fc.Arbitrary<string>, valid(additionalProperties), { maxKeys: 2 });
  return fc.tuple(known, more).map(([one, other]) => ({ ...other, ...one }));
}
