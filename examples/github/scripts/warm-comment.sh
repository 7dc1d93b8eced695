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
tail=$(jq -rn --arg file "$WARM_FILE" --arg environment "${WARM_ENVIRONMENT:-}" '
  def encoded: @uri | gsub("%21"; "!") | gsub("%27"; "\u0027") | gsub("%28"; "(") | gsub("%29"; ")") | gsub("%2A"; "*");
  " file=\($file | encoded)" + (if $environment == "" then "" else " environment=\($environment | encoded)" end) + " -->"')
api_list "repos/$GITHUB_REPOSITORY/issues/$WARM_PULL/comments?per_page=100" >"$warm_work/all"
jq -r --arg tail "$tail" '.[].body // "" | split("\n")[0] // "" | rtrimstr("\r")
  | select(startswith("<!-- warm:plan project=") and endswith($tail))' "$warm_work/all" | sort -u >"$warm_work/markers"
while IFS= read -r marker; do
  id=$(own "$marker" <"$warm_work/all" | jq -r '.[0].id // empty')
  [ -n "$id" ] || continue
  {
    printf '%s\n' "$marker"
    cat "$plan"
  } >"$warm_work/stale"
  jq -n --rawfile body "$warm_work/stale" '{body: $body}' >"$warm_work/comment"
  api PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" "$warm_work/comment" >/dev/null
done <"$warm_work/markers"
