/** One thing that `warm doctor` looked at. */
export interface Check {
  /** `endpoint`, `disk`, `registry 127.0.0.1:5000`. */
  readonly name: string;
  readonly verdict: "ok" | "warning" | "failure";
  /** What was found, as a clause. */
  readonly detail: string;
  readonly hint?: string | undefined;
}
