"""Who does the work of runs: threads of this process, or others, and whether it is kept."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from warnings import warn

from .units import Executor, Threads, ThreadUnits, thread_count

if TYPE_CHECKING:
    from distributed import Client


@contextmanager
def executor(
    threads: Threads = None,
    *,
    checkpoint: Path | str | None = None,
    client: "Client | None" = None,
    cluster: str | None = None,
    workers: int | None = None,
    tell: Callable[[str], None] = warn,
) -> Iterator[Threads]:
    """Give what ``threads`` of a run, or of what takes many, may be.

    Parameters
    ----------
    threads
        Of this process, by default one a processor.
    checkpoint
        A folder that keeps what is finished: the same work goes on from there, whatever ended it.
    client
        Of a Dask cluster, which does the work instead.
    cluster
        The address of a Dask scheduler, such as ``tcp://host:8786``, instead.
    workers
        So many processes of this machine instead.
    tell
        Called with what is to be known of the cluster.

    Raises
    ------
    ScenarioError
        If the folder is of something else, or the cluster can't be had.

    Examples
    --------
    >>> with executor(checkpoint="kept") as threads:
    ...     found = simulate.sweep(scenario, "cash.opening=30,40", threads=threads)
    """
    with ExitStack() as stack:
        found = threads
        if client is not None or cluster is not None or workers is not None:
            from .cluster import Cluster, connected

            client = client or stack.enter_context(connected(cluster, workers, tell))
            found = Cluster(client, thread_count(threads), tell)
        if checkpoint is not None:
            from .checkpoint import Checkpoint

            others = found if isinstance(found, Executor) else ThreadUnits(found)
            found = Checkpoint(Path(checkpoint), others)
        yield found
