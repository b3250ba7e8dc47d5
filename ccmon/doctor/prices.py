"""How old the table of prices is: `ccmon doctor` says it. No looking here."""

from datetime import date

from ccmon.doctor.verdicts import HINT, OK, Check
from ccmon.text import plural
from ccmon.usage.price_table import DATE, OLD_DAYS

TOPIC = "prices"
_DAY_S = 86_400


def verdict(now: int) -> Check:
    """now is epoch seconds. Models that came out since have no price, and others may cost something else."""
    days = (date(1970, 1, 1) - date(*map(int, DATE.split("-")))).days + now // _DAY_S
    if days <= OLD_DAYS:
        return Check(TOPIC, OK, f"of {DATE}")
    return Check(TOPIC, HINT, f"of {DATE}, {plural(days, 'day')} old: newer models have none, others may cost something else now",
                 "git pull && .venv/bin/pip install .")
