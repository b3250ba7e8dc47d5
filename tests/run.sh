#!/bin/sh
# Install what the tests need on a fresh machine, then run them all: sh tests/run.sh [pytest's arguments]
# CI=true: of what is costly a part (see extent.py), so that it ends in time.
# PYTHONS: the interpreters to use, default: the oldest and the newest of 3.8 to 3.15 that are here.
set -eu
unset PYTHONDONTWRITEBYTECODE           # or each of the processes compiles the tests anew
cd "$(dirname "$0")/.."
work=${CCMON_TEST_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/ccmon-tests}
mkdir -p "$work"

install_programs() {
    missing=
    for program in tmux zsh fish busybox mandoc strace; do
        command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
    done
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-dejavu-core"
    python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
    [ -z "$missing" ] && return
    command -v apt-get >/dev/null 2>&1 || { echo "please install:$missing" >&2; return; }
    as_root=; [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq $missing >/dev/null
}

install_promtool() {                   # without the service that its package starts
    command -v promtool >/dev/null 2>&1 && return
    [ -x "$work/prometheus/usr/bin/promtool" ] ||
        (cd "$work" && apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb prometheus) ||
        echo "promtool is missing: its tests are skipped" >&2
    PATH=$PATH:$work/prometheus/usr/bin
}

install_ccusage() {  # version -> its own folder
    [ -x "$work/ccusage-$1/node_modules/.bin/ccusage" ] && return
    command -v npm >/dev/null 2>&1 || { echo "npm is missing: the tests with the real ccusage cannot run" >&2; return; }
    mkdir -p "$work/ccusage-$1"
    npm install --loglevel=error --no-fund --no-audit --prefix "$work/ccusage-$1" "ccusage@$1" >/dev/null
}

find_pythons() {  # oldest and newest
    for minor in 8 9 10 11 12 13 14 15; do
        for python in "$HOME"/.pyenv/versions/3.$minor.*/bin/python "$(command -v python3.$minor || true)"; do
            [ -x "$python" ] && "$python" -c "import sys; sys.exit(sys.version_info[:2] != (3, $minor))" 2>/dev/null &&
                { echo "$python"; break; }
        done
    done | sed -n '1p;$p' | uniq
}

install_programs
install_promtool
install_ccusage 20.0.24
install_ccusage 18.0.11
export CCUSAGE_20="$work/ccusage-20.0.24/node_modules/.bin/ccusage" CCUSAGE_18="$work/ccusage-18.0.11/node_modules/.bin/ccusage"

source=$work/source                    # pip builds where the source is: not in the checkout
rm -rf "$source"
mkdir "$source"
cp -R ccmon man completions README.md LICENSE setup.py setup.cfg pyproject.toml "$source"

# What no version of Python changes runs on the newest only: shells, tmux, terminals, pages in a browser, other programs, the
# README, generated files, the shape of the sources, long back-tests, kills.
once=
for name in init init_guest init_claude_shells line_seen ccmon_line dialects templates tmux_screen report_browser backtest \
    learning_change learning_events learning_evaluate_week learning_week lessons_damaged why_learned simulator history_command \
    readme readme_tables manual dockerfile packaging windows doctor first_run svg \
    completion_command generated architecture learning_posterior learning_ruler learning_extra learning_evaluate alerts_command \
    output views_limits history_pictures store_care statusline config_command report_command learn_command lessons outlook \
    log_real_ccusage demo why prices history_rating history_logs accounts read_beside merge_ledgers hook merge \
    line_windows claude_windows views_windows history_windows alerts_windows export_rules account_command account_list \
    account_file claude_asked doctor_account binding model_weeks official_replay uninstall background own_name \
    report_views refresh sound_places settings_json screen sources sources_unchanged store_thin own_themes doctor_history small_screen real_ccusage; do
    once="$once --ignore=tests/test_$name.py"
done
for name in D_kills D_processes P_running P_real_ccusage S_line S_refresher S_soak T_jobs T_kinds T_painting T_streams \
    D_streams C_clock T_windows D_claims X_tables X_prompts X_private X_folders hostile_places hostile_data C_zones D_disks D_damage S_states S_streams T_leaving \
    T_guardian T_only_screen T_pastes S_stopped S_full S_no_flock S_long_lines D_own_files D_whose D_vanished D_left_behind \
    D_commands D_writes D_readers D_rewritten X_planted X_meanwhile X_webhooks X_merged C_jumps P_program P_output D_schema catalogue \
    M_terminals M_polls M_locales M_desktops M_seconds M_programs M_login_shell M_packages M_processes M_forked M_disks; do
    once="$once --ignore=tests/faults/test_faults_$name.py"
done
pythons=${PYTHONS:-$(find_pythons)}
oldest=$(echo "${pythons:-python3}" | tr ' ' '\n' | head -n 1)
newest=$(echo "${pythons:-python3}" | tr ' ' '\n' | tail -n 1)
for python in ${pythons:-python3}; do
    skipped=$once; [ "$python" = "$newest" ] && skipped=
    venv=$work/venv-$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    [ -x "$venv/bin/pip" ] || "$python" -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --upgrade pip setuptools wheel
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$source[test]"
    lowest=
    if [ "$python" = "$oldest" ] && [ "$python" != "$newest" ]; then       # the oldest Python with the oldest libraries
        lowest=1
        "$venv/bin/pip" install --quiet --disable-pip-version-check "pytz==2019.1" "tabulate==0.8.8"
    fi
    echo "== $("$venv/bin/python" --version)"
    for half in "tests/faults tests/test_[a-k]*.py" "tests/test_[l-z]*.py"; do      # compile the tests once, before all do
        # shellcheck disable=SC2086
        "$venv/bin/python" -m pytest -qq --collect-only $skipped $half >/dev/null &
    done
    wait
    # shellcheck disable=SC2086
    LOWEST_VERSIONS=$lowest "$venv/bin/python" -m pytest -n 6 --dist loadgroup $skipped "$@"
done
