"""The clock door: CCMON_NOW, zones by name, near matches, the system's zone, and a Python without pytz."""

import subprocess
import sys
import time
from datetime import datetime

import pytest
from commands import ROOT
from hypothesis import given
from hypothesis import strategies as st

from ccmon import when
from ccmon.errors import CcmonError
from ccmon.system import clock


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


def test_local():
    assert when.local(1720000000, clock.zone("Europe/Warsaw")) == datetime(2024, 7, 3, 11, 46, 40)


@given(st.sampled_from(["Europe/Warsaw", "Pacific/Kiritimati", "Etc/GMT+12", "UTC", "local"]), st.integers())
def test_local_never_raises(name, epoch):
    assert 1 <= when.local(epoch, clock.zone(name)).year <= 9999


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
from ccmon.system import clock; from ccmon import errors
print(clock.zone("local").name)
try:
    clock.zone("Europe/Warsaw")
except errors.CcmonError as error:
    print(error)
"""


def test_without_pytz_the_way_out_is_named():
    words = [sys.executable, "-S", "-c", PYTZ_LESS]
    run = subprocess.run(words, cwd=str(ROOT), stdout=subprocess.PIPE, check=True, encoding="utf-8")
    name, error = run.stdout.splitlines()
    assert name and error.startswith("pytz is missing. Install it with: ") and error.endswith("install pytz")


@pytest.mark.parametrize("prefix, pip", [("/opt/my env", "'/opt/my env/bin/pip'"), (sys.base_prefix, "/usr/bin/py -m pip")])
def test_the_pip_of_this_python(monkeypatch, prefix, pip):
    monkeypatch.setattr(sys, "prefix", prefix)
    monkeypatch.setattr(sys, "executable", "/usr/bin/py")
    monkeypatch.setitem(sys.modules, "pytz", None)
    with pytest.raises(CcmonError, match="Install it with: " + pip + " install pytz$"):
        clock.zone("EST")


def test_pytz_is_loaded_only_for_a_zone_that_is_odd():
    code = ("import sys; from ccmon.system import clock; clock.now({}); "
            "print([(clock.zone(name).name, 'pytz' in sys.modules) for name in ('local', 'utc', 'Europe/Warsaw', 'poland')][1:])")
    run = subprocess.run([sys.executable, "-c", code], cwd=str(ROOT), stdout=subprocess.PIPE, check=True, encoding="utf-8")
    assert run.stdout == "[('UTC', False), ('Europe/Warsaw', False), ('Poland', True)]\n"


def test_a_zone_that_can_be_no_file_is_an_unknown_one():
    with pytest.raises(CcmonError, match="Unknown time zone"):
        clock.zone("Europe/A\0")       # a ValueError of open, as Łódź/Ł is in a locale of ASCII alone
