# Completes `git support …` (by git's own completion) and `git-support …` in bash.
_git_support_reply() {
    local index=$1; shift
    local -a words=("$@") values=() lines=()
    local line value about typed=${words[index]} quote="" before=""
    # Text after a quote is completed within that quote; elsewhere what was quoted with a backslash is meant plain.
    case $typed in
        \"* | \'*) quote=${typed:0:1} typed=${typed:1} ;;
        *) typed=${typed//\\/} ;;
    esac
    words[index]=$typed
    # bash takes what stands after a colon for a word of its own.
    if [[ -z $quote && $typed == *:* && $COMP_WORDBREAKS == *:* ]]; then
        before=${typed%"${typed##*:}"}
    fi
    while IFS= read -r line; do
        value=${line%%$'\t'*} about=""
        [[ $line == *$'\t'* ]] && about=${line#*$'\t'}
        value=${value#"$before"}
        # Values come from tickets, so from anybody: whatever the shell would act on is quoted.
        case $quote in
            \")
                value=${value//\\/\\\\} value=${value//\"/\\\"} value=${value//\$/\\\$} value=${value//\`/\\\`}
                value=${value//\!/\"\'\!\'\"}
                ;;
            \') value=${value//\'/\'\\\'\'} ;;
            *) printf -v value %q "$value" ;;
        esac
        values+=("$value")
        lines+=("$value${about:+  $about}")
    done < <(git-support complete --index "$index" -- "${words[@]}" 2>/dev/null)
    COMPREPLY=("${values[@]}")
    if [ ${#values[@]} -eq 1 ]; then
        [[ ${values[0]} == *: ]] && compopt -o nospace 2>/dev/null
    elif [ "${COMP_TYPE:-0}" = 63 ]; then
        # A list that is only shown: with what each stands for.
        COMPREPLY=("${lines[@]}")
    fi
}

# Called by git's completion: words are `git support …`.
_git_support() {
    _git_support_reply $((cword - 1)) "${words[@]:1}"
}

_git_support_alone() {
    local words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur
    if declare -F _get_comp_words_by_ref >/dev/null; then
        _get_comp_words_by_ref -n : words cword cur
    fi
    _git_support_reply "$cword" "${words[@]}"
}
complete -o default -F _git_support_alone git-support
