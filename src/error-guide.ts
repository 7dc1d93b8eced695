import type { ErrorCode } from "./errors.js";

/** A code for people. The error's own message and hint are about the case at hand and come first. */
export interface ErrorAdvice {
  /** What it means, and what it mostly comes from. */
  readonly means: string;
  /** What to do about it. */
  readonly cure: string;
}

/** What each code means and what to do: the README's table is made of this by `npm run docs`. Markdown within a line. */
export const ERROR_GUIDE: Readonly<Record<ErrorCode, ErrorAdvice>> = {
  "usage": {
    means: "the command line, a request or a call of the library cannot be meant as it stands",
    cure: "change it as the hint says; `--help` has examples",
  },
  "config-invalid": {
    means: "the file cannot be read, has problems, or a secret that it names is not there",
    cure: "`warm validate` tells every problem with its line; a watcher goes on with the last good file meanwhile",
  },
  "guard-refused": {
    means:
      "a rule holds back what might be a mistake: nobody approved it, a lock has not expired, a pause or the guard of deletions is on",
    cure: "see what would be done, then say that it is meant: `--auto-approve`, `warm lock break --force`, `warm resume --allow-deletes`",
  },
  "plan-stale": {
    means:
      "what a saved plan touches has moved since, or the plan is another one than the one that was expected",
    cure: "make a new plan and have it reviewed; nothing was done that the old one did not say",
  },
  "unhealthy": {
    means: "a container does not answer its health check in time, or ended; its last log lines are shown",
    cure: "read them, mend the image or `health`, apply again; the container before it is still in place",
  },
  "locked": {
    means: "another apply or watcher holds the project's lock on this host",
    cure: "wait with `--lock-timeout`, or see with `warm lock status` who it is",
  },
  "lock-lost": {
    means: "our lock was broken by somebody, or could not be renewed; the work stopped at its next step",
    cure: "find out who took it, then apply again",
  },
  "interrupted": {
    means: "a signal, a caller who left or a stop came first",
    cure: "run it again: what was under way is finished, or was never begun",
  },
  "host-unreachable": {
    means: "the Docker daemon does not answer at its endpoint, or the connection broke off",
    cure: "start it, or name another one with `--host`; `warm doctor` says which one is asked and why",
  },
  "host-forbidden": {
    means: "this user or certificate may not speak to the Docker daemon",
    cure: "join the group of its socket, or use the right certificate",
  },
  "host-protocol": {
    means:
      "what answers at the endpoint is no Docker daemon, or an answer was not as documented. A plan is never made from half an answer",
    cure: "check the endpoint and what stands between; `warm doctor` says which one it is",
  },
  "api-version": {
    means: "the Docker daemon is too old or too new for warm",
    cure: "upgrade Docker to 19.03 or later, or warm",
  },
  "deadline": {
    means: "the daemon, an engine, a job or the watcher is stuck: no answer within the time that was set",
    cure: "look at its log and load; raise the `timeout` if the work takes that long",
  },
  "auth-failed": {
    means:
      "the registry, or a watcher on the network, does not accept the credentials; trying again will not mend it",
    cure: "`docker login` as the user that runs warm; for a watcher set `WARM_API_TOKEN`",
  },
  "image-not-found": {
    means: "the registry has no such image, or shows it to nobody without an account",
    cure: "check the reference; log in if the repository is private",
  },
  "platform-mismatch": {
    means: "the image is not built for the host's system or processor",
    cure: "publish it for the platform of the host",
  },
  "rate-limited": {
    means: "the registry has had enough of us for now",
    cure: "wait, it is tried again with growing pauses; log in, or use a mirror",
  },
  "registry-unreachable": {
    means: "the Docker daemon cannot reach the registry: name, network, proxy or certificate",
    cure: "mend it on the Docker host, which is who pulls",
  },
  "pull-failed": {
    means: "the download broke off, or the daemon could not unpack it",
    cure: "it is tried again; if it stays so, look at the daemon's log and disk",
  },
  "pull-stalled": {
    means: "no byte came for `pull.idleTimeout`",
    cure: "it is tried again; raise `pull.idleTimeout` for a registry that is slow to begin",
  },
  "disk-full": {
    means: "the disk of the Docker host, or that of `dataDir` or the state directory, is full",
    cure: "make room: `docker image prune`, `warm cache prune`; what was half made is removed",
  },
  "not-found": {
    means: "nothing has this address, id or name: a resource, an object in Docker, a pool, a lease, a job",
    cure: "see what there is: `warm status`, `warm engines`, `warm jobs`, `warm cache ls`",
  },
  "name-conflict": {
    means: "an object that is not ours has the name, or a result of another pool has the same key",
    cure: "rename or remove it, or take it over with `--adopt`; give the pools different keys",
  },
  "in-use": {
    means:
      "something is still used: an object by a container, a port or socket by another process, a result by a job that makes it now",
    cure: "wait for its user, or stop it; the message names it",
  },
  "seed-failed": {
    means: "the blob image's own command failed or could not be started, so the volume is not filled",
    cure: "run that image by hand; its command must fill the mount and exit 0. The volume is not used until it is",
  },
  "rejected": {
    means:
      "it can never work like this: Docker, the watcher, the file system or a command of yours says no, or an output is not as it was declared",
    cure: "change what the message names; the same again is refused again",
  },
  "no-engine": {
    means: "no engine became free in time",
    cure: "wait for longer (`--wait`), or raise the pool's `max` or `spare`; `warm engines` shows why",
  },
  "queue-full": {
    means: "too many wait already",
    cure: "ask again later; `lease.queue` says how many may wait for a pool",
  },
  "lease-ended": {
    means: "the lease is over: expired, released, or its engine was lost",
    cure: "leave the engine alone and take a new lease; renew in time, or ask for a longer `ttl`",
  },
  "stale-fence": {
    means: "the fence is not that of the lease: somebody else has the engine now",
    cure: "leave the engine alone and take a new lease",
  },
  "engine-failed": {
    means:
      "a command could not be run in an engine, engines failed as they were handed out, or one died under its job",
    cure: "a job is tried on another engine; read the engine's last log lines, and `warm engines` for its history",
  },
  "unconfirmed": {
    means: "the engine never said that it loaded what its job asked for, so what it made is no result",
    cure: "compare `confirm` with the engine's log: has it ignored a parameter, or does it say so in other words?",
  },
  "no-watcher": {
    means:
      "nobody answers on the socket or at `--api`: no `warm watch` runs for this file, or one of another version",
    cure: "start `warm watch`, or name its file, state directory or URL",
  },
  "git-failed": {
    means:
      "the repository of `--git` cannot be read: it is away, refuses, has no such branch, or git is missing",
    cure: "compare the URL, `--ref` and WARM_GIT_TOKEN; the last good revision stays in use, and it is tried again",
  },
  "docker-failed": {
    means: "the Docker daemon failed at something that should work; its own words are shown",
    cure: "it may work the next time; if it stays so, look at the daemon's log",
  },
  "internal": {
    means: "a bug of warm",
    cure: "please report it with its stack; the watcher's log has it by the `traceId`",
  },
};
