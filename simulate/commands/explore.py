"""``simulate explore``."""

import re
import sys
import webbrowser
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from ipaddress import ip_address
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from simulate.interruption import end_at_once, ignore_interruptions
from simulate.scenario import ScenarioError, find_scenario
from simulate.text.terminal import console, tell

from .pictures import has_screen
from .session import (
    Chosen,
    Data,
    File,
    Seed,
    Set,
    Stress,
    Threads,
    Variant,
    compile_kernels,
    tell_notes,
)

if TYPE_CHECKING:
    from uvicorn import Server

    from simulate.engine.run import Session
    from simulate.explorer.pages import Explorer
    from simulate.scenario import Scenario

# Addresses that only this machine reaches, and one of them at each that stands for all.
LOOPBACK, EVERYWHERE = ("127.0.0.1", "localhost", "::1"), {"0.0.0.0": "127.0.0.1", "::": "::1"}
MOST_PATHS = 1 << 22


def explore(
    file: File = None,
    settings: Set = None,
    variant: Variant = None,
    stress: Stress = None,
    data: Data = None,
    paths: Annotated[
        int | None,
        typer.Option(
            min=1024,
            max=MOST_PATHS,
            help="Paths of an answer at rest.",
            show_default="those of the scenario",
        ),
    ] = None,
    seed: Seed = None,
    threads: Threads = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port.", show_default="a free one")
    ] = 0,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, and open no browser.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="Address to listen at; any but this machine's own needs --allow.")
    ] = LOOPBACK[0],
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A name that other machines call this one by, as lab-box or lab-box:8000; may be "
            "repeated.",
        ),
    ] = None,
) -> None:
    """Open a page that answers while an assumption is dragged.

    A preview follows the hand, and all paths when it rests. Only this machine's own browser is
    answered, unless --host and --allow say otherwise. Ctrl-C ends it.
    """
    from secrets import token_urlsafe

    if not (_is_loopback(host) or allow):
        raise ScenarioError(f"--host {host} needs --allow NAME, by which others call this machine")
    chosen = Chosen(file, variant, stress, settings, data)
    scenario = chosen.load()
    tell_notes(scenario)
    from simulate.explorer.server import application, listen, server
    from simulate.explorer.work import Work

    listening = listen(host, port)
    names, token = _names(host, listening.getsockname()[1], allow or ()), token_urlsafe(16)
    address = f"http://{names[0]}/{token}/"
    if not _is_loopback(host):
        tell(f"warning: who reaches {host} and knows this address may use it; nothing is encrypted")
    console().print(f"explorer: {address}", soft_wrap=True, highlight=False)
    if not no_browser and has_screen():
        webbrowser.open(address)
    with ExitStack() as opened, Work() as work, ThreadPoolExecutor(1) as aside:
        loading = aside.submit(_load, chosen, scenario, paths, seed, threads, opened)
        answering = server(application(loading, work, names, token))
        loading.add_done_callback(lambda done: _end_if_failed(done, answering))
        try:
            answering.run(sockets=[listening])
        except KeyboardInterrupt:
            if not loading.done():
                end_at_once()
            ignore_interruptions()
            # Which ends it, as it should: the shell's ^C has a line of its own.
            print(file=sys.stderr)
        loading.result()
    tell("Ended; what was not saved is kept in the page's address.")


def _load(
    chosen: Chosen,
    scenario: "Scenario",
    paths: int | None,
    seed: int | None,
    threads: int | None,
    opened: ExitStack,
) -> "Explorer":
    """Return what all pages share, while the browser already opens one."""
    from simulate.engine.run import Session
    from simulate.engine.sampling import with_sampling

    compile_kernels(silent=False)
    scenario = with_sampling(scenario, paths, seed)
    session = opened.enter_context(Session(threads))
    Thread(target=_read_kernels, args=(session, scenario)).start()
    from simulate.explorer.others import Opened
    from simulate.explorer.pages import Explorer

    found = find_scenario(chosen.file)
    settings, data = tuple(chosen.settings or ()), tuple(chosen.data or ())
    how = Opened(found, chosen.variant, chosen.stress, settings, data, paths, seed)
    explorer = Explorer(scenario, found, min(scenario.sampling.paths, MOST_PATHS), session, how)
    opened.callback(explorer.close)
    return explorer


def _read_kernels(session: "Session", scenario: "Scenario") -> None:
    """Read the machine code of what is needed first, while modules are read."""
    # What can't be run is told with the answer.
    with suppress(ScenarioError):
        session.simulation(scenario).advance(1)


def _end_if_failed(loading: "Future[Explorer]", answering: "Server") -> None:
    answering.should_exit = loading.exception() is not None


def _is_loopback(host: str) -> bool:
    """Tell whether only this machine reaches an address."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


def _names(host: str, port: int, allowed: Sequence[str]) -> list[str]:
    """Return the names that the page may be called by, each with its port; the first is told."""
    here = EVERYWHERE.get(host, host)
    own = list(dict.fromkeys([here, *LOOPBACK])) if _is_loopback(here) else list(LOOPBACK)
    known = [f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name in own]
    others = [name if re.search(r":\d+$", name) else f"{name}:{port}" for name in allowed]
    return known + others if _is_loopback(here) else others + known
