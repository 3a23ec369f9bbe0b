"""Units on a Dask cluster: counted by its workers, added among them in a tree."""

import logging
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, lru_cache, reduce
from importlib.metadata import version
from itertools import chain, islice
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import numpy as np

from simulate.kernels.cache import source_digest
from simulate.model.tally import Tally
from simulate.scenario import ScenarioError
from simulate.version import package_version

from .packed import pack, unpack
from .units import Counted, Counting, Doers, Done, Unit, Work, cut

try:
    import cloudpickle
    import dask.config
    from distributed import (
        Client,
        Future,
        KilledWorker,
        LocalCluster,
        Security,
        as_completed,
        get_worker,
    )
    from distributed.client import FutureCancelledError
    from distributed.comm.core import CommClosedError
except ImportError:
    raise ScenarioError(
        'a cluster needs Dask, which is not installed: pip install "ai-lab-risk[cluster]"'
    ) from None

# Of a run for each thread of the cluster, so that all end at about the same time.
TASKS_A_THREAD = 8
# Tallies that one task adds.
ADDED_AT_ONCE = 8
SECONDS_TO_ANSWER = 10
ADDRESS = re.compile(r"(tcp|tls|ws|wss)://\S+:\d+")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
Tell = Callable[[str], None]


class MadeBy(NamedTuple):
    """What has to be the same everywhere for numbers to be the same."""

    version: str
    kernels: str
    numpy: str
    scipy: str


class WorkerError(Exception):
    """What is wrong with a worker, in a line."""


class Cluster:
    """Does units on a Dask cluster.

    Parameters
    ----------
    client
        Of it.
    threads
        Of this process, for what isn't done there.
    tell
        Called with what is to be known of the cluster.

    Raises
    ------
    ScenarioError
        If it has no workers, or one with another version of the package.
    """

    def __init__(self, client: Client, threads: int, tell: Tell) -> None:
        self._client, self._threads = client, threads
        self._address = address_of(client)
        with self._in_a_line():
            self._refuse_without_workers()
            self._refuse_other_versions()
        if warning := warning_of(self._address):
            tell(warning)

    @property
    def threads(self) -> int:
        """Those of this process."""
        return self._threads

    @property
    def takes_parts(self) -> bool:
        """Always, since paths are many and workers are elsewhere."""
        return True

    def doers(self) -> Doers:
        """Return the workers that the cluster has now."""
        with self._in_a_line():
            return _doers_of(self._client)

    def counted(self, work: Work, units: Sequence[Unit], done: Done) -> Counting:
        """Yield what units count: each as it is where work is whole, else the sum of its parts."""
        if not units:
            return
        client = self._client
        with self._in_a_line():
            pieces = TASKS_A_THREAD * sum(threads_of(client).values()) // len(units)
            # A task of its own, so that it is there again if the workers that had it are lost.
            sent = client.submit(_same, cloudpickle.dumps(work), pure=False)
            cuts = [[unit] if work.is_whole else list(cut(unit, max(1, pieces))) for unit in units]
            # What is added is let go of, wherever it is.
            coming, leaves, ends = self._begun(sent, cuts)
            try:
                for future in coming:
                    if future.status != "finished":
                        future.result()
                    if future.key in leaves:
                        done(leaves[future.key].paths)
                    if future.key in ends:
                        yield unpack(future.result())
            finally:
                coming.clear()

    def _begun(
        self, sent: Future, cuts: Sequence[Sequence[Unit]]
    ) -> tuple[as_completed, dict[Any, Unit], set[Any]]:
        """Return tasks as they will be done, the units of those that count, and what is wanted."""
        waited: list[Future] = []
        ends: set[Any] = set()
        parts = list(chain.from_iterable(cuts))
        counted = self._client.map(_count, parts, sent=sent, wanted=made_by(), pure=False)
        leaves = {each.key: part for each, part in zip(counted, parts, strict=True)}
        place = iter(counted)
        for each in cuts:
            for alike in _by_replicates(each, list(islice(place, len(each)))):
                sums, end = self._added(alike)
                waited += sums
                ends.add(end.key)
        return as_completed([*counted, *waited], loop=self._client.loop), leaves, ends

    def _added(self, parts: list[Future]) -> tuple[list[Future], Future]:
        """Return the tasks that add parts in a tree, and the one that ends it."""
        sums: list[Future] = []
        while len(parts) > 1:
            groups = [parts[i : i + ADDED_AT_ONCE] for i in range(0, len(parts), ADDED_AT_ONCE)]
            parts = [
                group[0] if len(group) == 1 else self._client.submit(_add, group, pure=False)
                for group in groups
            ]
            sums += parts
        return sums, parts[0]

    def _refuse_without_workers(self) -> None:
        try:
            self._client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
        except TimeoutError:
            raise ScenarioError(
                f"{self._address}: has no workers; start some: dask worker {self._address}"
            ) from None

    def _refuse_other_versions(self) -> None:
        there: Any = self._client.run(made_by, on_error="return")
        for worker, found in there.items():
            if isinstance(found, OSError):
                # It is gone; whoever comes in its place is asked when it counts.
                continue
            if isinstance(found, Exception):
                raise ScenarioError(
                    f"{worker}: has not this version of ai-lab-risk, {package_version()}: "
                    f"{_first_line(found)}"
                )
            if found != made_by():
                raise ScenarioError(_other_version(worker, found, made_by()))

    @contextmanager
    def _in_a_line(self) -> Generator[None, None, None]:
        """Say what went wrong with the cluster in a line."""
        try:
            yield
        except WorkerError as error:
            raise ScenarioError(str(error)) from None
        except KilledWorker as error:
            raise ScenarioError(
                f"{self._address}: workers died at the same work, one after the other, the last "
                f"of them {error.last_worker.address}: give them more memory, or look into "
                "their logs"
            ) from None
        except MemoryError:
            raise ScenarioError(
                f"{self._address}: a worker is out of memory: give workers more of it, or fewer "
                "threads"
            ) from None
        except (FutureCancelledError, CommClosedError, TimeoutError, OSError):
            raise ScenarioError(
                f"{self._address}: the scheduler is gone; start it again, and the command"
            ) from None


@contextmanager
def connected(address: str | None, workers: int | None, tell: Tell) -> Iterator[Client]:
    """Give a client of a cluster: of the scheduler at an address, or one of this machine.

    Raises
    ------
    ScenarioError
        If both are asked for, or nothing answers at the address.
    """
    if address is not None and workers is not None:
        raise ScenarioError("--cluster has its own workers: leave out --workers")
    # What goes wrong is told in a line. Dask's loggers have levels of their own.
    for name in [
        name for name in logging.root.manager.loggerDict if name.startswith("distributed")
    ]:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    if address is None:
        # Dask's profile of its workers' functions takes a fourteenth of their time.
        with dask.config.set({"distributed.worker.profile.enabled": False}):
            local = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                host=LOOPBACK[0],
                dashboard_address=f"{LOOPBACK[0]}:0",
                silence_logs=logging.CRITICAL,
            )
        with local, Client(local) as client:
            tell(_in_words(client))
            yield client
        return
    if not ADDRESS.fullmatch(address):
        raise ScenarioError(f"--cluster {address}: is no address such as tcp://host:8786")
    if (
        address.startswith("tls:")
        and Security().get_connection_args("client")["ssl_context"] is None
    ):
        raise ScenarioError(
            f"--cluster {address}: needs certificates, by Dask's settings or in the environment: "
            "DASK_DISTRIBUTED__COMM__TLS__CA_FILE, …__CLIENT__CERT and …__CLIENT__KEY"
        )
    try:
        client = Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise ScenarioError(
            f"--cluster {address}: no Dask scheduler answers there: {_first_line(error)}"
        ) from None
    with client:
        tell(_in_words(client))
        yield client


def warning_of(address: str) -> str:
    """Return what is to be known of a scheduler's address; empty where it is safe."""
    parts = urlsplit(address)
    if parts.scheme in ("tls", "inproc") or parts.hostname in LOOPBACK:
        return ""
    return (
        f"{address}: whoever reaches this address can run any code on its workers and here; "
        "use tls://, or a network of your own"
    )


def address_of(client: Client) -> str:
    """Return the address of a client's scheduler."""
    return (client.scheduler and client.scheduler.address) or "the cluster"


def threads_of(client: Client) -> dict[str, int]:
    """Return the number of threads of each worker, by its address."""
    found: Any = client.nthreads()
    return found


@cache
def made_by() -> MadeBy:
    """Return what makes counts on this machine."""
    return MadeBy(package_version(), source_digest(), np.__version__, version("scipy"))


def _same(payload: bytes) -> bytes:
    return payload


@lru_cache(2)
def _opened(payload: bytes) -> Work:
    """Return work as it was sent; a worker opens it once."""
    return cloudpickle.loads(payload)


def _count(unit: Unit, sent: bytes, wanted: MadeBy) -> bytes:
    """Count a unit on a worker."""
    worker = get_worker().address
    if made_by() != wanted:
        raise WorkerError(_other_version(worker, made_by(), wanted))
    try:
        return pack(_opened(sent).count(unit))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        raise WorkerError(f"{worker}: {place}{error.strerror or error}") from None


def _add(parts: list[bytes]) -> bytes:
    """Add what was counted of the same replicates."""
    counted = [unpack(part) for part in parts]
    units = [each.unit for each in counted]
    whole = units[0]._replace(blocks=sum(unit.blocks for unit in units))
    tallies = zip(*(each.tally for each in counted), strict=True)
    return pack(Counted(whole, Tally(*(reduce(np.add, each) for each in tallies)), {}))


def _by_replicates(parts: Sequence[Unit], futures: Sequence[Future]) -> Iterator[list[Future]]:
    """Yield the tasks of the same replicates."""
    groups: dict[int, list[Future]] = {}
    for part, future in zip(parts, futures, strict=True):
        groups.setdefault(part.first_replicate, []).append(future)
    yield from groups.values()


def _other_version(worker: str, found: MadeBy, wanted: MadeBy) -> str:
    what = "other kernels, or another Python or numba, than here"
    for name, there, here in zip(MadeBy._fields, found, wanted, strict=True):
        if there != here and name != "kernels":
            what = f"{name} {there}, here is {here}"
            break
    return f"{worker}: has {what}; install the same everywhere"


def _doers_of(client: Client) -> Doers:
    return Doers(len(threads_of(client)), "worker", client.dashboard_link or "")


def _in_words(client: Client) -> str:
    workers, threads = _doers_of(client), Doers(sum(threads_of(client).values()), "thread")
    return (
        f"Cluster {address_of(client)}: {workers.words}, {threads.words}; "
        f"dashboard: {workers.dashboard or 'none'}"
    )


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
