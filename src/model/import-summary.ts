import type { Address } from "./resource.js";

/** What of a host went into a file, and what did not. Texts may hold whatever an object is called. */
export interface ImportSummary {
  readonly project: string;
  /** Of what the file declares; what is to be completed by hand does not count. */
  readonly templates: number;
  readonly sessions: number;
  readonly pools: number;
  /** Environment variables that the file takes secrets from. */
  readonly secrets: readonly string[];
  /** What the file has as a comment only, or with a stand-in. */
  readonly toComplete: readonly Remark[];
  readonly leftOut: readonly Remark[];
  /** What is declared under a name that something has which is not this project's. */
  readonly takeovers: readonly Takeover[];
}

export interface Remark {
  /** `templates.0f8c…`, `container cyan-merger-…`. */
  readonly what: string;
  /** A clause without capital and full stop. */
  readonly why: string;
}

export interface Takeover {
  readonly address: Address;
  /** What `--adopt` costs, or what it has to wait for; a clause. */
  readonly caution: string | undefined;
}
