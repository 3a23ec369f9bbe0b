"""What ``simulate drivers`` writes into its folder."""

import json
from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from simulate.analysis.driver_tables import effect_table, index_table, summary
from simulate.analysis.drivers import Drivers
from simulate.folder import SUMMARY
from simulate.output import PICTURE_KINDS, write_table
from simulate.plots.drivers import plot_drivers
from simulate.plots.style import save_picture
from simulate.plots.tenths import plot_tenths
from simulate.plots.tornado import plot_tornado

DRIVERS_TABLE, INPUTS_TABLE = "drivers.parquet", "inputs.parquet"
PICTURES: dict[str, Callable[[Drivers], Figure]] = {
    "drivers": plot_drivers,
    "tornado": plot_tornado,
    "tenths": plot_tenths,
}
OWN_FILES = {SUMMARY, DRIVERS_TABLE, INPUTS_TABLE} | {
    f"{name}{kind}" for name in PICTURES for kind in PICTURE_KINDS
}


def write_drivers(drivers: Drivers, folder: Path) -> None:
    """Write tables, summary and pictures into a folder."""
    write_table(index_table(drivers), folder / DRIVERS_TABLE, drivers.scenario)
    write_table(effect_table(drivers), folder / INPUTS_TABLE, drivers.scenario)
    text = json.dumps(summary(drivers), indent=2, ensure_ascii=False)
    (folder / SUMMARY).write_text(f"{text}\n", encoding="utf-8")
    for name, draw in PICTURES.items():
        figure = draw(drivers)
        for kind in PICTURE_KINDS:
            save_picture(figure, folder / f"{name}{kind}")
