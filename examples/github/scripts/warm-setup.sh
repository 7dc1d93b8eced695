#!/usr/bin/env bash
# Puts `warm` on the runner where it is not there yet, and a key for Docker over ssh into an agent.
#
#   WARM_PACKAGE          what npm installs: a version in your registry, or the URL or path of a tarball of `npm pack`
#   WARM_SSH_KEY          for a DOCKER_HOST of ssh://user@host; it is written to no file
#   WARM_SSH_KNOWN_HOSTS  that host's lines of known_hosts
set -euo pipefail

if ! command -v warm >/dev/null; then
  if [ -z "${WARM_PACKAGE:-}" ]; then
    echo "::error::there is no warm on this runner: set the repository variable WARM_PACKAGE, see README.md" >&2
    exit 1
  fi
  npm install --global --no-audit --no-fund "$WARM_PACKAGE"
fi
warm --version

if [ -n "${WARM_SSH_KEY:-}" ]; then
  if [ -z "${WARM_SSH_KNOWN_HOSTS:-}" ]; then
    echo "::error::WARM_SSH_KNOWN_HOSTS is empty: who answers under the host's name would not be checked" >&2
    exit 1
  fi
  eval "$(ssh-agent -s)" >/dev/null
  ssh-add -q - <<<"$WARM_SSH_KEY"
  (umask 077 && mkdir -p ~/.ssh && printf '%s\n' "$WARM_SSH_KNOWN_HOSTS" >>~/.ssh/known_hosts)
  printf 'SSH_AUTH_SOCK=%s\nSSH_AGENT_PID=%s\n' "$SSH_AUTH_SOCK" "$SSH_AGENT_PID" >>"$GITHUB_ENV"
fi
