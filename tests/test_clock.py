"""The clock door: CCMON_NOW, zones by name, near matches, the system's zone, and a Python without pytz."""

import subprocess
import sys
import time
from datetime import datetime

import pytest
import pytz
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from ccmon import clock, when
from ccmon.model import CcmonError


def test_now_is_the_clock():
    before = int(time.time())
    assert before <= clock.now({}) <= clock.now({"CCMON_NOW": ""}) <= int(time.time())


def test_now_from_the_environment():
    assert clock.now({"CCMON_NOW": "1700000000"}) == 1700000000
    assert clock.now({"CCMON_NOW": " 0\n"}) == 0


@pytest.mark.parametrize("bad", [
    "x", "-5", "1.5", "1e9", "١٢", "²", "9" * 12, pytest.param("9" * 5000, id="long"), "2026-01-01", "0x10", "\x1b[31m",
])
def test_now_refuses(bad):
    with pytest.raises(CcmonError, match="CCMON_NOW is .*epoch seconds") as caught:
        clock.now({"CCMON_NOW": bad})
    assert "\x1b" not in str(caught.value) and len(str(caught.value)) < 120


@pytest.mark.parametrize("asked, name", [
    ("Europe/Warsaw", "Europe/Warsaw"), ("europe/warsaw", "Europe/Warsaw"), (" UTC ", "UTC"), ("utc", "UTC"),
    ("US/EASTERN", "US/Eastern"), ("Etc/GMT+5", "Etc/GMT+5"),
])
def test_zone_names(asked, name):
    assert clock.zone(asked).name == name


@pytest.mark.parametrize("name, epoch, hours", [
    ("Europe/Warsaw", 1705000000, 1), ("Europe/Warsaw", 1720000000, 2), ("UTC", 1720000000, 0), ("Etc/GMT+5", 0, -5),
    ("Australia/Lord_Howe", 1720000000, 10.5), ("Australia/Lord_Howe", 1705000000, 11),
    ("Pacific/Apia", 1325239199, -10), ("Pacific/Apia", 1325239200, 14),
])
def test_offsets(name, epoch, hours):
    assert clock.zone(name).offset_s(epoch) == hours * 3600


def test_local():
    assert when.local(1720000000, clock.zone("Europe/Warsaw")) == datetime(2024, 7, 3, 11, 46, 40)


@given(st.sampled_from(["Europe/Warsaw", "Pacific/Kiritimati", "Etc/GMT+12", "UTC", "local"]), st.integers())
def test_local_never_raises(name, epoch):
    assert 1 <= when.local(epoch, clock.zone(name)).year <= 9999


@given(st.sampled_from(pytz.all_timezones), st.integers(0, 2**31))
def test_local_agrees_with_pytz(name, epoch):
    assert when.local(epoch, clock.zone(name)) == datetime.fromtimestamp(epoch, pytz.timezone(name)).replace(tzinfo=None)


@pytest.mark.parametrize("typo, near", [
    ("Europe/Warszawa", "Europe/Warsaw"), ("Warsaw", "Europe/Warsaw"), ("warszawa", "Europe/Warsaw"),
    ("Asia/Warsaw", "Europe/Warsaw"), ("new york", "America/New_York"), ("Eastern", "US/Eastern"),
    ("tokio", "Asia/Tokyo"), ("Ausralia/Sydney", "Australia/Sydney"),
    ("Lord Howe", "Australia/Lord_Howe"), ("GMT+99", "Etc/GMT+9"),
])
def test_a_typo_gets_near_matches(typo, near):
    with pytest.raises(CcmonError) as caught:
        clock.zone(typo)
    said, _, matches = str(caught.value).partition(". Did you mean ")
    assert said == f"Unknown time zone '{typo}'"
    assert near in matches.rstrip("?").replace(" or ", ", ").split(", ") and matches.count(",") <= 1


def test_the_best_match_comes_first():
    with pytest.raises(CcmonError, match=r"'Europe/Warszawa'\. Did you mean Europe/Warsaw\b"):
        clock.zone("Europe/Warszawa")


@pytest.mark.parametrize("name", [
    "", "  ", "../../etc/passwd", "/etc/localtime", pytest.param("x" * 100_000, id="long"), "\x00", "\x1b[2J", "żółw", "\ud800",
])
def test_what_is_no_zone_at_all(name):
    with pytest.raises(CcmonError, match="(?s)^Unknown time zone '.*Europe/Warsaw, or local") as caught:
        clock.zone(name)
    assert len(str(caught.value)) < 150 and str(caught.value).isprintable()


@pytest.fixture
def tz(monkeypatch):
    """Set the system's zone for one test."""
    def set_zone(name):
        monkeypatch.setenv("TZ", name)
        time.tzset()
    yield set_zone
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("name, at, abbreviation, offset_s", [
    ("Europe/Warsaw", 1705000000, "CET", 3600), ("Europe/Warsaw", 1720000000, "CEST", 7200),
    ("UTC", 1720000000, "UTC", 0), ("XYZ-3:30", 1720000000, "XYZ", 12600),
])
def test_the_system_zone(tz, name, at, abbreviation, offset_s):
    tz(name)
    local = clock.zone("Local", at)
    assert (local.name, local.offset_s(at)) == (abbreviation, offset_s)


def test_the_system_zone_is_named_as_of_now(tz):
    tz("Europe/Warsaw")
    assert clock.zone("local").name == time.tzname[time.localtime().tm_isdst]


PYTZ_LESS = """
import sys
sys.modules["pytz"] = None
from ccmon import clock, model
print(clock.zone("local").name)
try:
    clock.zone("Europe/Warsaw")
except model.CcmonError as error:
    print(error)
"""


def test_without_pytz_the_way_out_is_named():
    run = subprocess.run([sys.executable, "-c", PYTZ_LESS], cwd=str(ROOT), stdout=subprocess.PIPE, check=True, encoding="utf-8")
    name, error = run.stdout.splitlines()
    assert name and error.startswith("pytz is missing. Install it with: ") and error.endswith("install pytz")


@pytest.mark.parametrize("prefix, pip", [("/opt/my env", "'/opt/my env/bin/pip'"), (sys.base_prefix, "/usr/bin/py -m pip")])
def test_the_pip_of_this_python(monkeypatch, prefix, pip):
    monkeypatch.setattr(sys, "prefix", prefix)
    monkeypatch.setattr(sys, "executable", "/usr/bin/py")
    monkeypatch.setitem(sys.modules, "pytz", None)
    with pytest.raises(CcmonError, match="Install it with: " + pip + " install pytz$"):
        clock.zone("UTC")


def test_pytz_is_loaded_only_for_a_zone():
    code = "import sys; from ccmon import clock; clock.now({}); clock.zone('local'); print('pytz' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=str(ROOT), stdout=subprocess.PIPE, check=True, encoding="utf-8")
    assert run.stdout == "False\n"


def test_a_zone_read_from_its_file_is_that_of_pytz():
    moments = [datetime(year, month, 28, 1, 30) for year in (1975, 1999, 2025, 2037, 2080) for month in (1, 4, 7, 10)]
    for name in pytz.common_timezones[::7]:
        ours, theirs = clock.zone(name), pytz.timezone(name)
        for moment in moments:
            epoch = int((moment - datetime(1970, 1, 1)).total_seconds())
            assert ours.offset_s(epoch) == (theirs.fromutc(moment).replace(tzinfo=None) - moment).total_seconds()
