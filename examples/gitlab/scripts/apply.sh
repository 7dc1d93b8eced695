#!/usr/bin/env bash
# Applies what was reviewed: the plan whose digest stands in our own note on the merge request that this commit came with, or
# the digest that a person names. If the host has moved since, nothing is applied, and the merge request is told.
#
#   WARM_FILE, WARM_ENVIRONMENT, WARM_OUT   as for plan.sh
#   CI_COMMIT_SHA, CI_COMMIT_BRANCH         what was pushed, and where
#   WARM_DIGEST                             instead of the note's
#   WARM_ONLY                               a file: skip every other project
#   WARM_STATE_DIR                          where the last good file is remembered, for a rollback; a checkout forgets it
#   CI_JOB_URL                              for the note
set -euo pipefail
# shellcheck source=examples/gitlab/scripts/api.sh
. "${BASH_SOURCE[0]%/*}/api.sh"

if [ -n "${WARM_ONLY:-}" ] && [ "$WARM_ONLY" != "$WARM_FILE" ]; then
  echo "Only $WARM_ONLY is asked for."
  exit 0
fi

out=${WARM_OUT:-warm-apply}
mkdir -p "$out"
options=(--file "$WARM_FILE")
environment=()
[ -z "${WARM_ENVIRONMENT:-}" ] || environment=(--environment "$WARM_ENVIRONMENT")

# How it stands now: for its marker, and for whoever has to see what moved.
code=0
warm "${options[@]}" plan --format markdown --detailed-exitcode "${environment[@]}" >"$out/now.md" || code=$?
case $code in 0 | 2) ;; *) fail "$WARM_FILE: warm has no plan (exit code $code)" "$code" ;; esac
has_marker plan "$out/now.md" || fail "$WARM_FILE: the plan has no marker"
marker=$(head -n 1 "$out/now.md")
# Nothing to do needs nobody's review: a run that is started again, or a commit that changes something else.
is_empty=false
if [ "$code" = 0 ] && [ -z "${WARM_DIGEST:-}" ]; then is_empty=true; fi

request=
digest=${WARM_DIGEST:-}
if [ -z "$digest" ]; then
  api_list "projects/$CI_PROJECT_ID/repository/commits/$CI_COMMIT_SHA/merge_requests?state=merged" >"$warm_work/requests"
  # A commit may be in several; the one that it merged comes first.
  request=$(jq -r --arg branch "$CI_COMMIT_BRANCH" --arg commit "$CI_COMMIT_SHA" '
    map(select(.state == "merged" and .target_branch == $branch))
    | sort_by((.merge_commit_sha != $commit and .squash_commit_sha != $commit and .sha != $commit), .iid)
    | .[0].iid // empty' "$warm_work/requests")
  [ -n "$request" ] || "$is_empty" || fail "$CI_COMMIT_SHA came with no merge request, so that nobody has reviewed its plan: run a pipeline by hand with WARM_DIGEST"
  echo '[]' >"$warm_work/all"
  [ -z "$request" ] || api_list "projects/$CI_PROJECT_ID/merge_requests/$request/notes?order_by=created_at&sort=asc" >"$warm_work/all"
  digest=$(own "$marker" body <"$warm_work/all" | jq -r '.[0].body // "" | split("\n")[1] // ""
    | capture("^<!-- warm:digest (?<digest>p1:[0-9a-f]+) -->").digest')
  [ -n "$digest" ] || "$is_empty" || fail "merge request $request has no plan of $WARM_FILE that our account noted: run a pipeline by hand with WARM_DIGEST"
fi
if "$is_empty"; then digest=$(sed -n '2s/^<!-- warm:digest \(p1:[0-9a-f]*\) -->$/\1/p' "$out/now.md"); fi
[[ $digest =~ ^p1:[0-9a-f]+$ ]] || fail "$digest is no digest of a plan"

state=${WARM_STATE_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/warm}/$(jq -rn --arg file "$WARM_FILE" '$file | @uri')
code=0
warm "${options[@]}" apply --auto-approve --expect-plan "$digest" --verify --rollback-on-failure --state-dir "$state" \
  --reason "${CI_JOB_URL:-merge}" 2>&1 | tee "$out/apply.log" || code=${PIPESTATUS[0]}

case $code in
  0) if "$is_empty"; then told="nothing to change"; else told="applied"; fi ;;
  4) told="refused; nothing was applied" ;;
  5) told="the host has moved since the review; nothing was applied" ;;
  6) told="partly applied: run it again" ;;
  7) told="not healthy after it was applied" ;;
  8) told="another run, or a watcher, holds the lock; nothing was applied" ;;
  *) told="failed" ;;
esac
{
  # No digest of a plan stands here: only what warm:plan notes is a review's.
  printf '%s\n### warm apply: %s\n\n' "${marker/warm:plan/warm:apply}" "$told"
  printf "Plan \`%s\`, exit code %s, [the job](%s).\n\n" "$digest" "$code" "${CI_JOB_URL:-}"
  if [ "$code" = 5 ]; then
    printf 'Open a merge request, or run a pipeline by hand with WARM_DIGEST, the digest of what would be done now:\n\n'
    sed "1d; s/^<!-- warm:digest \\(p1:[0-9a-f]*\\) -->\$/Digest now: \`\\1\`\\n/" "$out/now.md"
  elif [ "$code" != 0 ]; then
    quote "$out/apply.log"
  fi
} >"$out/result.md"
[ -z "$request" ] || put_note "$request" "$out/result.md"
[ "$code" = 0 ] || fail "$WARM_FILE: $told" "$code"
