"""What bash, zsh and fish run before a prompt: code that nothing else in the shell notices.

A guest: what stood in the prompt before sees its `$?`, PIPESTATUS, `$_`, traps, options and jobs as ever; a process that
inherits an exported prompt or variable, but not the functions, shows and says nothing. In the texts @NAME@ stands for a
value, already quoted for its place. Shell code runs on bash 3.2, zsh 5.0 and fish 3.6.
"""

BARE, SHOWN, ABOVE = "bare", "shown", "above"      # only the variable; it is in the prompt; it is on a row above the prompt

# One text for bash and zsh. The first line of a file that is named by a checksum holds the words that it answers.
# A folder of lines that was there and is gone means that ccmon was taken out: asking would bring all of it back.
SH = """
_ccmon_ask() {
  [[ -z ${_ccmon_was_there-} || -d @FOLDER@ || "@VALUES@" != "$_ccmon_usual" ]] || { CCMON_LINE=; return 0; }
  CCMON_LINE=$(@CCMON@ --statusline --format @DIALECT@ </dev/null 2>/dev/null 3>/dev/null) || :
  [[ ! -d @FOLDER@ ]] || _ccmon_was_there=1
}
_ccmon_refresh() {
  @HEAD@
  if [[ "@VALUES@" == "$_ccmon_usual" ]] &&
    [[ -f @FILE@ && -O @FILE@ && ! -p @NOW@ && ! -c @NOW@ ]] &&
    { @READ@ && [[ -n $_ccmon_line ]] && builtin echo 1<>@NOW@; } &&
    [[ ! @STATE@ -nt @NOW@ && ! @CONFIG@ -nt @STATE@ ]] &&
    { [[ @FRESH@ -nt @NOW@ ]] || _ccmon_old; }
  then
    CCMON_LINE=$_ccmon_line
  else
    _ccmon_ask
  fi
  @TAIL@
} 2>/dev/null
_ccmon_old() {
  if [[ ! @EXPIRES@ -nt @NOW@ ]]; then
    [[ @ENDS@ -nt @NOW@ ]] || return
    case $_ccmon_line in *"~CC"*) ;; *) _ccmon_line="~$_ccmon_line" ;; esac
  fi
  ( @CCMON@ --statusline --format @DIALECT@ </dev/null >/dev/null 2>&1 3>&1 & )
}
"""

# What ccmon puts into bash's prompt is a process of the prompt's own, and so is a row in PROMPT_COMMAND: nothing outside is
# changed, and no trap but CHLD sees it. $CCMON_LINE in a prompt of the user's needs a hook there, which a DEBUG trap sees. It
# stands last, so that those before it see what they saw; as an element of its own (bash 5.1) it leaves those behind it alone,
# too. An exported PROMPT_COMMAND stays a string: bash exports no arrays. A restricted shell may not even write to /dev/null: it
# has no line.
BASH = """# ccmon: $CCMON_LINE holds the line, current at each prompt. To use it: eval "$(@CCMON@ init bash)" in @RC@,
# and below it, with single quotes (with double quotes the text would be fixed at once):
#   PS1='$CCMON_LINE \\w \\$ '
# As the last line of @RC@: with --shown it stands before the prompt, with --above on a row of its own, whatever the prompt.
""" + SH + r"""_ccmon_prompt() {
  local _ccmon_before=$?
  _ccmon_refresh || :
  case $CCMON_LINE,${1-} in
    ,*) ;;
    *,above) builtin printf '%s\n\001\002' "$CCMON_LINE" >&3 ;;
    *) builtin printf '%s ' "$CCMON_LINE" >&3 ;;
  esac
  return "$_ccmon_before"
}
_ccmon_row() {
  local _ccmon_before=$?
  _ccmon_refresh || :
  [[ ${BASH_VERSION%%.*} -lt 4 ]] || CCMON_LINE=${CCMON_LINE//[$'\1\2']/}
  [[ -z $CCMON_LINE ]] || builtin printf '%s\n' "$CCMON_LINE" >&3
  [[ $# = 0 ]] || return "$_ccmon_before"
} 2>/dev/null
_ccmon_row_of_preexec() { _ccmon_row 3>&1; }
_ccmon_may_set() { builtin local "$1"; }
_ccmon_hook() {
  local _ccmon_call="{ $2$1${2:+)}; }" _ccmon_flags= _ccmon_out=' 3>&1 >/dev/null 2>&1'
  _ccmon_ready=$1
  builtin export -n _ccmon_ready
  case ${PROMPT_COMMAND[*]-}${precmd_functions[*]-} in *_ccmon_re* | *_ccmon_ro*) return ;; esac
  if [[ -n ${bash_preexec_imported-}${__bp_imported-} ]]; then
    case $1 in *row) set -- _ccmon_row_of_preexec ;; esac
    precmd_functions+=("$1")
    return
  fi
  _ccmon_may_set PROMPT_COMMAND || return
  [[ -z ${PROMPT_COMMAND+set} ]] || _ccmon_flags=$(builtin declare -p PROMPT_COMMAND)
  _ccmon_flags=${_ccmon_flags#declare -} _ccmon_flags=${_ccmon_flags%% *}
  if [[ ${BASH_VERSION%%.*} -lt 5 || $BASH_VERSION == 5.0* || $_ccmon_flags == *x* ]]; then
    _ccmon_call="{ $2"'"${_ccmon_ready:-:}" "$_"'"${2:+)} && $2:${2:+)}; }"
    PROMPT_COMMAND=${PROMPT_COMMAND-}${PROMPT_COMMAND:+$'\n'}$_ccmon_call$_ccmon_out
  elif [[ -n ${PROMPT_COMMAND[*]-} ]]; then
    PROMPT_COMMAND+=("$_ccmon_call$_ccmon_out")
  else
    PROMPT_COMMAND[1]=$_ccmon_call$_ccmon_out
  fi
}
_ccmon_set_up() {
  local _ccmon_own='('                 # a process of its own: a DEBUG trap sees none of it, a CHLD trap its end
  case ${1-} in *" DEBUG") ;; *CHLD) _ccmon_own= ;; esac
  CCMON_LINE= _ccmon_ready=_ccmon_prompt _ccmon_usual="@VALUES@"
  builtin shopt -q restricted_shell && return 0
  _ccmon_was_there=1                   # the prompt's own process could not note it
  [[ -d @FOLDER@ ]] || { _ccmon_was_there=; _ccmon_ask; }
  builtin export -n CCMON_LINE _ccmon_ready _ccmon_usual _ccmon_status _ccmon_last _ccmon_was_there
  builtin export -nf _ccmon_ask _ccmon_refresh _ccmon_old _ccmon_prompt _ccmon_row _ccmon_row_of_preexec
  builtin export -nf _ccmon_may_set _ccmon_hook _ccmon_set_up
  case ${PS1-} in *_ccmon_prompt*) return 0 ;; esac
  case @WHERE@,${PS1-} in
    bare,* | *CCMON_LINE*) _ccmon_hook _ccmon_refresh ""; return 0 ;;
    above,*)
      case $_ccmon_own${PROMPT_COMMAND[*]-}${precmd_functions[*]-} in
        "(") ;;
        *) _ccmon_hook _ccmon_row "$_ccmon_own"; return 0 ;;
      esac
      builtin shopt -q promptvars && _ccmon_may_set PS1 || { _ccmon_hook _ccmon_row "$_ccmon_own"; return 0; }
      PS1='${_ccmon_ready:+$({ _ccmon_prompt above; } 3>&1 >/dev/null 2>&1)}'$PS1 ;;
    *)
      builtin shopt -q promptvars && _ccmon_may_set PS1 || return 0
      if [[ -z $_ccmon_own ]]; then
        PS1='${CCMON_LINE:+$CCMON_LINE }'$PS1
        _ccmon_hook _ccmon_refresh ""
      else
        PS1='${_ccmon_ready:+$({ _ccmon_prompt; } 3>&1 >/dev/null 2>&1)}'$PS1
      fi ;;
  esac
} 2>/dev/null
{ _ccmon_set_up @TRAPS@; } 2>/dev/null
"""

# zsh gives each hook the `$?`, pipestatus and `$_` of the command. The functions have options of their own from their first
# command on (sticky emulation), so that neither xtrace nor a DEBUG trap sees one. The right prompt holds the line only while
# it stands: neither a command nor what it starts inherits it, and no option such as prompt_subst is needed.
ZSH = """# ccmon: $CCMON_LINE holds the line, current at each prompt. To use it: eval "$(@CCMON@ init zsh)" in ~/.zshrc,
# and below it, with single quotes (with double quotes the text would be fixed at once):
#   setopt prompt_subst
#   RPROMPT='$CCMON_LINE'
# With --shown it is put into the right prompt, whatever the options.
emulate zsh +e +x +o err_return +o debug_before_cmd -o local_options -o local_traps -c @CODE@
"""
ZSH_CODE = SH + r"""_ccmon_show() {
  _ccmon_take_out
  [[ $PROMPT$RPROMPT == *CCMON_LINE* || ${(t)RPROMPT} == *readonly* ]] && return
  _ccmon_shown=$CCMON_LINE
  [[ ! -o prompt_bang ]] || _ccmon_shown=${_ccmon_shown//\!/!!}
  [[ -o prompt_percent ]] || _ccmon_shown=${${${(S)_ccmon_shown//\%[FK]\{*\}}//\%[BSUbsufk]}//\%\%/%}
  _ccmon_shown+=${RPROMPT:+ }
  RPROMPT=$_ccmon_shown$RPROMPT
}
_ccmon_take_out() {
  [[ -n $_ccmon_shown && $RPROMPT == "$_ccmon_shown"* ]] && RPROMPT=${RPROMPT#"$_ccmon_shown"}
  _ccmon_shown=
}
_ccmon_leave() {
  trap - DEBUG ZERR
  _ccmon_take_out
}
_ccmon_set_up() {
  trap - DEBUG ZERR
  typeset -g CCMON_LINE= _ccmon_shown= _ccmon_where=@WHERE@ _ccmon_usual="@VALUES@" _ccmon_was_there=
  [[ ! -d @FOLDER@ ]] || _ccmon_was_there=1
  typeset -ga precmd_functions preexec_functions
  (( ${precmd_functions[(Ie)_ccmon_refresh]} )) || precmd_functions+=(_ccmon_refresh)
  [[ $_ccmon_where == bare ]] || (( ${preexec_functions[(Ie)_ccmon_leave]} )) ||
    preexec_functions=(_ccmon_leave $preexec_functions)
  typeset -g +x CCMON_LINE _ccmon_shown _ccmon_where _ccmon_usual _ccmon_status _ccmon_last _ccmon_was_there
}
_ccmon_set_up
"""

# fish itself complains of a program that is gone, or whose interpreter is, wherever its stderr leads: sh asks in its place.
FISH = """# ccmon: $CCMON_LINE holds the line, current at each prompt. To use it, in ~/.config/fish/config.fish:
#   @CCMON@ init fish | source
#   function fish_right_prompt
#       echo -n -- $CCMON_LINE
#   end
# With --shown there is such a function, in front of one of your own.

set -e CCMON_LINE
set -g _ccmon_usual @VALUES@
set -g _ccmon_was_there no
test -d @FOLDER@; and set -g _ccmon_was_there yes

function _ccmon_ask
    set -g CCMON_LINE
    test $_ccmon_was_there = yes -a ! -d @FOLDER@ -a @VALUES@ = "$_ccmon_usual"; and return
    set -g CCMON_LINE (command /bin/sh -c 'exec "$0" --statusline --format fish' @CCMON@ </dev/null 2>/dev/null)
    test -d @FOLDER@; and set -g _ccmon_was_there yes
end

function _ccmon_behind
    command /bin/sh -c '"$0" --statusline --format fish </dev/null >/dev/null 2>&1 &' @CCMON@
end

function _ccmon_refresh --on-event fish_prompt
    set -l before $status
    if test @VALUES@ = "$_ccmon_usual" -a -f @FILE@ -a -O @FILE@ -a -w @FOLDER@ -a ! -L @NOW@ -a \\( -f @NOW@ -o ! -e @NOW@ \\)
        echo >>@NOW@
        if test @FRESH@ -nt @NOW@ -a ! @STATE@ -nt @NOW@ -a ! @CONFIG@ -nt @STATE@
            @READ@ <@FILE@
            return $before
        else if test @ENDS@ -nt @NOW@ -a ! @STATE@ -nt @NOW@ -a ! @CONFIG@ -nt @STATE@
            @READ@ <@FILE@
            if not test @EXPIRES@ -nt @NOW@
                string match -q -- '*~CC*' $CCMON_LINE; or set CCMON_LINE "~$CCMON_LINE"
            end
            _ccmon_behind
            return $before
        end
    end
    _ccmon_ask
    return $before
end
"""

# At each prompt: the right prompt of a theme may come with fish_prompt, or be made anew. It sees the $status that it saw.
FISH_SHOWN = """
function _ccmon_show --on-event fish_prompt
    set -l before $status
    functions -q fish_prompt
    functions -q fish_right_prompt; or function fish_right_prompt; end
    string match -q '*CCMON_LINE*' -- (functions fish_right_prompt); and return $before
    functions -e _ccmon_right_prompt
    functions -c fish_right_prompt _ccmon_right_prompt
    function fish_right_prompt
        set -l right (_ccmon_right_prompt)
        echo -n -- $CCMON_LINE $right
    end
    return $before
end
"""
