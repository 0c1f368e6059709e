# Completes `git support …` and `git-support …` in fish.
function __git_support_candidates
    set -l words (commandline -opc)
    # What was quoted is meant plain; fish quotes whatever it puts in.
    set -l current (string unescape -- (commandline -ct); or commandline -ct)
    if test "$words[1]" = git
        set -e words[1]
    end
    git-support complete --index (count $words) -- $words "$current" 2>/dev/null
end
function __git_support_is_meant
    set -l words (commandline -opc)
    set -e words[1]
    # git's own options stand before the command, some with a value.
    while string match -q -- '-*' "$words[1]"
        contains -- "$words[1]" -C -c --git-dir --work-tree --namespace --config-env; and set -e words[1]
        set -e words[1]
    end
    test "$words[1]" = support
end
complete -c git-support -f -a '(__git_support_candidates)'
complete -c git -n __git_support_is_meant -f -a '(__git_support_candidates)'
