/** What of a host is wanted in the file. */
export interface ImportSettings {
  /** The file's project; default the only one that warm has objects of, else `cyanprint`. */
  readonly project: string | undefined;
  /** First part of the names of what is read; default the project's, else `cyan`. */
  readonly prefix: string | undefined;
  /** Whose objects. */
  readonly from: "all" | "cyanprint" | "warm";
}
