# Completes `git support …` (by git's own completion) and `git-support …` in bash.
_git_support_reply() {
    local index=$1; shift
    local IFS=$'\n' line only
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(git-support complete --index "$index" -- "$@" 2>/dev/null)
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
    _git_support_reply "$COMP_CWORD" "${COMP_WORDS[@]}"
}
complete -o default -F _git_support_alone git-support
