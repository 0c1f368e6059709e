# Completes `git support …` (by git's own completion) and `git-support …` in bash.
_git_support_reply() {
    local index=$1; shift
    local IFS=$'\n' line only
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(git-support complete --index "$index" -- "$@" 2>/dev/null)
    # bash takes what stands after a colon for a word of its own.
    local typed=${@:index+1:1}
    if [[ $typed == *:* && $COMP_WORDBREAKS == *:* ]]; then
        local before=${typed%"${typed##*:}"}
        COMPREPLY=("${COMPREPLY[@]#"$before"}")
    fi
    if [ ${#COMPREPLY[@]} -eq 1 ] && [[ ${COMPREPLY[0]} == *: ]]; then
        compopt -o nospace 2>/dev/null
    fi
    # One candidate: its description after the tab goes; several: bash shows them as they are.
    if [ ${#COMPREPLY[@]} -eq 1 ]; then
        only=${COMPREPLY[0]%%$'\t'*}
        COMPREPLY=("$only")
    elif [ "${COMP_TYPE:-0}" != 63 ]; then
        COMPREPLY=("${COMPREPLY[@]%%$'\t'*}")
    else
        COMPREPLY=("${COMPREPLY[@]//$'\t'/  }")
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
