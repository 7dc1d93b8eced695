import type { CompletedCommand } from "./completion-tree.js";
import { type Dialect, formatTables, type Key } from "./format-tables.js";

/** A completion script for fish 3, to be sourced or to stand in a folder of completions. */
export function formatFishCompletion(root: CompletedCommand): string {
  return [HEAD, formatTables(root, fishDialect), WALK].join("\n\n");
}

/** Within single quotes only a backslash and the quote itself have a meaning. */
const quoteForFish = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

const toPattern = ({ text, isBeginning = false }: Key) => quoteForFish(`${text}${isBeginning ? "*" : ""}`);

/** Functions of fish have no way to set a caller's variables but to set global ones, or to be without a scope of their own. */
const fishDialect: Dialect = {
  makeFunction: ({ name, comment, subject, cases, otherwise }) =>
    [
      `# ${comment.replaceAll("$1", "$argv[1]").replaceAll("$2", "$argv[2]")}`,
      `function ${name} --no-scope-shadowing`,
      `    switch ${subject === "path" ? '"$argv[1]"' : '(string trim -- "$argv[1] $argv[2]")'}`,
      ...cases.map(([keys, statements]) =>
        [
          `        case ${keys.map(toPattern).join(" ")}`,
          ...statements.map((one) => `            ${one}`),
        ].join("\n"),
      ),
      ...(otherwise.length === 0
        ? []
        : ["        case '*'", ...otherwise.map((one) => `            ${one}`)]),
      "    end",
      // Else it would be that of `string trim`, which tells whether there was something to trim.
      "    return 0",
      "end",
    ].join("\n"),
  setEntries: (lines) => `set entries ${lines.map(quoteForFish).join(" ")}`.trimEnd(),
  setKind: (kind) => `set kind ${kind}`,
  fail: "return 1",
};

const HEAD = `# fish completion for warm; load it with: warm completion fish | source`;

const WALK = `# Is $argv[2] a command below \`warm $argv[1]\`?
function _warm_is_command
    set -l entries
    _warm_commands $argv[1]
    for entry in $entries
        if test (string split -m 1 \\t -- $entry)[1] = $argv[2]
            return 0
        end
    end
    return 1
end

# Prints what may stand at the cursor, each as its name, a tab, and what it does.
function _warm_complete
    set -l entries
    set -l kind
    set -l path ''
    set -l place 0
    set -l awaiting ''
    set -l only_arguments ''
    set -l file warm.yaml
    set -l tokens (commandline -opc)
    set -l typed (commandline -ct)
    for word in $tokens[2..-1]
        if test -n "$awaiting"
            if contains -- $awaiting -f --file
                set file $word
            end
            set awaiting ''
        else if test -n "$only_arguments"
            set place (math $place + 1)
        else
            switch $word
                case --
                    set only_arguments yes
                case '--file=*'
                    set file (string replace -- --file= '' $word)
                case '-f?*'
                    set file (string replace -- -f '' $word)
                case '--*=*'
                case '-?*'
                    if _warm_takes "$path" $word
                        set awaiting $word
                    end
                case '*'
                    if test $place = 0; and _warm_is_command "$path" "$word"
                        set path (string trim -- "$path $word")
                    else
                        set place (math $place + 1)
                    end
            end
        end
    end
    set kind nothing
    set entries
    # What stands before the value in the same word: fish completes whole words.
    set -l before ''
    if test -n "$awaiting"
        _warm_takes "$path" $awaiting
    else if test -z "$only_arguments"; and string match -q -- '--*=*' "$typed"
        set before (string split -m 1 = -- $typed)[1]
        _warm_takes "$path" $before
        set before "$before="
        set typed (string replace -- $before '' $typed)
    else if test -z "$only_arguments"; and string match -q -- '-*' "$typed"
        set kind words
        _warm_options "$path"
    else
        if test $place = 0
            _warm_commands "$path"
        end
        if test (count $entries) -gt 0
            set kind words
        else
            _warm_argument "$path" $place
        end
    end
    switch $kind
        case files
            set entries (__fish_complete_path "$typed")
        case folders
            set entries (__fish_complete_directories "$typed")
        case resources pools
            set file (string replace -r -- '^~/' "$HOME/" $file)
            set entries (command warm "--file=$file" __complete $kind 2>/dev/null </dev/null)
    end
    for entry in $entries
        printf '%s%s\\n' $before $entry
    end
end

complete -c warm -f -a '(_warm_complete)'`;
