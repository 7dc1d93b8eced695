import { createHash } from "node:crypto";

/** What a token lets its bearer do; each includes those before it. */
export const SCOPES = ["read", "lease", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/** One token, without its text. */
export interface Token {
  /** For logs. */
  readonly name: string;
  readonly scope: Scope;
  /** SHA-256 of its text: what is compared has one length, whatever is sent. */
  readonly digest: Buffer;
}

export type Tokens = readonly Token[];

export const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();
