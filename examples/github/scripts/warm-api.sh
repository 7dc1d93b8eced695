# shellcheck shell=bash
# What the other scripts share: GitHub's REST API, and finding what this workflow's own account has written.
# Needs GITHUB_API_URL, GITHUB_REPOSITORY and GITHUB_TOKEN.

# Comments and issues of anybody else are never believed and never touched, whatever marker they carry.
WARM_BOT=${WARM_BOT:-github-actions[bot]}

warm_work=$(mktemp -d)
trap 'rm -rf "$warm_work"' EXIT

fail() {
  # An annotation is one line; %, CR and LF are written as the runner reads them.
  local text=${1//'%'/'%25'}
  text=${text//$'\r'/'%0D'}
  printf '::error::%s\n' "${text//$'\n'/'%0A'}" >&2
  exit "${2:-1}"
}

# Whether the file has a first line that is a marker of this kind: plan, apply, drift.
has_marker() { head -n 1 "$2" | grep -Eq "^<!-- warm:$1( [a-z]+=[^ <>]*)+ -->\$"; }

# api METHOD PATH|URL [FILE]: sends the file's JSON, prints the reply. The token is in no argument list.
# What may be sent twice is tried again; a comment that was perhaps made is not made once more.
api() {
  local method=$1 url=$2 status
  case $url in "$GITHUB_API_URL"/*) ;; http*) fail "the API named a page elsewhere: $url" ;; *) url=$GITHUB_API_URL/$url ;; esac
  local options=(--silent --show-error --max-time 30 --request "$method" --output "$warm_work/reply" --dump-header "$warm_work/headers")
  [ "$method" = POST ] || options+=(--retry 3)
  [ $# -lt 3 ] || options+=(--header 'Content-Type: application/json' --data-binary "@$3")
  status=$(curl "${options[@]}" --write-out '%{http_code}' --header 'Accept: application/vnd.github+json' \
    --header 'X-GitHub-Api-Version: 2022-11-28' --header @<(printf 'Authorization: Bearer %s\n' "$GITHUB_TOKEN") "$url") ||
    fail "$method $url: no answer"
  case $status in
    2*) cat "$warm_work/reply" ;;
    *) fail "$method $url: HTTP $status: $(jq -r '.message? // empty' "$warm_work/reply" 2>/dev/null || true)" ;;
  esac
}

# api_list PATH: every page of a list, as one JSON array.
api_list() {
  local url="$1"
  : >"$warm_work/pages"
  while [ -n "$url" ]; do
    # Not in a pipe: a page that fails ends the script.
    api GET "$url" >"$warm_work/page"
    cat "$warm_work/page" >>"$warm_work/pages"
    url=$(tr -d '\r' <"$warm_work/headers" | sed -n 's/^[Ll]ink:.*<\([^>]*\)>; *rel="next".*/\1/p')
  done
  jq -s 'add // []' "$warm_work/pages"
}

# own MARKER: of a list, on standard input, what our account wrote with this first line, oldest first.
own() {
  jq --arg bot "$WARM_BOT" --arg marker "$1" '
    map(select(.user.login == $bot and .user.type == "Bot" and .pull_request == null
      and ((.body // "") | split("\n")[0] | rtrimstr("\r")) == $marker)) | sort_by(.id)'
}

# put_comment PULL FILE: one comment for each marker, which is the file's first line.
put_comment() {
  local pull=$1 file=$2 id
  jq -n --rawfile body "$file" '{body: $body}' >"$warm_work/comment"
  api_list "repos/$GITHUB_REPOSITORY/issues/$pull/comments?per_page=100" >"$warm_work/comments"
  id=$(own "$(head -n 1 "$file")" <"$warm_work/comments" | jq -r '.[0].id // empty')
  if [ -n "$id" ]; then
    api PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" "$warm_work/comment" >/dev/null
  else
    api POST "repos/$GITHUB_REPOSITORY/issues/$pull/comments" "$warm_work/comment" >/dev/null
  fi
}

# quote FILE: as a code block that its content cannot end, the last lines of it.
quote() { tail -n 60 "$1" | tail -c 20000 | tr -d '\000\r' | sed 's/^/    /'; }
