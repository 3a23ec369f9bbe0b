"""How fast the explorer follows a hand, in Chromium: ``python -m benchmarks.explorer``.

Times are medians of what the page itself sees, on a machine that does nothing else.
"""

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import simulate
from tests.browser.chromium import Chromium, OpenPage, find_chromium, open_page
from tests.browser.exploring import SLIDER, settle

FILE = "anthropic.toml"
MOVES, PAUSE = 40, 25
# So often is a rest timed, and a run by itself after it.
RESTS = 7
# So often is the command given before.
FIRSTS = 4
WIDTH = 1280
# Notes when asks are sent, and when what answers them has been drawn.
WATCH = """
    const sent = new Map();
    window.seen = {previews: [], finals: [], shown: [], tasks: [], stale: 0};
    const Socket = WebSocket;
    window.WebSocket = class extends Socket {
        constructor(...given) {
            super(...given);
            this.addEventListener("message", ({data}) => {
                const message = JSON.parse(data);
                if (message.type !== "answer") return;
                const asked = sent.get(message.number);
                if (message.number < this.latest) window.seen.stale += 1;
                requestAnimationFrame(() => setTimeout(() => {
                    const now = performance.now();
                    window.seen.shown.push(now);
                    if (!message.is_final && !asked.rest && !asked.isSeen) {
                        window.seen.previews.push(now - asked.at);
                    }
                    if (message.is_final) window.seen.finals.push(now - asked.at);
                    asked.isSeen = true;
                }));
            });
        }
        send(text) {
            const question = JSON.parse(text);
            if (question.type === "ask") {
                this.latest = question.number;
                sent.set(question.number, {at: performance.now(), rest: question.rest});
            }
            super.send(text);
        }
    };
    const note = list => list.getEntries().forEach(task => window.seen.tasks.push(task.duration));
    new PerformanceObserver(note).observe({type: "longtask", buffered: true});
"""


def move(page: OpenPage, steps: int, pause: int) -> float:
    """Move a handle step by step, and return the seconds that it took."""
    started = time.perf_counter()
    page.evaluate(
        f"""(async () => {{
            const slider = {SLIDER};
            for (let step = 0; step < {steps}; step++) {{
                slider.value = String(Number(slider.value) + (step < {steps} / 2 ? 2 : -1));
                slider.dispatchEvent(new Event("input"));
                await new Promise(done => setTimeout(done, {pause}));
            }}
        }})()"""
    )
    return time.perf_counter() - started


def come_to_rest(page: OpenPage) -> None:
    """Wait for the answer of all paths, and until it is drawn and noted."""
    settle(page)
    page.evaluate("new Promise(done => setTimeout(done, 600))")


@contextmanager
def explored(browser: Chromium) -> Iterator[tuple[OpenPage, float]]:
    """Give the command and open its page, with the seconds that its first picture took."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "simulate", "explore", FILE, "--no-browser"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as served:
        assert served.stdout is not None
        found = re.search(r"http\S+", served.stdout.readline())
        assert found is not None
        with open_page(browser, found[0], width=WIDTH, theme="light", script=WATCH) as page:
            page.wait_until("document.querySelector('#dates .bars')?.getAttribute('d')")
            yield page, time.perf_counter() - started
        served.terminate()


def main() -> None:
    """Measure, and print a line each."""
    program = find_chromium()
    assert program is not None, "Chromium is not installed"
    scenario = simulate.load_scenario(FILE)
    simulate.run(scenario, paths=4096)
    firsts, alone = [], []
    with TemporaryDirectory() as profile, Chromium(program, Path(profile)) as browser:
        browser.ask("Target.setDiscoverTargets", discover=True)
        # The first is that of a browser which has only been started itself.
        for _ in range(FIRSTS):
            with explored(browser) as (_, first):
                firsts.append(first)
        with explored(browser) as (page, first):
            firsts.append(first)
            come_to_rest(page)
            page.wait_until(f"{SLIDER} !== null")
            loaded = page.evaluate(
                "performance.getEntries().reduce((sum, e) => sum + (e.transferSize ?? 0), 0)"
            )
            move(page, 4, 300)
            come_to_rest(page)
            page.evaluate("Object.assign(seen, {previews: [], shown: [], tasks: []})")
            move(page, MOVES, 150)
            come_to_rest(page)
            slow = page.evaluate("seen")
            page.evaluate("Object.assign(seen, {previews: [], shown: []})")
            took = move(page, MOVES, PAUSE)
            come_to_rest(page)
            fast = page.evaluate("seen")
            page.evaluate("Object.assign(seen, {finals: []})")
            for _ in range(RESTS):
                move(page, 2, 150)
                come_to_rest(page)
                alone.append(simulate.run(scenario).seconds)
            rests = page.evaluate("seen.finals")
    previews = sorted(slow["previews"])
    shown = [at for at in fast["shown"] if at <= fast["shown"][0] + 1000 * took]
    million = statistics.median(alone)
    told = {
        "a million paths, alone (T), s": million,
        "first picture after the command, s": statistics.median(firsts[1:]),
        "first load, kB": loaded / 1e3,
        "move to preview, median, ms": statistics.median(previews),
        "move to preview, P95, ms": previews[int(0.95 * len(previews))],
        "rest to a million paths, over T": statistics.median(rests) / 1e3 / million,
        f"previews a second, {MOVES} moves {PAUSE} ms apart": len(shown) / took,
        "answers too late to be shown": fast["stale"],
        "longest task in the page, ms": max(slow["tasks"] + fast["tasks"], default=0.0),
    }
    print(json.dumps({name: round(value, 3) for name, value in told.items()}, indent=2))


if __name__ == "__main__":
    main()
