# Completes `git support …` (by git's own completion) and `git-support …` in bash.
_git_support_reply() {
    local index=$1; shift
    local -a words=("$@") values=() lines=()
    local line value about typed quote="" before="" left sign part
    # bash takes signs like : = and @ for words of their own: what stands together on the line is one word.
    left=${COMP_LINE:0:${COMP_POINT:-0}}
    while ((index > 0)) && [[ -n ${words[index]} && $left == *"${words[index - 1]}${words[index]}" ]]; do
        words[index - 1]+=${words[index]}
        words=("${words[@]:0:index}")
        index=$((index - 1))
    done
    typed=${words[index]}
    # Text after a quote is completed within that quote; elsewhere what was quoted with a backslash is meant plain.
    case $typed in
        \"* | \'*) quote=${typed:0:1} typed=${typed:1} ;;
        *) typed=${typed//\\/} ;;
    esac
    words[index]=$typed
    # It then replaces what stands behind the last of them, or from an @ on.
    if [[ -z $quote ]]; then
        for sign in : = @; do
            [[ $typed == *"$sign"* && $COMP_WORDBREAKS == *"$sign"* ]] || continue
            part=${typed%"${typed##*"$sign"}"}
            [[ $sign == @ ]] && part=${part%@}
            ((${#part} > ${#before})) && before=$part
        done
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
