"""The programs and themes that make prompts, and by what they are recognized in a shell that runs."""

from __future__ import annotations

import re
from typing import FrozenSet, Optional

from ccmon.named_tuple import NamedTuple


class Maker(NamedTuple):
    """What makes a prompt."""

    name: str
    target: Optional[str]              # ccmon init TARGET shows what to put where; None: it needs no text of its own
    defines: str                       # a pattern of names: variables and functions of the shell


# The first that is there: frameworks come last, they load the others. No variable that is exported: a shell inherits it.
MAKERS = (
    Maker("powerlevel10k", "p10k", r"p10k|_p9k_precmd"),
    Maker("powerlevel9k", None, r"prompt_powerlevel9k_setup|powerlevel9k_prepare_prompts"),
    Maker("starship", "starship", r"(prompt_)?starship_(precmd|preexec|zle-keymap-select|render)|__starship_.*"),
    Maker("oh-my-posh", "oh-my-posh", r"_omp_\w+|prompt_ohmyposh_\w+|__?posh_\w+"),
    Maker("liquidprompt", "liquidprompt", r"_lp_set_prompt|lp_theme"),
    Maker("spaceship", None, r"spaceship(::|_)?\w*|prompt_spaceship_setup"),
    Maker("pure", None, r"prompt_pure_\w+"),
    Maker("tide", None, r"_tide_\w+"),
    Maker("hydro", None, r"_hydro_\w+"),
    Maker("bash-it", None, r"BASH_IT(_THEME)?|_bash-it-\w+"),
    Maker("oh-my-bash", None, r"OSH_THEME"),
    Maker("prezto", None, r"pmodload|prezto-.*"),
    Maker("oh-my-zsh", None, r"ZSH_THEME|omz"),
)


def maker_of(names: FrozenSet[str]) -> Optional[Maker]:
    """What makes the prompt of the shell in which these names are defined."""
    return next((maker for maker in MAKERS if any(re.fullmatch(maker.defines, name) for name in names)), None)
