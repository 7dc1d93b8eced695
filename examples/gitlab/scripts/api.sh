# shellcheck shell=bash
# What the other scripts share: GitLab's REST API, and finding what our own account has written.
# Needs CI_API_V4_URL, CI_PROJECT_ID and WARM_GITLAB_TOKEN: CI_JOB_TOKEN may write neither notes nor issues.

warm_work=$(mktemp -d)
trap 'rm -rf "$warm_work"' EXIT

fail() {
  printf 'error: %s\n' "$1" >&2
  exit "${2:-1}"
}

# Whether the file has a first line that is a marker of this kind: plan, apply, drift.
has_marker() { head -n 1 "$2" | grep -Eq "^<!-- warm:$1( [a-z]+=[^ <>]*)+ -->\$"; }

# api METHOD PATH [FILE]: sends the file's JSON, prints the reply. The token is in no argument list.
# What may be sent twice is tried again; a note that was perhaps made is not made once more.
api() {
  local method=$1 url=$CI_API_V4_URL/$2 status
  [ -n "${WARM_GITLAB_TOKEN:-}" ] || fail "WARM_GITLAB_TOKEN is not set for this job: see README.md"
  local options=(--silent --show-error --max-time 30 --request "$method" --output "$warm_work/reply" --dump-header "$warm_work/headers")
  [ "$method" = POST ] || options+=(--retry 3)
  [ $# -lt 3 ] || options+=(--header 'Content-Type: application/json' --data-binary "@$3")
  status=$(curl "${options[@]}" --write-out '%{http_code}' --header @<(printf 'PRIVATE-TOKEN: %s\n' "$WARM_GITLAB_TOKEN") "$url") ||
    fail "$method $url: no answer"
  case $status in
    2*) cat "$warm_work/reply" ;;
    *) fail "$method $url: HTTP $status: $(jq -r '.message? // .error? // empty | tostring' "$warm_work/reply" 2>/dev/null || true)" ;;
  esac
}

# api_list PATH?QUERY: every page of a list, as one JSON array.
api_list() {
  local page=1
  : >"$warm_work/pages"
  while [ -n "$page" ]; do
    # Not in a pipe: a page that fails ends the script.
    api GET "$1&per_page=100&page=$page" >"$warm_work/page"
    cat "$warm_work/page" >>"$warm_work/pages"
    page=$(tr -d '\r' <"$warm_work/headers" | sed -n 's/^[Xx]-[Nn]ext-[Pp]age: *\([0-9]*\)$/\1/p')
  done
  jq -s 'add // []' "$warm_work/pages"
}

# whoami: the token's account. Notes and issues of anybody else are never believed and never touched.
whoami() {
  [ -s "$warm_work/user" ] || api GET user >"$warm_work/user"
  jq -r .id "$warm_work/user"
}

# own MARKER FIELD: of a list, on standard input, what our account wrote whose FIELD has this first line, oldest first.
own() {
  local id
  id=$(whoami)
  jq --argjson id "$id" --arg marker "$1" --arg field "$2" '
    map(select(.author.id == $id and (.system // false | not)
      and ((.[$field] // "") | split("\n")[0] // "" | rtrimstr("\r")) == $marker)) | sort_by(.id)'
}

# put_note MERGE-REQUEST FILE: one note for each marker, which is the file's first line.
put_note() {
  local notes=projects/$CI_PROJECT_ID/merge_requests/$1/notes id
  jq -n --rawfile body "$2" '{body: $body}' >"$warm_work/note"
  api_list "$notes?order_by=created_at&sort=asc" >"$warm_work/notes"
  id=$(own "$(head -n 1 "$2")" body <"$warm_work/notes" | jq -r '.[0].id // empty')
  if [ -n "$id" ]; then
    api PUT "$notes/$id" "$warm_work/note" >/dev/null
  else
    api POST "$notes" "$warm_work/note" >/dev/null
  fi
}

# quote FILE: as a code block that its content cannot end, the last lines of it.
quote() { tail -n 60 "$1" | tail -c 20000 | tr -d '\000\r' | sed 's/^/    /'; }
