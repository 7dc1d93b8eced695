#!/usr/bin/env bash
# Keeps the plan's comment on the pull request: one for each project and environment, updated in place.
#
#   WARM_PULL   the pull request's number
#   WARM_FILE, WARM_ENVIRONMENT, WARM_OUT   as for warm-plan.sh
set -euo pipefail
# shellcheck source=examples/github/scripts/warm-api.sh
. "${BASH_SOURCE[0]%/*}/warm-api.sh"

plan=${WARM_OUT:-warm-plan}/plan.md
[ -s "$plan" ] || fail "there is no $plan: did warm-plan.sh run?"

if has_marker plan "$plan"; then
  put_comment "$WARM_PULL" "$plan"
  exit 0
fi

# There is no plan, and what project it would be of only the file says, which may be the one that is broken. The comment
# that stands for this file is no longer true.
api_list "repos/$GITHUB_REPOSITORY/issues/$WARM_PULL/comments?per_page=100" >"$warm_work/all"
jq -r '.[].body // "" | split("\n")[0] | rtrimstr("\r")' "$warm_work/all" |
  jq -Rr --arg file "$WARM_FILE" --arg environment "${WARM_ENVIRONMENT:-}" '
    . as $line | [scan("([a-z]+)=([^ <>]*)") | {key: .[0], value: .[1]}] | from_entries
    | select(($line | startswith("<!-- warm:plan "))
        and ((.file // "") | gsub("%2F"; "/")) == ($file | @uri | gsub("%2F"; "/"))
        and (.environment // "") == ($environment | @uri))
    | $line' | sort -u >"$warm_work/markers"
while IFS= read -r marker; do
  id=$(own "$marker" <"$warm_work/all" | jq -r '.[0].id // empty')
  [ -n "$id" ] || continue
  { printf '%s\n' "$marker"; cat "$plan"; } >"$warm_work/stale"
  jq -n --rawfile body "$warm_work/stale" '{body: $body}' >"$warm_work/comment"
  api PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" "$warm_work/comment" >/dev/null
done <"$warm_work/markers"
