import type { CompletedCommand } from "./completion-tree.js";
import { formatTables } from "./format-tables.js";
import { SHELL_WALK, shellDialect } from "./shell-dialect.js";

/** A completion script for zsh, to be sourced after compinit, or to stand as `_warm` in a folder of fpath. */
export function formatZshCompletion(root: CompletedCommand): string {
  return [HEAD, formatTables(root, shellDialect), SHELL_WALK, ENTRY].join("\n\n");
}

const HEAD = `#compdef warm
# zsh completion for warm; load it with: source <(warm completion zsh)`;

const ENTRY = `_warm() {
  emulate -L zsh
  local kind command_path place awaiting only_arguments file entry
  local -a entries typed names shown
  # Without their quotes; (Q) expands nothing.
  typed=("\${(@Q)words[2,CURRENT-1]}")
  _warm_walk "\${typed[@]}"
  _warm_decide "$PREFIX"
  if [[ -z $awaiting && -z $only_arguments && $PREFIX == --*=* ]]; then compset -P '*='; fi
  case $kind in
  files) _files ;;
  folders) _files -/ ;;
  nothing) ;;
  *)
    for entry in "\${entries[@]}"; do
      if [[ -z "\${entry%%$'\\t'*}" ]]; then continue; fi
      names+=("\${entry%%$'\\t'*}")
      shown+=("\${entry/$'\\t'/  }")
    done
    # It quotes what it inserts.
    compadd -l -d shown -a names
    ;;
  esac
}

# As a file of fpath it is called once it is loaded; sourced it is made known.
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _warm "$@"
else
  compdef _warm warm
fi`;
