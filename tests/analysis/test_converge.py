"""What the command that compares the samplers' errors says of them."""

import pytest

from simulate.analysis.converge import Convergence
from simulate.engine.estimate import Estimate, probability
from simulate.scenario import Scenario
from simulate.text.converge import finding

QUESTION = "P(out of cash by 2030)"


@pytest.mark.parametrize(
    ("sobol", "pseudo", "said"),
    [
        (0.001, 0.003, "; Sobol' points save a factor of 9 in paths"),
        (0.003, 0.003, "; Sobol' points save no paths"),
        (0.003, 0.001, "; Sobol' points save no paths"),
    ],
)
def test_the_finding_has_the_estimate_its_error_and_the_paths_saved(
    anthropic: Scenario, sobol: float, pseudo: float, said: str
) -> None:
    """An error falls with the root of independent paths, so a third of it takes nine times them."""
    estimates = {
        sampler: [Estimate(0.25, error, 0.2, 0.3)]
        for sampler, error in (("sobol", sobol), ("pseudo", pseudo))
    }
    found = Convergence(anthropic, QUESTION, "probability", [4096], estimates)
    assert finding(found).startswith(f"{QUESTION} is 25.0% ± ")
    assert finding(found).endswith(said)


def test_of_what_never_happens_nothing_is_said_to_be_saved(anthropic: Scenario) -> None:
    """No replicate knows an error; a share of 1 - 0.025^(1/n) is the bound of n paths."""
    never = probability([0, 0], 2048)
    estimates = {"sobol": [never], "pseudo": [never]}
    found = Convergence(anthropic, QUESTION, "probability", [4096], estimates)
    assert finding(found) == f"{QUESTION} is 0% (<0.09%)"
