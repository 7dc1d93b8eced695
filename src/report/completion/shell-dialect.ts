import type { Dialect, Key } from "./format-tables.js";

/** For a shell of Bourne's kind: within single quotes nothing has a meaning but the next one. */
export const quoteForShell = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const SUBJECTS = { "path": `"$1"`, "path and word": `"\${1:+$1 }$2"` } as const;

/** The tables as bash 3.2 and zsh read them alike. */
export const shellDialect: Dialect = {
  makeFunction: ({ name, comment, subject, cases, otherwise }) =>
    [
      `# ${comment}`,
      `${name}() {`,
      `  case ${SUBJECTS[subject]} in`,
      ...cases.map(
        ([keys, statements]) => `  ${keys.map(toPattern).join(" | ")}) ${statements.join("; ")} ;;`,
      ),
      `  *) ${otherwise.join("; ") || ":"} ;;`,
      "  esac",
      "}",
    ].join("\n"),
  setEntries: (lines) => `entries=(${lines.map(quoteForShell).join(" ")})`,
  setKind: (kind) => `kind=${kind}`,
  fail: "return 1",
};

const toPattern = ({ text, isBeginning = false }: Key) => `${quoteForShell(text)}${isBeginning ? "*" : ""}`;

/**
 * How the place on the command line is found, for bash and zsh alike. Nothing here is evaluated a second time, whatever is typed
 * or stands in a file: words are compared, never expanded.
 */
export const SHELL_WALK = `# Is $2 a command below \`warm $1\`?
_warm_is_command() {
  local entry entries
  _warm_commands "$1"
  for entry in "\${entries[@]}"; do
    if [[ "\${entry%%$'\\t'*}" == "$2" ]]; then return 0; fi
  done
  return 1
}

# Reads the words between \`warm\` and the one that is completed.
_warm_walk() {
  local word kind entries
  command_path= place=0 awaiting= only_arguments= file=
  for word; do
    if [[ -n $awaiting ]]; then
      case $awaiting in -f | --file) file=$word ;; esac
      awaiting=
    elif [[ -n $only_arguments ]]; then
      place=$((place + 1))
    else
      case $word in
      --) only_arguments=yes ;;
      --file=*) file=\${word#*=} ;;
      -f?*) file=\${word#-f} ;;
      --*=*) ;;
      -?*) if _warm_takes "$command_path" "$word"; then awaiting=$word; fi ;;
      *)
        if [[ $place == 0 ]] && _warm_is_command "$command_path" "$word"; then
          command_path="\${command_path:+$command_path }$word"
        else
          place=$((place + 1))
        fi
        ;;
      esac
    fi
  done
}

# Sets \`kind\` and \`entries\` to what may stand where $1 has been typed so far.
_warm_decide() {
  kind=nothing entries=()
  if [[ -n $awaiting ]]; then
    _warm_takes "$command_path" "$awaiting"
  elif [[ -z $only_arguments && $1 == --*=* ]]; then
    _warm_takes "$command_path" "\${1%%=*}"
  elif [[ -z $only_arguments && $1 == -* ]]; then
    kind=words
    _warm_options "$command_path"
  else
    if [[ $place == 0 ]]; then _warm_commands "$command_path"; fi
    if [[ \${#entries[@]} != 0 ]]; then kind=words; else _warm_argument "$command_path" "$place"; fi
  fi
  case $kind in
  resources | pools) _warm_ask "$kind" ;;
  esac
}

# Asks for names of the file. They are taken as lines of text.
_warm_ask() {
  local line
  if [[ $file == '~/'* ]]; then file=$HOME/\${file#??}; fi
  while IFS= read -r line; do
    entries+=("$line")
  done < <(command warm "--file=\${file:-warm.yaml}" __complete "$1" 2>/dev/null </dev/null)
}`;
