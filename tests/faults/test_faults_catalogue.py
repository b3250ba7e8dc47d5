"""The table in README.md beside this file: each row of the catalogue has its tests, and says where they are."""

import ast
import os
import re
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.newest_only

HERE = Path(__file__).parent
TABLE = HERE / "README.md"
COUNTS = {"T": 27, "P": 20, "D": 28, "C": 10, "S": 14, "X": 12, "M": 11}
ROWS = [f"{letter}-{number}" for letter, count in COUNTS.items() for number in range(1, count + 1)]


def rows_of(name):
    """test_T05_T06_words -> T-5 and T-6."""
    marks = re.match(r"test((?:_[TPDCSXM]\d\d)+)_", name)
    return [f"{mark[0]}-{int(mark[1:])}" for mark in marks[1].split("_")[1:]] if marks else []


@lru_cache
def found_tests():
    """Row -> file -> how many tests."""
    found = {row: Counter() for row in ROWS}
    for path in sorted(HERE.glob("test_faults_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            for row in rows_of(node.name) if isinstance(node, ast.FunctionDef) else []:
                found[row][path.stem[len("test_faults_"):]] += 1
    return found


def renewed(text):
    """The table with its last column as the files are."""
    found = found_tests()

    def line(match):
        files = ", ".join(f"{name} {count}" for name, count in sorted(found[match[2]].items()))
        return f"{match[1]} {files} |" if files else f"{match[1]} |"
    return re.sub(r"^(\| ([TPDCSXM]-\d+) \|[^|\n]*\|[^|\n]*\|)[^|\n]*\|$", line, text, flags=re.MULTILINE)


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_a_test(row):
    assert found_tests()[row]


def test_the_table_has_every_row_and_is_current():
    text = TABLE.read_text()
    if os.environ.get("UPDATE_GOLDEN"):
        TABLE.write_text(renewed(text))
    assert re.findall(r"^\| ([TPDCSXM]-\d+) \|", text, flags=re.MULTILINE) == ROWS
    assert text == renewed(text)
