import { isDeepStrictEqual } from "node:util";
import type { ObservedContainer } from "../../model/observed.js";
import type { ResourceLimits } from "../../model/resource.js";
import type { AnswerMemory } from "../connection/host-reader.js";

type Limits = Required<ResourceLimits>;

/**
 * For who looks at one host again and again: an answer that says the same as before comes back as the very same object,
 * mostly without being read, so that an idle look costs next to nothing. Limits, which take a file or a call each, are remembered
 * while Docker tells of every change; a change past Docker, by hand in the kernel's files, is found some looks later.
 */
export interface HostMemory {
  readonly answers: AnswerMemory;
  /** What `read` makes of the answer to `path`: the last result itself when it equals that one. */
  reading<T extends object>(path: string, answer: unknown, read: (answer: unknown) => T): T;
  /** Undefined when they have to be read. */
  limitsOf(containerId: string): Limits | undefined;
  rememberLimits(containerId: string, limits: Limits): void;
  /** A container's limits were changed. */
  forgetLimits(containerId: string): void;
  /** The containers with their limits, as they were made of the same list and nothing but memories. */
  withLimits(list: readonly ObservedContainer[]): readonly ObservedContainer[] | undefined;
  rememberWithLimits(list: readonly ObservedContainer[], result: readonly ObservedContainer[]): void;
  /** Whether changes are told from now on: while they are not, no limits are remembered. */
  setFollowing(isFollowing: boolean): void;
}

/**
 * A list of containers says of each how long it has been up, `Up 3 minutes (healthy)`: of that only the health is read. In
 * a text that somebody else chose the quotes would be escaped.
 */
function stripAges(path: string, text: string): string {
  return path === "/containers/json"
    ? text.replace(/"Status":"(?:Up|Exited \(\d+\)) [^"(]*/g, '"Status":"')
    : text;
}

/** After so many looks all limits are read again. */
const LOOKS = 8;

export function createHostMemory(): HostMemory {
  const readings = new Map<string, { readonly answer: unknown; readonly result: object }>();
  const limits = new Map<string, Limits>();
  let last:
    | { readonly list: readonly ObservedContainer[]; readonly result: readonly ObservedContainer[] }
    | undefined;
  let looksLeft = LOOKS;
  let isFollowed = false;
  /** Whether something was forgotten while a look was under way: what that look read may be older. */
  let isDisturbed = false;

  function forgetAll(): void {
    limits.clear();
    last = undefined;
    looksLeft = LOOKS;
    isDisturbed = true;
  }

  return {
    answers: { last: new Map(), strip: stripAges },
    reading<T extends object>(path: string, answer: unknown, read: (answer: unknown) => T): T {
      const known = readings.get(path);
      if (known !== undefined && known.answer === answer) return known.result as T;
      const fresh = read(answer);
      const result = isDeepStrictEqual(known?.result, fresh) ? (known?.result as T) : fresh;
      readings.set(path, { answer, result });
      return result;
    },
    limitsOf: (id) => limits.get(id),
    rememberLimits(id, value) {
      if (isFollowed && !isDisturbed) limits.set(id, value);
    },
    forgetLimits(id) {
      limits.delete(id);
      last = undefined;
      isDisturbed = true;
    },
    withLimits(list) {
      looksLeft -= 1;
      if (looksLeft < 0) forgetAll();
      isDisturbed = false;
      return last?.list === list ? last.result : undefined;
    },
    rememberWithLimits(list, result) {
      if (isFollowed && !isDisturbed) last = { list, result };
    },
    setFollowing(isFollowing) {
      isFollowed = isFollowing;
      forgetAll();
    },
  };
}
