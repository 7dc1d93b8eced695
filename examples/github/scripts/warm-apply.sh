#!/usr/bin/env bash
# Applies what was reviewed: the plan whose digest stands in our own comment on the pull request that this commit merged,
# or the digest that a person names. If the host has moved since, nothing is applied, and the pull request is told.
#
#   WARM_FILE, WARM_ENVIRONMENT, WARM_OUT   as for warm-plan.sh
#   WARM_COMMIT, WARM_BRANCH                what was pushed, and where
#   WARM_DIGEST                             instead of the comment's
#   WARM_ONLY                               a file: skip every other project
#   WARM_STATE_DIR                          where the last good file is remembered, for a rollback; a checkout forgets it
#   WARM_RUN_URL                            for the comment
set -euo pipefail
# shellcheck source=examples/github/scripts/warm-api.sh
. "${BASH_SOURCE[0]%/*}/warm-api.sh"

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

pull=
digest=${WARM_DIGEST:-}
if [ -z "$digest" ]; then
  api_list "repos/$GITHUB_REPOSITORY/commits/$WARM_COMMIT/pulls?per_page=100" >"$warm_work/pulls"
  # A commit may be in several; the one that it merged comes first.
  pull=$(jq -r --arg branch "$WARM_BRANCH" --arg commit "$WARM_COMMIT" '
    map(select(.merged_at != null and .base.ref == $branch))
    | sort_by(.merge_commit_sha != $commit, .number) | .[0].number // empty' "$warm_work/pulls")
  [ -n "$pull" ] || "$is_empty" || fail "$WARM_COMMIT came with no pull request, so that nobody has reviewed its plan: run this workflow by hand with a digest"
  echo '[]' >"$warm_work/all"
  [ -z "$pull" ] || api_list "repos/$GITHUB_REPOSITORY/issues/$pull/comments?per_page=100" >"$warm_work/all"
  digest=$(own "$marker" <"$warm_work/all" | jq -r '.[0].body // "" | split("\n")[1] // ""
    | capture("^<!-- warm:digest (?<digest>p1:[0-9a-f]+) -->").digest')
  [ -n "$digest" ] || "$is_empty" || fail "pull request $pull has no plan of $WARM_FILE that this workflow commented: run it by hand with a digest"
fi
if "$is_empty"; then digest=$(sed -n '2s/^<!-- warm:digest \(p1:[0-9a-f]*\) -->$/\1/p' "$out/now.md"); fi
[[ $digest =~ ^p1:[0-9a-f]+$ ]] || fail "$digest is no digest of a plan"

state=${WARM_STATE_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/warm}/$(jq -rn --arg file "$WARM_FILE" '$file | @uri')
code=0
warm "${options[@]}" apply --auto-approve --expect-plan "$digest" --verify --rollback-on-failure --state-dir "$state" \
  --reason "${WARM_RUN_URL:-merge}" 2>&1 | tee "$out/apply.log" || code=${PIPESTATUS[0]}

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
  # No digest of a plan stands here: only what plan.yml comments is a review's.
  printf '%s\n### warm apply: %s\n\n' "${marker/warm:plan/warm:apply}" "$told"
  printf "Plan \`%s\`, exit code %s, [the run](%s).\n\n" "$digest" "$code" "${WARM_RUN_URL:-}"
  if [ "$code" = 5 ]; then
    printf 'Open a pull request, or run this workflow by hand with the digest of what would be done now:\n\n'
    sed "1d; s/^<!-- warm:digest \\(p1:[0-9a-f]*\\) -->\$/Digest now: \`\\1\`\\n/" "$out/now.md"
  elif [ "$code" != 0 ]; then
    quote "$out/apply.log"
  fi
} >"$out/result.md"
sed 1d "$out/result.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
[ -z "$pull" ] || put_comment "$pull" "$out/result.md"
[ "$code" = 0 ] || fail "$WARM_FILE: $told" "$code"
