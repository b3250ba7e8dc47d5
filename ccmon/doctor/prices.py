"""How old the table of prices is: `ccmon doctor` says it of ccmon, with which it comes. No looking here."""

from datetime import date

from ccmon.doctor.verdicts import HINT, OK, Check
from ccmon.text import plural
from ccmon.usage.price_table import DATE, OLD_DAYS

_DAY_S = 86_400


def aged(check: Check, now: int) -> Check:
    """The verdict on ccmon; now is epoch seconds. Newer models have no price, and others may cost something else."""
    days = now // _DAY_S - (date(*map(int, DATE.split("-"))) - date(1970, 1, 1)).days
    if check.state != OK or days <= OLD_DAYS:
        return check
    says = f"{check.says}: its prices are of {DATE}, {plural(days, 'day')} old"
    return check._replace(state=HINT, says=says, mend="git pull && .venv/bin/pip install .")
