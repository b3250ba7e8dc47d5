# Made by tests/generate.py from ccmon's parser. Do not edit it: run python tests/generate.py
# (with shtab, https://github.com/tqdm/shtab)

# Custom Preamble
function _ccmon_plans
  set -l base $XDG_CONFIG_HOME
  test -n "$base"; or set base "$HOME/.config"
  printf '%s\n' pro max5 max20 custom_max ml_auto
  sed -n '/^\[plans\]/,/^\[/s/^\([A-Za-z0-9_.-]\{1,\}\) *[=:].*/\1/p' "$base/ccmon/config.ini" 2>/dev/null | tr A-Z a-z
end

function _ccmon_zones
  echo local; echo UTC; grep -v '^#' /usr/share/zoneinfo/zone.tab 2>/dev/null | cut -f3
end

function _ccmon_command_or_file
  __fish_complete_command
end

function _ccmon_themes
  set -l base $XDG_CONFIG_HOME
  test -n "$base"; or set base "$HOME/.config"
  printf '%s\n' auto dark light high-contrast high-contrast-light solarized solarized-light terminal mono
  sed -n 's/^\[theme\.\([A-Za-z0-9_-]*\)\].*/\1/p' "$base/ccmon/config.ini" 2>/dev/null
end

function _ccmon_columns
  set -l before (commandline -ct | string replace -r '^--columns=' '' | string replace -r '[^,]*$' '')
  for name in start end last start_epoch end_epoch last_epoch window login day week month hour model project begins host sessions length tokens input output cache_creation cache_read cost share rated_by highest reached reached_epoch worth range worth_low worth_high worth_usd range_usd worth_usd_low worth_usd_high worth_by change changed part limit plan limit_source near hits passed source bar spark models
    echo "$before$name"
  end
end

function _ccmon_names
  switch (commandline -opc)[-1]
    case get set unset
      printf '%s\n' plan limit reset reset_hour timezone clock interval account timeout ccusage source account_file official theme compact ascii guardian emoji format template max_width wait line_ttl alerts alert_by alert_command alert_webhook_file plans.pro plans.max5 plans.max20
  end
end

function _ccmon_values
  switch (commandline -opc)[-1]
    case plan
      _ccmon_plans
    case reset
      printf '%s\n' session schedule
    case reset_hour
      printf '%s\n' 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
    case timezone
      _ccmon_zones
    case clock
      printf '%s\n' 12 24
    case ccusage
      _ccmon_command_or_file
    case source
      printf '%s\n' auto ccusage logs
    case account_file
      printf '%s\n' yes no
    case official
      printf '%s\n' statusline claude
    case theme
      _ccmon_themes
    case compact
      printf '%s\n' yes no
    case ascii
      printf '%s\n' yes no
    case guardian
      printf '%s\n' yes no
    case emoji
      printf '%s\n' yes no
    case format
      printf '%s\n' plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude
    case alerts
      printf '%s\n' 80 100 runs_out reset allocation unusual credits all none
    case alert_by
      printf '%s\n' bell desktop command webhook
  end
end

# End Custom Preamble

# Parse current commandline:
# - _shtab_ccmon_cmdpath=(sub)command path seen so far
# - _shtab_ccmon_npos=number of positional arguments given after it
# - options are skipped based on _shtab_ccmon_opts_with_value & _shtab_ccmon_commands lists
function _shtab_ccmon_scan
  set -g _shtab_ccmon_cmdpath ''
  set -g _shtab_ccmon_npos 0
  set -l tokens (commandline -opc)
  set -e tokens[1]
  set -l expect_value 0
  for t in $tokens
    if test $expect_value -eq 1
      set expect_value 0
      continue
    end
    switch "$t"
      case '--*=*'
        continue
      case '-*'
        if contains -- $t $_shtab_ccmon_opts_with_value
          set expect_value 1
        end
        continue
      case '*'
        if test $_shtab_ccmon_npos -eq 0
          set -l candidate $t
          if test -n "$_shtab_ccmon_cmdpath"
            set candidate "$_shtab_ccmon_cmdpath $t"
          end
          if contains -- $candidate $_shtab_ccmon_commands
            set -g _shtab_ccmon_cmdpath $candidate
            continue
          end
        end
        set -g _shtab_ccmon_npos (math $_shtab_ccmon_npos + 1)
    end
  end
end

# Condition helper: true if the current (sub)command path equals the given one.
function _shtab_ccmon_using
  _shtab_ccmon_scan
  test "$_shtab_ccmon_cmdpath" = "$argv"
end

set -g _shtab_ccmon_commands history record init report merge export why hit learn config completion doctor alerts accounts uninstall help
set -g _shtab_ccmon_opts_with_value --account --alert-by --alert-command --alert-webhook-file --alerts --at --at-percent --at-quantile --backup --by --ccusage --chart --clock --columns --compare --days --evaluate --format --host --html --interval --limit --line-ttl --man --max-width --official --output --period --plan --reset --reset-hour --rows --since --sort --source --subscription --table --template --theme --timeout --timezone --until --wait --window

complete -c ccmon -e
complete -c ccmon -f

complete -c ccmon -n _shtab_ccmon_using -s h -l help -d 'show this help message and exit'
complete -c ccmon -n _shtab_ccmon_using -l once -d 'print one frame as text and exit'
complete -c ccmon -n _shtab_ccmon_using -l json -d 'print all numbers as one JSON object and exit'
complete -c ccmon -n _shtab_ccmon_using -l statusline -d 'print one line for tmux, prompts and bars; always exit 0'
complete -c ccmon -n _shtab_ccmon_using -l reset-terminal -d 'bring back a terminal that any program has left unusable'
complete -c ccmon -n _shtab_ccmon_using -l version -d 'print the version and exit'
complete -c ccmon -n _shtab_ccmon_using -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n _shtab_ccmon_using -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n _shtab_ccmon_using -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n _shtab_ccmon_using -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n _shtab_ccmon_using -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n _shtab_ccmon_using -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n _shtab_ccmon_using -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n _shtab_ccmon_using -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n _shtab_ccmon_using -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n _shtab_ccmon_using -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n _shtab_ccmon_using -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n _shtab_ccmon_using -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n _shtab_ccmon_using -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n _shtab_ccmon_using -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n _shtab_ccmon_using -l compact -d 'the small layout in any window'
complete -c ccmon -n _shtab_ccmon_using -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n _shtab_ccmon_using -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n _shtab_ccmon_using -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n _shtab_ccmon_using -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n _shtab_ccmon_using -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n _shtab_ccmon_using -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n _shtab_ccmon_using -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n _shtab_ccmon_using -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n _shtab_ccmon_using -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n _shtab_ccmon_using -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n _shtab_ccmon_using -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n _shtab_ccmon_using -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n _shtab_ccmon_using -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a history -d 'The sessions that ccmon remembers, oldest first.'
complete -c ccmon -n '_shtab_ccmon_using history' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using history' -l by -xka "session day week month hour model project window" -d 'one row for each session, day, week, month, hour, model, project or window of Claude'"'"'s own'
complete -c ccmon -n '_shtab_ccmon_using history' -l window -xka "five_hour seven_day seven_day_opus seven_day_sonnet" -d 'with --by window: five_hour (the default), seven_day, or another one that Claude has told of'
complete -c ccmon -n '_shtab_ccmon_using history' -l days -x -d 'only what was used in the last N days; of sessions those that ended in them'
complete -c ccmon -n '_shtab_ccmon_using history' -l since -x -d 'only what was used from this day on, sessions that began: 2026-11-01, 2026-11, today, monday, 3d; from a moment on, sessions that ended after it: 2h, 14:30'
complete -c ccmon -n '_shtab_ccmon_using history' -l until -x -d 'only up to the end of this day, or to that moment'
complete -c ccmon -n '_shtab_ccmon_using history' -l host -x -d 'of another machine whose history was merged; all: of all'
complete -c ccmon -n '_shtab_ccmon_using history' -l rows -x -d 'only the last N rows; of sorted rows, models and projects the first'
complete -c ccmon -n '_shtab_ccmon_using history' -l sort -xka "start end last start_epoch end_epoch last_epoch window login day week month hour model project begins host sessions length tokens input output cache_creation cache_read cost share rated_by highest reached reached_epoch worth worth_low worth_high worth_usd worth_usd_low worth_usd_high worth_by change changed part limit plan limit_source near hits passed source models" -d 'sort by a column; -COLUMN: the largest first'
complete -c ccmon -n '_shtab_ccmon_using history' -l columns -xka "(_ccmon_columns)" -d 'the columns to show, such as start,tokens,cost; help: those that there are'
complete -c ccmon -n '_shtab_ccmon_using history' -l no-pager -d 'print long tables, too, without a pager'
complete -c ccmon -n '_shtab_ccmon_using history' -l table -xka "plain simple github grid simple_grid rounded_grid fancy_grid pipe orgtbl jira presto pretty psql rst mediawiki html latex textile tsv asciidoc" -d 'a table format of tabulate; github when none is named'
complete -c ccmon -n '_shtab_ccmon_using history' -l json -d 'a list of objects'
complete -c ccmon -n '_shtab_ccmon_using history' -l csv -d 'comma-separated values'
complete -c ccmon -n '_shtab_ccmon_using history' -l chart -xka "day week month" -d 'bars by day, week or month'
complete -c ccmon -n '_shtab_ccmon_using history' -l heatmap -d 'tokens by weekday and hour'
complete -c ccmon -n '_shtab_ccmon_using history' -l check -d 'look whether the stored history is sound'
complete -c ccmon -n '_shtab_ccmon_using history' -l backup -xka "(__fish_complete_path (commandline -ct))" -d 'copy the stored history, also while it is in use'
complete -c ccmon -n '_shtab_ccmon_using history' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using history' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using history' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using history' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using history' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using history' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using history' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using history' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using history' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using history' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using history' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using history' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using history' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using history' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using history' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using history' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using history' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using history' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using history' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using history' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using history' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using history' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using history' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using history' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using history' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using history' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using history' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using history' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using history' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a record -d 'Read the usage once, store it and refresh the status lines; prints nothing.'
complete -c ccmon -n '_shtab_ccmon_using record' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using record' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using record' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using record' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using record' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using record' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using record' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using record' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using record' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using record' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using record' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using record' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using record' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using record' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using record' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using record' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using record' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using record' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using record' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using record' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using record' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using record' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using record' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using record' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using record' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using record' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using record' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using record' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using record' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using record' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a init -d 'Print what shows the line in a shell or bar, and where to put it; only --write and --undo change files. In a shell'"'"'s start-up file: eval "$(ccmon init bash)". Without SHELL: asks for plan, zone and place, shows what it would write, and writes on yes.'
complete -c ccmon -n '_shtab_ccmon_using init' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using init' -l write -d 'put it into the start-up file of bash, zsh, fish, tmux, or into Claude Code'"'"'s settings.json'
complete -c ccmon -n '_shtab_ccmon_using init' -l undo -d 'take out what --write has put there'
complete -c ccmon -n '_shtab_ccmon_using init' -l shown -d 'bash, zsh, fish: the text also puts the line into the prompt; --write does so in any case'
complete -c ccmon -n '_shtab_ccmon_using init' -l above -d 'bash: on a row of its own above the prompt, whatever makes that'
complete -c ccmon -n '_shtab_ccmon_using init; and test $_shtab_ccmon_npos -eq 0' -ka "bash zsh fish tmux claude starship waybar i3blocks polybar xbar p10k i3bar swiftbar oh-my-posh liquidprompt" -d 'bash, zsh, fish, tmux, claude, starship, waybar, i3blocks, polybar, xbar, p10k, i3bar, swiftbar, oh-my-posh, liquidprompt'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a report -d 'A week or a month in words and pictures.'
complete -c ccmon -n '_shtab_ccmon_using report' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using report' -l period -xka "week month" -d 'what it is about (default: week)'
complete -c ccmon -n '_shtab_ccmon_using report' -l last -d 'the one before the present one'
complete -c ccmon -n '_shtab_ccmon_using report' -l host -x -d 'another machine whose history was merged; all: every one'
complete -c ccmon -n '_shtab_ccmon_using report' -l markdown -d 'as Markdown'
complete -c ccmon -n '_shtab_ccmon_using report' -l html -xka "(__fish_complete_path (commandline -ct))" -d 'as one page that needs nothing else; - is standard output'
complete -c ccmon -n '_shtab_ccmon_using report' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using report' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using report' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using report' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using report' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using report' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using report' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using report' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using report' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using report' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using report' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using report' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using report' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using report' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using report' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using report' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using report' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using report' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using report' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using report' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using report' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using report' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using report' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using report' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using report' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using report' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using report' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using report' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using report' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a merge -d 'Take the history of another machine into this one; twice does no more than once.'
complete -c ccmon -n '_shtab_ccmon_using merge' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using merge' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using merge' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using merge' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using merge' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using merge' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using merge' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using merge' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using merge' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using merge' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using merge' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using merge' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using merge' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using merge' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using merge' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using merge' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using merge' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using merge; and test $_shtab_ccmon_npos -eq 0' -ka "(__fish_complete_path (commandline -ct))" -d 'ccmon.db of the other machine, or a copy made with history --backup'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a export -d 'The present numbers for monitoring systems.'
complete -c ccmon -n '_shtab_ccmon_using export' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using export' -l openmetrics -d 'as OpenMetrics text'
complete -c ccmon -n '_shtab_ccmon_using export' -l rules -d 'alerting rules for Prometheus, by the names of --openmetrics'
complete -c ccmon -n '_shtab_ccmon_using export' -l output -xka "(__fish_complete_path (commandline -ct))" -d 'write a file, whole or not at all, instead of printing'
complete -c ccmon -n '_shtab_ccmon_using export' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using export' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using export' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using export' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using export' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using export' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using export' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using export' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using export' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using export' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using export' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using export' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using export' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using export' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using export' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using export' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using export' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using export' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using export' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using export' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using export' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using export' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using export' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using export' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using export' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using export' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using export' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using export' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using export' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a why -d 'Where each number comes from.'
complete -c ccmon -n '_shtab_ccmon_using why' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using why' -l json -d 'as one JSON object'
complete -c ccmon -n '_shtab_ccmon_using why' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using why' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using why' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using why' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using why' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using why' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using why' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using why' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using why' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using why' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using why' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using why' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using why' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using why' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using why' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using why' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using why' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using why' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using why' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using why' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using why' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using why' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using why' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using why' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using why' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using why' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using why' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using why' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using why' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a hit -d 'Note that Claude has just cut you off: the limit is learned from it. L on the screen does the same.'
complete -c ccmon -n '_shtab_ccmon_using hit' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using hit' -l at -x -d 'not now but then: 14:30, 2pm, 10m (ago), yesterday 14:30, 2026-11-22 14:30, epoch seconds'
complete -c ccmon -n '_shtab_ccmon_using hit' -l undo -d 'take back what was noted last'
complete -c ccmon -n '_shtab_ccmon_using hit' -l list -d 'what is noted, with the limit messages in the logs'
complete -c ccmon -n '_shtab_ccmon_using hit' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using hit' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using hit' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using hit' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using hit' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using hit' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using hit' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using hit' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using hit' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using hit' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using hit' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using hit' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using hit' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using hit' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using hit' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using hit' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a learn -d 'Learn the account'"'"'s real limit, and say how good the forecasts are. Nothing is ever sent.'
complete -c ccmon -n '_shtab_ccmon_using learn' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using learn' -l report -d 'what is known, and the score of the forecasts so far'
complete -c ccmon -n '_shtab_ccmon_using learn' -l forget -d 'start anew: readings so far count no more; the history stays'
complete -c ccmon -n '_shtab_ccmon_using learn' -l share -d 'an anonymous summary, to read and post where limits are compared'
complete -c ccmon -n '_shtab_ccmon_using learn' -l compare -xka "(__fish_complete_path (commandline -ct))" -d 'one'"'"'s own place among such summaries; - is standard input'
complete -c ccmon -n '_shtab_ccmon_using learn' -l evaluate -xka "(__fish_complete_path (commandline -ct))" -d 'try the forecasts on series, CSV files; - is standard input'
complete -c ccmon -n '_shtab_ccmon_using learn' -l at-percent -x -d 'with --evaluate: P % is the limit (default: 100)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l at-quantile -x -d 'with --evaluate: the limit is what Q % of the series'"'"' own sessions stay below'
complete -c ccmon -n '_shtab_ccmon_using learn' -l subscription -xka "pro max max5 max20 teams enterprise" -d 'with --share and --compare: your subscription: pro, max, max5, max20, teams, enterprise'
complete -c ccmon -n '_shtab_ccmon_using learn' -l json -d 'as JSON'
complete -c ccmon -n '_shtab_ccmon_using learn' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using learn' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using learn' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using learn' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using learn' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using learn' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using learn' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using learn' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using learn' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using learn' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using learn' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using learn' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using learn' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using learn' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using learn' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using learn' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a config -d 'The settings: their values, and where each comes from; set, unset and edit change config.ini.'
complete -c ccmon -n '_shtab_ccmon_using config' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using config' -l json -d 'with list: as one JSON object'
complete -c ccmon -n '_shtab_ccmon_using config' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using config' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using config' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using config' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using config' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using config' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using config' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using config' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using config' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using config' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using config' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using config' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using config' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using config' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using config' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using config' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using config' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using config' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using config' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using config' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using config' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using config' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using config' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using config' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using config' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using config' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using config' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using config' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using config' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using config; and test $_shtab_ccmon_npos -eq 0' -ka "list get set unset edit path" -d 'list: every option (this is the default); get: one value; set: write a value; unset: take it out; edit: open the file in VISUAL or EDITOR; path: where it is'
complete -c ccmon -n '_shtab_ccmon_using config; and test $_shtab_ccmon_npos -eq 1' -ka "(_ccmon_names)" -d 'an option such as plan, or plans.NAME, prices.MODEL'
complete -c ccmon -n '_shtab_ccmon_using config; and test $_shtab_ccmon_npos -eq 2' -ka "(_ccmon_values)" -d 'what it is set to'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a completion -d 'Print the completions for a shell. In its start-up file: eval "$(ccmon completion bash)"; for fish: ccmon completion fish | source.'
complete -c ccmon -n '_shtab_ccmon_using completion' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using completion; and test $_shtab_ccmon_npos -eq 0' -ka "bash zsh fish" -d 'bash, zsh, fish'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a doctor -d 'Look what is wrong around ccmon, and say which command mends it. It changes nothing; exit code 1 when it finds a fault.'
complete -c ccmon -n '_shtab_ccmon_using doctor' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l json -d 'as one JSON object'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using doctor' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a alerts -d 'What you are told without looking, and how. Off unless alerts is set. test sends one through every channel of alert_by, and says what happened.'
complete -c ccmon -n '_shtab_ccmon_using alerts' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using alerts' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using alerts; and test $_shtab_ccmon_npos -eq 0' -ka "test" -d 'try every channel'
complete -c ccmon -n '_shtab_ccmon_using alerts; and test $_shtab_ccmon_npos -eq 1' -ka "80 100 runs_out reset allocation unusual credits" -d 'the kind to try: 80, 100, runs_out, reset, allocation, unusual, credits, or another percentage from 1 to 1000'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a accounts -d 'The accounts that are known here, with their limits: a row each, never summed. --account shows one of them.'
complete -c ccmon -n '_shtab_ccmon_using accounts' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l json -d 'as one JSON object'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l version -d 'print the version and exit'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l plan -xka "(_ccmon_plans)" -d 'pro (7,000 tokens), max5 (35,000), max20 (140,000): reference figures; custom_max: your largest completed session; ml_auto: the learned limit (default: pro)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l limit -x -d 'the limit in tokens, instead of the plan'"'"'s figure: 500000, 500k or 1.5M'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l reset -xka "session schedule" -d 'session: the session'"'"'s own end; schedule: the reference times 04:00, 09:00, 14:00, 18:00, 23:00; or your own hours, as 5,10,15,20 (default: session)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l reset-hour -xka "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23" -d 'one daily reset hour, 0 (midnight) to 23'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l timezone -xka "(_ccmon_zones)" -d 'zone of all times shown: local, or a name such as Europe/Berlin (default: Europe/Warsaw)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l clock -xka "12 24" -d 'times of day for people as 14:05 (24) or 2:05pm (12) (default: 24)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l interval -x -d 'seconds between two looks at the usage (default: 3)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l account -x -d 'the account to show: a name that ccmon accounts prints'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l timeout -x -d 'seconds that ccusage may take (default: 30)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l ccusage -xka "(_ccmon_command_or_file)" -d 'the ccusage program to run: an absolute path, or a name on PATH'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l source -xka "auto ccusage logs" -d 'where the usage is read: ccusage; logs: Claude Code'"'"'s own log files; auto: ccusage, the logs when it cannot be started (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l no-account-file -d 'no plan, limits and credits of the account out of Claude Code'"'"'s own file ~/.claude.json'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l official -xka "statusline claude" -d 'who else tells the limits: statusline: nobody; claude: the claude program, asked every 5 minutes at most (experimental; it asks Anthropic) (default: statusline)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l theme -xka "(_ccmon_themes)" -d 'colours: auto (dark or light, as the terminal is), dark, light, high-contrast, high-contrast-light, solarized, solarized-light, terminal, mono; or one of your own, [theme.NAME] in config.ini (default: auto)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l compact -d 'the small layout in any window'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l ascii -d 'no characters beyond ASCII'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l no-guardian -d 'no small process that brings the terminal back after a kill'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l no-emoji -d 'no emoji before the labels'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l format -xka "plain ansi tmux tmuxdark tmuxlight tmuxbright bash zsh fish starship waybar i3blocks polybar xbar json claude" -d 'with --statusline: who shows the line: plain, ansi, tmux, tmuxdark, tmuxlight, tmuxbright, bash, zsh, fish, starship, waybar, i3blocks, polybar, xbar, json, claude (default: plain)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l template -x -d 'with --statusline: text of the line, with fields as {percent} or {bar:10}'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l max-width -x -d 'with --statusline: cells that the line may take (default: 80)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l wait -x -d 'with --statusline: seconds to wait when there is no line yet (default: 1)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l line-ttl -x -d 'seconds that a status line counts as fresh (default: 15)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l alerts -xka "80 100 runs_out reset allocation unusual credits all none" -d 'what to be told of: 80, 100, runs_out, reset, allocation, unusual, credits; all; or other percentages of each limit, as 50, 95'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l alert-by -xka "bell desktop command webhook" -d 'how to be told: bell, desktop, command, webhook (default: bell,desktop)'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l alert-command -x -d 'the command to run, with CCMON_ALERT_TEXT and other variables'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l alert-webhook-file -xka "(__fish_complete_path (commandline -ct))" -d 'the file, of mode 0600, with the address of the webhook'
complete -c ccmon -n '_shtab_ccmon_using accounts' -l demo -d 'simulated usage; nothing is read or kept'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a uninstall -d 'Take out all that ccmon has written: its lines in start-up files, in the tmux that runs and in Claude Code'"'"'s settings, its own settings, cached lines and log. It lists them and asks before; the history stays. Exit code 1 when something had to be left alone, which it names.'
complete -c ccmon -n '_shtab_ccmon_using uninstall' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using uninstall' -l history -d 'the history, too, with the copies of it that ccmon has made'
complete -c ccmon -n '_shtab_ccmon_using uninstall' -l yes -d 'do not ask; needed where there is no terminal'
complete -c ccmon -n '_shtab_ccmon_using uninstall' -l dry-run -d 'only list it'
complete -c ccmon -n '_shtab_ccmon_using; and test $_shtab_ccmon_npos -eq 0' -a help -d 'The help of a command, of an option, or of all options; or a page of the manual, also where man knows none.'
complete -c ccmon -n '_shtab_ccmon_using help' -s h -l help -d 'show this help message and exit'
complete -c ccmon -n '_shtab_ccmon_using help' -l man -xka "ccmon line history learn config" -d 'a page of the manual: ccmon, line, history, learn, config'
complete -c ccmon -n '_shtab_ccmon_using help; and test $_shtab_ccmon_npos -eq 0' -ka "history record init report merge export why hit learn config completion doctor alerts accounts uninstall options" -d 'a command, the name of an option, or options'
