"""Writes the packaged vintages: ``python -m docs.make_vintages``; ``--check`` compares them."""

import argparse
from datetime import date

from simulate.analysis.base_rates import base_rates, process_of
from simulate.scenario.figures import packaged_figures
from simulate.scenario.packaged import packaged_configs
from simulate.scenario.vintage import vintage_text

JUNE, JANUARY, END_OF_2024 = date(2026, 6, 30), date(2026, 1, 22), date(2024, 12, 31)
VINTAGES = {
    "anthropic.toml": ("Anthropic", JUNE),
    "openai.toml": ("OpenAI", JUNE),
    "anthropic-2026-01.toml": ("Anthropic", JANUARY),
    "openai-2026-01.toml": ("OpenAI", JANUARY),
    "anthropic-as-of-2024.toml": ("Anthropic", END_OF_2024),
}


def main() -> None:
    """Write the vintages, or name those that are not what is written."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="compare, and write nothing")
    is_check = options.parse_args().check
    figures, process = packaged_figures(), process_of(base_rates())
    differ = []
    for name, (lab, on) in VINTAGES.items():
        file, text = packaged_configs() / name, vintage_text(figures, lab, on, process)
        if is_check and (not file.exists() or file.read_text(encoding="utf-8") != text):
            differ.append(name)
        elif not is_check:
            file.write_text(text, encoding="utf-8")
            print(f"{name} written")
    if differ:
        raise SystemExit(f"{', '.join(differ)}: not what python -m docs.make_vintages writes")


if __name__ == "__main__":
    main()
