# complete.zsh SCRIPT LINE: prints what zsh proposes at the end of LINE, one a line.
# zsh completes at a terminal only, so another zsh gets one, where compadd tells what it is given.
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner "PROMPT= RPROMPT= LISTMAX=9999
autoload -Uz compinit; compinit -u -d ${(q)1}.dump
compadd() {
  local -a matches
  case \" \$* \" in
    *' -O '* | *' -A '* | *' -D '*) builtin compadd \"\$@\"; return ;;
  esac
  builtin compadd -O matches \"\$@\"
  (( \$#matches )) && printf 'MATCH:%s:END\n' \$matches
  builtin compadd \"\$@\"
}
source ${(q)1}
zstyle ':completion:*' insert-tab false
tell() { print \"<\$WIDGET>\" }
zle -N finished tell
zle -N zle-line-init tell
bindkey -e
bindkey '^I' complete-word
bindkey '^X' finished"

# read_to TEXT: what comes before the inner zsh prints TEXT
read_to() {
  local chunk
  REPLY=
  while [[ $REPLY != *$1* ]]; do
    zpty -r inner chunk || return
    REPLY+=$chunk
  done
}

read_to '<zle-line-init>' # keys that are pressed before are not for the line
zpty -w -n inner "$2"$'\t\x18'
read_to '<finished>'
print -r -- ${REPLY//$'\r'/} | grep -o 'MATCH:.*:END' | sed 's/^MATCH://; s/:END$//'
zpty -d inner
