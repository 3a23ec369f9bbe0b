"""What the keys of a scenario are called in sentences and pictures."""

from collections.abc import Collection

from .distributions.quantiles import QUANTILE_KEY

# Whose members need no word of where they stand.
PLAIN_SECTIONS = ("segments.", "hardware.", "funding.", "inference.", "cash.")
NAMES = {
    "inference.overrun": "inference overrun",
    "inference.overrun_carried": "share of an overrun that stays",
    "inference.base_overrun": "overrun of the base year",
    "inference.catch_up_half_life": "half-life of the gain over prices",
    "training.drift_carried": "share of a training drift that stays",
    "free_users.users": "number of free users",
    "cash.opening": "opening cash",
}
ATTRIBUTES = {
    "growth.initial": "initial growth",
    "growth.lasting": "lasting growth",
    "growth.half_life": "half-life of growth",
    "adoption_half_life": "half-life of adoption",
    "client_loss.rate": "rate of client losses",
    "client_loss.share": "share lost with a client",
    "generation.rate": "rate of jumps",
    "generation.size": "size of jumps",
    "fixed": "fixed part",
    "variable": "variable part",
}


def words_of_key(key: str) -> str:
    """Return what a key, or a group of shocks, is called, such as ``initial growth of api``."""
    if key in NAMES:
        return NAMES[key]
    for section in PLAIN_SECTIONS:
        key = key.removeprefix(section)
    owner, dot, attribute = key.partition(".")
    if not dot:
        return _plain(owner)
    return f"{ATTRIBUTES.get(attribute, _plain(attribute))} of {_plain(owner)}"


def _words_of_correlation(pair: str) -> str:
    names = (words_of_key(name.strip()) for name in pair.strip('"').split(","))
    return f"correlation of {' and '.join(names)}"


def words_of_setting(key: str, inputs: Collection[str]) -> str:
    """Return what a key is called, with the quantile or parameter of an input that it names.

    Parameters
    ----------
    key
        As ``inference.efficiency_gain.p50``, which is ``median efficiency gain``.
    inputs
        Keys of the scenario's inputs.
    """
    section, _, pair = key.partition(".")
    if section == "correlations":
        return _words_of_correlation(pair)
    parent, _, last = key.rpartition(".")
    if key in inputs or parent not in inputs:
        return words_of_key(key)
    if last == "p50":
        return f"median {words_of_key(parent)}"
    name = last.upper() if QUANTILE_KEY.fullmatch(last) else _plain(last)
    return f"{name} of {words_of_key(parent)}"


def _plain(name: str) -> str:
    return name.replace(".", " ").replace("_", " ")
