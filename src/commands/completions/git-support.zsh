#compdef git-support
# Completes `git-support …`, and `git support …` by zsh's completion of git.
_git-support() {
    local -a candidates
    local line index=$((CURRENT - 1))
    # Of the word under the cursor, a quote that is still open is no part.
    local -a typed=("${(@Q)words}")
    typed[CURRENT]=${(Q)PREFIX}
    while IFS= read -r line; do
        # value<TAB>description becomes value:description; colons and backslashes in the value are escaped. Whatever
        # else the shell would act on, zsh quotes by itself.
        local value=${line%%$'\t'*} about=""
        [[ $line == *$'\t'* ]] && about=${line#*$'\t'}
        value=${value//\\/\\\\}
        candidates+=("${value//:/\\:}${about:+:$about}")
    done < <(git-support complete --index "$index" -- "${typed[@]}" 2>/dev/null)
    if (( ${#candidates} )); then
        _describe 'git support' candidates
    else
        _files
    fi
}
zstyle ':completion:*:*:git:*' user-commands support:'run the support process in this repository'
if [ "$funcstack[1]" = "_git-support" ]; then
    _git-support "$@"
else
    compdef _git-support git-support
fi
