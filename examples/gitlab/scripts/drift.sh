#!/usr/bin/env bash
# Keeps one issue open while the host is not as the file says, and closes it when it is.
#
#   WARM_FILE, WARM_ENVIRONMENT, WARM_OUT, WARM_URL   as for plan.sh
#   WARM_LABEL   the issue's label; default warm-drift
#   CI_JOB_URL   for the note that closes it
set -euo pipefail
# shellcheck source=examples/gitlab/scripts/api.sh
. "${BASH_SOURCE[0]%/*}/api.sh"

out=${WARM_OUT:-warm-drift}
label=${WARM_LABEL:-warm-drift}
mkdir -p "$out"
options=(--file "$WARM_FILE" drift --format markdown --detailed-exitcode)
[ -z "${WARM_ENVIRONMENT:-}" ] || options+=(--environment "$WARM_ENVIRONMENT")
[ -z "${WARM_URL:-}" ] || options+=(--against "$WARM_URL")

code=0
warm "${options[@]}" >"$out/drift.md" || code=$?
# A host that cannot be asked is no news of drift: what is open stays open.
case $code in 0 | 2) ;; *) fail "$WARM_FILE: its drift is not known (exit code $code)" "$code" ;; esac
has_marker drift "$out/drift.md" || fail "$WARM_FILE: the report has no marker"
cat "$out/drift.md"

issues=projects/$CI_PROJECT_ID/issues
query=$(jq -rn --arg name "$label" '"state=opened&scope=all&labels=" + ($name | @uri)')
api_list "$issues?$query" >"$warm_work/issues"
own "$(head -n 1 "$out/drift.md")" description <"$warm_work/issues" | jq -r '.[].iid' >"$warm_work/open"

# close_issue NUMBER TEXT
close_issue() {
  jq -n --arg body "$2" '{body: $body}' >"$warm_work/note"
  api POST "$issues/$1/notes" "$warm_work/note" >/dev/null
  echo '{"state_event": "close"}' >"$warm_work/state"
  api PUT "$issues/$1" "$warm_work/state" >/dev/null
}

kept=
while IFS= read -r number; do
  if [ "$code" = 0 ]; then
    close_issue "$number" "The host is as \`$WARM_FILE\` says: [the job](${CI_JOB_URL:-})."
  elif [ -n "$kept" ]; then
    close_issue "$number" "The same as #$kept."
  else
    kept=$number
    jq -n --rawfile body "$out/drift.md" '{description: $body}' >"$warm_work/issue"
    api PUT "$issues/$number" "$warm_work/issue" >/dev/null
  fi
done <"$warm_work/open"

if [ "$code" = 2 ] && [ -z "$kept" ]; then
  title="Drift: $WARM_FILE${WARM_ENVIRONMENT:+ ($WARM_ENVIRONMENT)}"
  jq -n --arg title "$title" --arg name "$label" --rawfile body "$out/drift.md" \
    '{title: $title, labels: $name, description: $body}' >"$warm_work/issue"
  api POST "$issues" "$warm_work/issue" >/dev/null
fi
