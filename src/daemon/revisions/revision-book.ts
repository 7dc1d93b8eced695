import {
  type BadRevision,
  forgetBad,
  type GoodRevision,
  readRevisions,
  rememberBad,
  rememberGood,
} from "../../apply/revisions/revision-memory.js";

/** What a watcher remembers of revisions. What cannot be written down is remembered for its life all the same. */
export interface RevisionBook {
  /** The last one that was applied. */
  readonly good: GoodRevision | undefined;
  /** @returns why the text is not to be tried; undefined when it may be */
  badOf(sha256: string): BadRevision | undefined;
  /** Never rejects. */
  addGood(revision: GoodRevision): Promise<void>;
  /** Never rejects. */
  addBad(revision: BadRevision): Promise<void>;
  /** Everything may be tried again. Never rejects. @returns how many were bad */
  forgive(): Promise<number>;
}

/** @param onError told why something could not be written down */
export async function openRevisionBook(
  stateDir: string,
  onError: (error: unknown) => void,
): Promise<RevisionBook> {
  let { good, bad } = await readRevisions(stateDir);
  return {
    get good() {
      return good;
    },
    badOf: (sha256) => bad.find((one) => one.sha256 === sha256),
    async addGood(revision) {
      good = revision;
      bad = bad.filter(({ sha256 }) => sha256 !== revision.sha256);
      await rememberGood(stateDir, revision).catch(onError);
    },
    async addBad(revision) {
      bad = [revision, ...bad.filter(({ sha256 }) => sha256 !== revision.sha256)];
      await rememberBad(stateDir, revision).catch(onError);
    },
    async forgive() {
      const count = bad.length;
      bad = [];
      if (count > 0) await forgetBad(stateDir).catch(onError);
      return count;
    },
  };
}
