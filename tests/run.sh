#!/bin/sh
# Install what the tests need on a fresh machine, then run them all: sh tests/run.sh [pytest's arguments]
# The usual run ends in minutes; --all: whatever there is, for a night (see extent.py). The oldest Python leaves out newest_only.
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

install_libraries() {                  # of setup.cfg into $venv, unless it has them
    [ -x "$venv/bin/pip" ] || "$python" -m venv "$venv"
    "$venv/bin/python" -c 'import configparser
setup = configparser.ConfigParser()
setup.read("setup.cfg")
print(setup["options"]["install_requires"], setup["options.extras_require"]["test"], sep="\n")' >"$work/wanted"
    [ -z "$lowest" ] || printf 'pytz==2019.1\ntabulate==0.8.8\n' >>"$work/wanted"
    cmp -s "$work/wanted" "$venv/wanted" && return
    "$venv/bin/pip" install --quiet --disable-pip-version-check --upgrade pip setuptools wheel
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$work/wanted"
    cp "$work/wanted" "$venv/wanted"
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

pythons=${PYTHONS:-$(find_pythons)}
oldest=$(echo "${pythons:-python3}" | tr ' ' '\n' | head -n 1)
newest=$(echo "${pythons:-python3}" | tr ' ' '\n' | tail -n 1)
for python in ${pythons:-python3}; do
    chosen="not newest_only"; [ "$python" = "$newest" ] && chosen=
    venv=$work/venv-$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    lowest=
    [ "$python" = "$oldest" ] && [ "$python" != "$newest" ] && lowest=1        # the oldest Python with the oldest libraries
    install_libraries
    echo "== $("$venv/bin/python" --version)"
    for half in "tests/faults tests/test_[a-k]*.py" "tests/test_[l-z]*.py"; do      # compile the tests once, before all do
        # shellcheck disable=SC2086
        "$venv/bin/python" -m pytest -qq --collect-only -m "$chosen" $half >/dev/null &
    done
    wait
    # shellcheck disable=SC2086
    LOWEST_VERSIONS=$lowest "$venv/bin/python" -m pytest -n 6 --dist loadgroup -m "$chosen" "$@" ||
        { code=$?; [ "$lowest$code" = 15 ] || exit "$code"; }          # 5: of what was asked for the oldest runs nothing
done
