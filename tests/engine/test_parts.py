"""What a scenario doesn't have changes no bit of its counts."""

from hashlib import sha256

import numpy as np
import pytest

from simulate.engine.run import run
from tests.january import of_january

# Of the hitting times and sums that the model gave before it had [raising].
COUNTS = {
    "anthropic": "50f717da848b6b5a",
    "openai": "6bd51e69a6b71385",
    "anthropic-tpu": "df8c7df22eda8760",
}


@pytest.mark.parametrize("lab", COUNTS)
def test_without_its_optional_parts_the_model_counts_as_it_did_before_it_had_them(lab: str) -> None:
    tally = run(of_january(lab), paths=4096, seed=3, threads=1).tally
    parts = (tally.hits, tally.joint, tally.sums, tally.funding_need_sum)
    counts = b"".join(np.ascontiguousarray(part).tobytes() for part in parts)
    assert sha256(counts).hexdigest()[:16] == COUNTS[lab]
