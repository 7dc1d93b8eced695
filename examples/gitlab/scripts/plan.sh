#!/usr/bin/env bash
# Plans one project: $WARM_OUT/plan.md for people, plan.json for machines, plan.env with WARM_DIGEST_OF_PLAN and WARM_CHANGES for later
# jobs. Succeeds whether there are changes or not; fails when there is no plan.
#
#   WARM_FILE         the project's file
#   WARM_ENVIRONMENT  part of the note's marker, when it is set
#   WARM_URL          plan against the watcher there, with WARM_API_TOKEN
#   WARM_SNAPSHOT     or against this file, made with `warm snapshot`
#   WARM_OFFLINE      or, when it is `true`, against nothing: the file, its rules and its graph
#                     or, without any of them, against the Docker that the job reaches
set -euo pipefail

out=${WARM_OUT:-warm-plan}
mkdir -p "$out"
rm -f "$out"/plan.*

options=(--file "$WARM_FILE" plan --format markdown --detailed-exitcode)
[ -z "${WARM_ENVIRONMENT:-}" ] || options+=(--environment "$WARM_ENVIRONMENT")
if [ "${WARM_OFFLINE:-}" = true ]; then
  options+=(--offline)
else
  options+=(--out "$out/plan.json")
  [ -z "${WARM_SNAPSHOT:-}" ] || options+=(--against "$WARM_SNAPSHOT")
  [ -z "${WARM_URL:-}" ] || options+=(--against "$WARM_URL")
fi

code=0
warm "${options[@]}" >"$out/plan.md" 2>"$out/plan.log" || code=$?
cat "$out/plan.log" >&2

case $code in
  0) changes=false ;;
  2) changes=true ;;
  *)
    # Whoever reads the merge request must not take an older plan for this one's.
    {
      printf '### warm has no plan (exit code %s)\n\n' "$code"
      tail -n 60 "$out/plan.log" | tail -c 20000 | tr -d '\000\r' | sed 's/^/    /'
    } >"$out/plan.md"
    exit "$code"
    ;;
esac
{
  echo "WARM_CHANGES=$changes"
  [ ! -s "$out/plan.json" ] || echo "WARM_DIGEST_OF_PLAN=$(jq -r .digest "$out/plan.json")"
} >"$out/plan.env"
cat "$out/plan.md"
