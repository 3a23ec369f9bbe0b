"""The explorer, served within a test."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from simulate.engine.run import Session
from simulate.explorer.pages import Explorer
from simulate.explorer.server import application, listen, server
from simulate.explorer.work import Work
from simulate.scenario import Scenario

TOKEN = "a-token"
PATIENCE = 60.0


@contextmanager
def serve(scenario: Scenario, file: Path, paths: int, port: int = 0) -> Iterator[str]:
    """Serve a scenario, and give the page's address."""
    listening = listen("127.0.0.1", port)
    host = f"127.0.0.1:{listening.getsockname()[1]}"
    with Session() as session, Work() as work:
        explorer = Explorer(scenario, file, paths, session)
        loaded: Future[Explorer] = Future()
        loaded.set_result(explorer)
        serving = server(application(loaded, work, [host], TOKEN))
        thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://{host}/{TOKEN}/"
        finally:
            serving.should_exit = True
            thread.join(PATIENCE)
            explorer.close()
            listening.close()
