import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { WarmError } from "../errors.js";

/** What any print of a secret shows. */
export const REDACTED = "(sensitive)";

/**
 * A value from the environment or a file. The text is held in a closure, so that no JSON, log or template
 * string can print it by accident; `reveal` is called only where the value is sent to Docker.
 */
export interface Secret {
  readonly kind: "secret";
  /** Where it comes from, `CI_TOKEN` in the environment or a file's path; safe to print. */
  readonly from: { readonly env: string } | { readonly file: string };
  /** @throws WarmError `internal` for a value that is not known */
  reveal(): string;
  /** Its value was not read: a plan takes it for whatever stands in its place, and nothing can be made with it. */
  readonly isUnknown: boolean;
  toJSON(): string;
  toString(): string;
}

export function makeSecret(value: string, from: Secret["from"]): Secret {
  return hold(from, () => value, false);
}

/** A secret for who plans where it cannot be had: it equals any secret that a snapshot has in its place. */
export function makeUnknownSecret(from: Secret["from"]): Secret {
  const refuse = () => {
    throw new WarmError("internal", `the secret from ${Object.values(from)[0]} was not read`);
  };
  return hold(from, refuse, true);
}

function hold(from: Secret["from"], reveal: () => string, isUnknown: boolean): Secret {
  const redacted = () => REDACTED;
  const secret = { kind: "secret", from, reveal, isUnknown, toJSON: redacted, toString: redacted } as const;
  Object.defineProperty(secret, inspect.custom, { value: redacted, enumerable: false });
  return secret;
}

export function isSecret(value: unknown): value is Secret {
  return typeof value === "object" && value !== null && (value as Secret).kind === "secret";
}

/** How a secret is kept in a label: enough to see that it changed, useless without the salt's own object. */
export interface SaltedSecret {
  /** `<salt>:<first 32 hex digits of sha256(salt + value)>`. */
  readonly $secret: string;
}

const UNKNOWN = "unknown";

/** What a snapshot has in the place of a salted secret: not even a hash, which could be guessed at. */
export const HIDDEN_SECRET: SaltedSecret = { $secret: `hidden:${UNKNOWN}` };

export function saltSecret(secret: Secret, salt: string): SaltedSecret {
  if (secret.isUnknown) return { $secret: `${salt}:${UNKNOWN}` };
  const digest = createHash("sha256").update(`${salt}\0${secret.reveal()}`).digest("hex").slice(0, 32);
  return { $secret: `${salt}:${digest}` };
}

/** The salt of a value read from a label, or undefined when the value is no salted secret. */
export function saltOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const text = (value as SaltedSecret).$secret;
  return typeof text === "string" ? text.split(":")[0] : undefined;
}
