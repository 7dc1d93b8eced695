import type { CompletedCommand } from "./completion-tree.js";
import { formatTables } from "./format-tables.js";
import { SHELL_WALK, shellDialect } from "./shell-dialect.js";

/**
 * A completion script for bash 3.2 and later, to be sourced. `compgen -W` is not used: it would expand what it is given, so that
 * a name in a file could run a command.
 */
export function formatBashCompletion(root: CompletedCommand): string {
  return [HEAD, formatTables(root, shellDialect), SHELL_WALK, ENTRY].join("\n\n");
}

const HEAD = `# bash completion for warm; load it with: source <(warm completion bash)`;

const ENTRY = `# Sets \`typed\` to the words up to the cursor. bash breaks them at : and = too; here they are whole.
_warm_typed() {
  local rest=\${COMP_LINE:0:COMP_POINT} trimmed word i
  typed=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    trimmed=\${rest#"\${rest%%[![:space:]]*}"}
    word=\${COMP_WORDS[i]}
    if ((i == COMP_CWORD)); then word=$trimmed; fi
    if ((i == 0)) || [[ $trimmed != "$rest" ]]; then
      typed+=("$word")
    else
      typed[\${#typed[@]} - 1]+=$word
    fi
    rest=\${trimmed#"$word"}
  done
}

# Offers the entries that go on from $1; bash keeps what stands before the last : or =.
_warm_offer() {
  local value=$1 kept= entry quoted
  if [[ $COMP_WORDBREAKS == *:* && $value == *:* ]]; then kept=\${value%"\${value##*:}"}; fi
  for entry in "\${entries[@]}"; do
    entry=\${entry%%$'\\t'*}
    if [[ -n $entry && $entry == "$value"* ]]; then
      printf -v quoted '%q' "\${entry#"$kept"}"
      COMPREPLY+=("$before$quoted")
    fi
  done
}

# Files as readline completes them; where that cannot be asked for, by their names.
_warm_files() {
  local option=default flag=-f entry
  if [[ $kind == folders ]]; then option=dirnames flag=-d; fi
  if [[ -z $before ]] && compopt -o "$option" 2>/dev/null; then return; fi
  entries=()
  while IFS= read -r entry; do entries+=("$entry"); done < <(compgen "$flag" -- "$1")
  _warm_offer "$1"
}

_warm() {
  local typed kind entries command_path place awaiting only_arguments file last value before=
  COMPREPLY=()
  _warm_typed
  last=$((\${#typed[@]} - 1))
  value=\${typed[last]}
  _warm_walk "\${typed[@]:1:last-1}"
  file=\${file//[\\'\\"\\\\]/}
  _warm_decide "$value"
  if [[ -z $awaiting && -z $only_arguments && $value == --*=* ]]; then
    if [[ $COMP_WORDBREAKS != *=* ]]; then before=\${value%%=*}=; fi
    value=\${value#*=}
  fi
  case $kind in
  files | folders) _warm_files "$value" ;;
  nothing) ;;
  *) _warm_offer "$value" ;;
  esac
}

complete -F _warm warm`;
