import type { GitPlace } from "./git-place.js";

type Environment = Readonly<Record<string, string | undefined>>;

/** How git is to behave, whatever the user's own settings say. */
const CONFIG: readonly (readonly [string, string])[] = [
  // Nothing that a repository or a template brings along is run.
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["submodule.recurse", "false"],
  ["fetch.recurseSubmodules", "false"],
  // Nothing goes on beside us once a call is over.
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  // A text is what was committed.
  ["core.autocrlf", "false"],
  // Less than a byte a second for so long is no progress.
  ["http.lowSpeedLimit", "1"],
  ["http.lowSpeedTime", "45"],
];

/** These lead git elsewhere, or have it tell more than is good. */
const DROPPED =
  /^(WARM_.*|GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX|TEMPLATE_DIR|CONFIG|CONFIG_PARAMETERS|SHALLOW_FILE|QUARANTINE_PATH|TRACE.*|CURL_VERBOSE|EDITOR|PAGER|EXTERNAL_DIFF|PROTOCOL_FROM_USER))$/;

const SSH_COMMAND = "ssh -o BatchMode=yes -o ConnectTimeout=30";

/**
 * What every call of git finds in its environment. Credentials stand here and nowhere else: command lines can be read by
 * everybody on the machine. They are sent to that one URL, and not where it redirects to.
 * @param hasSshCommand whether the user's own settings say how ssh is run
 */
export function gitEnvironment(env: Environment, place: GitPlace, hasSshCommand: boolean): Environment {
  const { remote, authorization } = place;
  const kept = Object.fromEntries(Object.entries(env).filter(([name]) => !DROPPED.test(name)));
  const own: (readonly [string, string])[] = [...CONFIG];
  if (authorization !== undefined) {
    // What follows a redirect would ask the new place with the same headers.
    own.push(["http.followRedirects", "false"]);
    own.push([`http.${remote.url}.extraHeader`, `Authorization: ${authorization}`]);
  }
  const isOwnSsh = kept.GIT_SSH_COMMAND === undefined && kept.GIT_SSH === undefined && !hasSshCommand;
  return {
    ...kept,
    ...withConfig(kept, own),
    ...(isOwnSsh ? { GIT_SSH_COMMAND: SSH_COMMAND } : {}),
    // Its words are looked at.
    LC_ALL: "C",
    LANGUAGE: "C",
    GIT_ALLOW_PROTOCOL: "file:http:https:ssh:git",
    // Nobody is there to be asked.
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: kept.GIT_ASKPASS ?? "",
    SSH_ASKPASS_REQUIRE: "never",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_LFS_SKIP_SMUDGE: "1",
  };
}

/** After those that the environment has already: the last one counts. */
function withConfig(env: Environment, own: readonly (readonly [string, string])[]): Record<string, string> {
  const given = Number(env.GIT_CONFIG_COUNT ?? "0");
  const first = Number.isSafeInteger(given) && given > 0 ? given : 0;
  const entries = own.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${first + index}`, key],
    [`GIT_CONFIG_VALUE_${first + index}`, value],
  ]);
  return { ...Object.fromEntries(entries), GIT_CONFIG_COUNT: String(first + own.length) };
}
