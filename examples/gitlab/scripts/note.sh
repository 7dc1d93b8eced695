#!/usr/bin/env bash
# Keeps the plan's note on the merge request: one for each project and environment, updated in place.
#
#   CI_MERGE_REQUEST_IID                    the merge request's number
#   WARM_FILE, WARM_ENVIRONMENT, WARM_OUT   as for plan.sh
set -euo pipefail
# shellcheck source=examples/gitlab/scripts/api.sh
. "${BASH_SOURCE[0]%/*}/api.sh"

plan=${WARM_OUT:-warm-plan}/plan.md
[ -s "$plan" ] || fail "there is no $plan: did plan.sh run?"

if has_marker plan "$plan"; then
  put_note "$CI_MERGE_REQUEST_IID" "$plan"
  exit 0
fi

# There is no plan, and what project it would be of only the file says, which may be the one that is broken. The note that
# stands for this file is no longer true.
tail=$(jq -rn --arg file "$WARM_FILE" --arg environment "${WARM_ENVIRONMENT:-}" '
  def encoded: @uri | gsub("%21"; "!") | gsub("%27"; "\u0027") | gsub("%28"; "(") | gsub("%29"; ")") | gsub("%2A"; "*");
  " file=\($file | encoded)" + (if $environment == "" then "" else " environment=\($environment | encoded)" end) + " -->"')
notes=projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes
api_list "$notes?order_by=created_at&sort=asc" >"$warm_work/all"
jq -r --arg tail "$tail" '.[].body // "" | split("\n")[0] // "" | rtrimstr("\r")
  | select(startswith("<!-- warm:plan project=") and endswith($tail))' "$warm_work/all" | sort -u >"$warm_work/markers"
while IFS= read -r marker; do
  id=$(own "$marker" body <"$warm_work/all" | jq -r '.[0].id // empty')
  [ -n "$id" ] || continue
  {
    printf '%s\n' "$marker"
    cat "$plan"
  } >"$warm_work/stale"
  jq -n --rawfile body "$warm_work/stale" '{body: $body}' >"$warm_work/note"
  api PUT "$notes/$id" "$warm_work/note" >/dev/null
done <"$warm_work/markers"
