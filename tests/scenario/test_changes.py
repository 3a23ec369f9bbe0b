"""Variants, stress tests and single settings."""

import re
from pathlib import Path

import pytest

from simulate.scenario import ScenarioError, load_scenario
from simulate.scenario.changes import parse_setting
from simulate.scenario.correlations import correlated_pairs
from simulate.scenario.inputs import list_inputs
from simulate.scenario.load import check_all, list_changes
from simulate.scenario.repair import mistakes_in
from tests.scenarios import base_year

pytestmark = pytest.mark.usefixtures("january")

TEXT = """extends = "anthropic.toml"
name = "Mine"

[variants.bull]
title = "faster"
"segments.api.growth.initial" = { distribution = "normal", p10 = 0.6, p90 = 1.7, source = "B" }
"inference.overrun.p90" = 0.3
[variants.bull.cash]
tax_rate = "20%"
[variants.bull.correlations]
"cash.opening, cash.working_capital" = 0.2

[stresses.pinned]
title = "23% over plan every year"
"inference.overrun" = { value = "23%", source = "S" }
"segments.api.known_losses" = [{ quarter = "2026Q4", share = "13%" }]

[stresses.moved]
by = { "inference.overrun" = "10%", "cash.opening" = "-1 bn" }
times = { "cash.opening" = "50%", "base_year.training" = 1.1 }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def refused(file: Path, text: str, **change: str) -> list[str]:
    file.write_text(f'extends = "anthropic.toml"\n{text}', encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file, **change)
    return [line.removeprefix(f"{file}") for line in caught.value.lines]


def test_a_file_without_its_changes_is_what_it_was(file: Path) -> None:
    plain = load_scenario(file)
    assert plain == load_scenario("anthropic.toml").model_copy(
        update={"name": "Mine", "description": ""}
    )


def test_a_variant_sets_whole_inputs_single_quantiles_and_tables(file: Path) -> None:
    plain, bull = load_scenario(file), load_scenario(file, variant="bull")
    assert bull.segments[0].growth.initial.quantile(0.1) == pytest.approx(0.6)
    assert bull.segments[0].growth.initial.source == "B"
    assert bull.inference.overrun.quantile(0.9) == pytest.approx(0.3)
    assert bull.inference.overrun.quantile(0.1) == pytest.approx(-0.08)
    assert bull.inference.overrun.source.startswith("changed in mine.toml; before: A7")
    assert bull.cash.tax_rate.quantile(0.5) == 0.2
    assert len(bull.correlations) == len(plain.correlations) + 1
    assert bull.cash.opening == plain.cash.opening
    assert bull.name == "Mine; faster"


def test_a_stress_test_pins_an_input_and_loses_a_client(file: Path) -> None:
    pinned = load_scenario(file, stress="pinned")
    assert pinned.inference.overrun.is_certain
    assert pinned.inference.overrun.quantile(0.5) == 0.23
    assert [loss.share for loss in pinned.segments[0].known_losses] == [0.13]
    assert pinned.name == "Mine; 23% over plan every year"


@pytest.mark.parametrize("level", [0.01, 0.1, 0.5, 0.9, 0.99])
def test_a_stress_test_multiplies_then_adds(file: Path, level: float) -> None:
    plain, moved = load_scenario(file), load_scenario(file, stress="moved")
    before, after = plain.inference.overrun, moved.inference.overrun
    assert after.quantile(level) == pytest.approx(before.quantile(level) + 0.1)
    before, after = plain.cash.opening, moved.cash.opening
    assert after.quantile(level) == pytest.approx(0.5 * before.quantile(level) - 1.0)
    assert after.source.startswith("moved by stress moved; before: A16")


def test_a_certain_number_that_is_moved_stays_a_certain_number(file: Path) -> None:
    training = base_year(load_scenario(file, stress="moved")).training
    assert training.is_certain and training.quantile(0.5) == pytest.approx(1.1 * 4.1)
    cash = load_scenario(file, stress="moved", settings=["cash.opening=10"])
    assert cash.cash.opening.quantile(0.5) == 10.0


def test_a_stress_test_goes_over_a_variant_and_settings_over_both(file: Path) -> None:
    both = load_scenario(file, variant="bull", stress="moved")
    assert both.inference.overrun.quantile(0.9) == pytest.approx(0.4)
    all_three = load_scenario(
        file, variant="bull", stress="moved", settings=["inference.overrun=0.5"]
    )
    assert all_three.inference.overrun.quantile(0.5) == 0.5
    assert all_three.name == "Mine; faster; moved; inference.overrun=0.5"


def test_a_child_has_its_parents_changes_and_adds_to_them(file: Path) -> None:
    child = file.with_name("child.toml")
    child.write_text(
        'extends = "mine.toml"\n[variants.bull]\n"cash.opening" = 30\n[stresses.own]\n'
    )
    assert set(list_changes(child).stresses) == {
        *("pinned", "moved", "own", "overrun_repeats", "training_over_plan"),
        *("largest_client_lost", "no_next_round"),
    }
    bull = load_scenario(child, variant="bull")
    assert bull.cash.opening.quantile(0.5) == 30.0
    assert bull.inference.overrun.quantile(0.9) == pytest.approx(0.3)


@pytest.mark.parametrize(
    ("setting", "key", "value"),
    [
        ("cash.opening=20", ("cash", "opening"), 20),
        ("cash.opening = 20.5 ", ("cash", "opening"), 20.5),
        ("cash.opening=8 bn to 18 bn", ("cash", "opening"), "8 bn to 18 bn"),
        ('cash.opening="8 bn"', ("cash", "opening"), "8 bn"),
        ("a.b={ p10 = 1 }", ("a", "b"), {"p10": 1}),
        ("horizon.last_quarter=2030Q4", ("horizon", "last_quarter"), "2030Q4"),
        ("a.b=x=y", ("a", "b"), "x=y"),
        ('correlations."a.b, c.d"=0.5', ("correlations", "a.b, c.d"), 0.5),
    ],
)
def test_a_setting_is_a_key_and_a_value_of_toml_or_a_plain_text(
    setting: str, key: tuple[str, ...], value: object
) -> None:
    assert parse_setting(setting, {}) == (key, "set", value)


@pytest.mark.parametrize(
    ("setting", "way", "value"),
    [
        ("cash.opening=+2", "by", 2),
        ("cash.opening=-2 bn", "by", "-2 bn"),
        ("cash.opening=+ 2 bn", "by", "2 bn"),
        ("cash.opening=\u22122 bn", "by", "\u22122 bn"),
        ("cash.opening=*1.2", "times", 1.2),
        ("cash.opening=×1.2", "times", 1.2),
        ("cash.opening==-2", "set", -2),
        ("cash.opening = = 2", "set", 2),
        ('cash.opening="-2"', "set", "-2"),
    ],
)
def test_a_sign_says_what_a_value_does(setting: str, way: str, value: object) -> None:
    assert parse_setting(setting, {}) == (("cash", "opening"), way, value)


@pytest.mark.parametrize(
    ("setting", "quantiles"),
    [
        # As the scenario states them: P10, P50, P90 of -8%, 2% and 23%.
        ("inference.overrun=+10%", (0.02, 0.12, 0.33)),
        ("inference.overrun=-0.1", (-0.18, -0.08, 0.13)),
        ("inference.overrun=*2", (-0.16, 0.04, 0.46)),
        ("inference.overrun=*50%", (-0.04, 0.01, 0.115)),
        ("inference.overrun==-0.1", (-0.1, -0.1, -0.1)),
        ("inference.overrun=0.1", (0.1, 0.1, 0.1)),
        ("inference.overrun.p90=+5%", (-0.08, 0.02, 0.28)),
        ("inference.overrun.p90=*2", (-0.08, 0.02, 0.46)),
    ],
)
def test_a_setting_sets_shifts_or_multiplies(setting: str, quantiles: tuple[float, ...]) -> None:
    overrun = load_scenario(settings=[setting]).inference.overrun
    assert [overrun.quantile(p) for p in (0.1, 0.5, 0.9)] == pytest.approx(quantiles)
    assert setting in overrun.source or "=+" not in setting


def test_a_certain_number_is_moved_by_the_same_signs() -> None:
    settings = [
        "targets.gross_margin=-5%",
        "targets.hold_quarters=+2",
        "funding.round_2026.chance=*0.5",
        "free_users.users=+200 m",
        'correlations."inference.overrun, training.drift"=-0.4',
    ]
    before, found = load_scenario(), load_scenario(settings=settings)
    assert found.targets.gross_margin == 0.65
    assert found.targets.hold_quarters == before.targets.hold_quarters + 2
    assert found.funding[0].chance == before.funding[0].chance / 2.0
    users = found.free_users.users.quantile(0.5)
    assert users == pytest.approx(before.free_users.users.quantile(0.5) + 0.2)
    pair = frozenset(("inference.overrun", "training.drift"))
    assert correlated_pairs(found)[pair] == pytest.approx(0.3 - 0.4)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("funding.round_2026.quarter=+1", 'is no number; to set it, write "==1"'),
        ("cash=-1", 'is no single number; to set it, write "==-1"'),
        ("inference.overrun.p95=-0.1", "there is no inference.overrun.p95"),
        ('correlations."cash.opening, inference.overrun"=-0.1', 'to set it, write "==-0.1"'),
        ("cash.opening=+5%", "is a percentage; the unit here is bn USD"),
        ("cash.opening=+much", "must be a number"),
        ("cash.opening=*2 bn", "is an amount; the unit here is share"),
    ],
)
def test_what_can_not_be_moved_is_explained(setting: str, words: str) -> None:
    with pytest.raises(ScenarioError, match="^" + re.escape(f"--set {setting}: ")) as caught:
        load_scenario(settings=[setting])
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "setting", ["cash", "=3", "a.=3", ".a=3", "a b=3", "a=", "", "a=+", "a=*", "a=="]
)
def test_a_setting_without_a_key_or_a_value_says_how_it_is_written(setting: str) -> None:
    with pytest.raises(ScenarioError, match=r"write it as \"inference\.overrun"):
        parse_setting(setting, {})


def test_a_setting_reaches_a_members_quantile_and_says_so_in_the_source() -> None:
    scenario = load_scenario(settings=["segments.api.growth.initial.p90=1.5"])
    initial = scenario.segments[0].growth.initial
    assert initial.quantile(0.9) == pytest.approx(1.5)
    assert initial.source.startswith("--set segments.api.growth.initial.p90=1.5; before: P1")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("cash.opning=5", 'cash.opning = 5: unknown key; did you mean "opening"?'),
        ("segments.apii.market=5", 'there is no segments.apii; did you mean "api"?'),
        ("segments.api=5", "segments.api is a whole member; set its keys"),
        ("cash.tax_rate.low.x=5", "cash.tax_rate.low is 0.18, which has no x"),
        ("name.x.y=5", "name.x"),
        ("cash.opening=23%", 'cash.opening = "23%": "23%" is a percentage'),
        ("inference.overrun=23", "write 0.23 for 23%"),
    ],
)
def test_a_wrong_setting_is_named_as_it_was_given(setting: str, words: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(settings=[setting])
    assert str(caught.value).startswith(f"--set {setting}: ")
    assert words in str(caught.value)


def test_every_wrong_setting_is_named() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(settings=["cash.opning=5", "segments.apii.market=5", "sampling.seed==-1"])
    assert len(caught.value.lines) == 3


@pytest.mark.parametrize("change", ["variant", "stress"])
def test_a_change_that_the_file_does_not_have_is_answered_with_those_it_has(
    file: Path, change: str
) -> None:
    known = "bear, bull" if change == "variant" else "largest_client_lost, moved, no_next_round"
    with pytest.raises(ScenarioError, match=re.escape(f'no {change} "none"; it has {known}')):
        load_scenario(file, **{change: "none"})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            '[stresses.a]\nby = { "inference.overun" = 0.1 }',
            ':3:8: "inference.overun" is no input; did you mean "inference.overrun"?',
        ),
        ("[stresses.a]\nby = 0.1", ':3:1: by: write it as by = { "inference.overrun" = 0.1 }'),
        (
            '[stresses.a]\ntimes = { "inference.overrun" = "x" }',
            ':3:11: inference.overrun.times = "x": must be a number',
        ),
        (
            '[stresses.a]\nby = { "horizon.first_quarter" = 1 }',
            ':3:8: "horizon.first_quarter" is no input',
        ),
        (
            '[stresses.a]\nby = { "funding.round_2026.chance" = 0.1 }',
            ':3:8: "funding.round_2026.chance" is no input',
        ),
        (
            '[stresses.a]\n"segments.none.market" = 3',
            ":3:1: there is no segments.none; known are: api, subscriptions",
        ),
        (
            "[stresses.a]\ncash.opning = 3",
            ':3:6: cash.opning = 3: unknown key; did you mean "opening"?',
        ),
        (
            '[stresses.a]\nby = { "cash.opening" = -1000 }',
            ":3:8: cash.opening: draws reach -994, but cash at the start is at least 0 bn USD; "
            "narrow the distribution or add truncate = [low, high]",
        ),
    ],
)
def test_a_wrong_change_is_named_with_its_line(text: str, line: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    lines = refused(file, text, stress="a")
    assert [re.sub(r"reach -99\d", "reach -994", found) for found in lines] == [line]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("variants = 3", ":2:1: variants: must be tables such as [variants.name]"),
        ("[variants]\nbull = 3", ":3:1: variants.bull: must be a table [variants.name]"),
        ('[stresses."../up"]\ncash.opening = 3', ":2:11: stresses.../up: must be a table"),
    ],
)
def test_a_change_of_no_name_is_refused_whether_it_is_asked_for_or_not(
    text: str, line: str, tmp_path: Path
) -> None:
    (found,) = refused(tmp_path / "mine.toml", text)
    assert found.startswith(line)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[variants]\ncash.opening = 30", "cash.opening"),
        ("[variants.cash]\nopening = 30", "cash.opening"),
        ('[variants]\n"cash.opening" = 30', "cash.opening"),
        ("[variants]\nsegments.api.volatility = 0.1", "segments.api"),
        (
            '[variants.correlations]\n"inference.overrun, training.drift" = 0.5',
            "correlations.inference.overrun, training.drift",
        ),
        ('[stresses]\nby = { "inference.overrun" = 0.3 }', "by"),
        ('[stresses.times]\n"inference.overrun" = 0.3', "times"),
        ('[stresses]\ntitle = "dearer"', "title"),
        ("[decision.options]\ncash.opening = 30", "cash.opening"),
        ("[decision.options.cost]\ncash.opening = 30", "cost"),
    ],
)
def test_a_key_where_a_name_belongs_is_told_and_not_mended(
    text: str, key: str, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    refused(file, text)
    (told,) = [told for told in mistakes_in(file) if "the name is missing" in told.line]
    assert told.line.endswith(f".NAME], and {key} below it")
    assert told.fix is None


def test_a_name_may_be_that_of_a_part(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "anthropic.toml"\n[variants.training]\ntraining.floor = 0.1\n'
        '[variants.cash]\n"cash.opening" = 30\n[stresses.demand]\nby = { "cash.opening" = 1 }\n'
    )
    assert list_changes(file).variants.keys() >= {"training", "cash"}
    assert load_scenario(file, variant="cash").cash.opening.quantile(0.5) == 30.0
    check_all(file)


def test_the_check_of_a_file_names_what_is_wrong_in_each_of_its_changes_once(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "anthropic.toml"\ncash.opning = 1\n'
        '[variants.a]\n"inference.overun" = 1\n[stresses.b]\n"cash.tax_rate" = 40\n'
        '[stresses.c]\nby = { "inference.overun" = 1, "cash.opening" = 1 }\n'
    )
    with pytest.raises(ScenarioError) as caught:
        check_all(file)
    assert [
        line.split(f"{file}:")[0] + line.split(f"{file}:")[1][:3] for line in caught.value.lines
    ] == [
        "2:6",
        "variant a: 4:1",
        "stress b: 6:1",
        "stress c: 8:8",
    ]


def test_amounts_to_move_by_are_named_by_dotted_keys_as_well(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "anthropic.toml"\n'
        '[variants.a.by]\ninference.overrun = "10%"\ncash.opening = "-1 bn"\n'
        '[variants.b]\nby = { "inference.overrun" = "10%", "cash.opening" = "-1 bn" }\n'
    )
    one, other = load_scenario(file, variant="a"), load_scenario(file, variant="b")
    for level in (0.1, 0.5, 0.9):
        moved = one.inference.overrun.quantile(level)
        assert moved == other.inference.overrun.quantile(level)
        assert moved == load_scenario(file).inference.overrun.quantile(level) + 0.1
    assert one.cash.opening == other.cash.opening.model_copy(
        update={"source": one.cash.opening.source}
    )


def test_a_plus_in_a_file_is_refused_since_it_would_set(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('extends = "anthropic.toml"\n[variants.rich]\ncash.opening = "+5 bn"\n')
    with pytest.raises(ScenarioError, match=r'a file sets: write "5 bn", or by = \{ … \}'):
        load_scenario(file, variant="rich")


@pytest.mark.parametrize(("shift", "cost"), [("+1.5 bn", 3.5), ("+500 m", 2.5), ("*2", 4.0)])
def test_what_an_option_costs_is_shifted_by_an_amount(
    shift: str, cost: float, tmp_path: Path
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "anthropic.toml"\n[decision]\ntitle = "build"\nyear = 2030\n'
        "[decision.options.no]\n[decision.options.yes]\ncost = 2\n"
    )
    scenario = load_scenario(file, settings=[f"decision.options.yes.cost={shift}"])
    assert scenario.decision is not None
    assert scenario.decision.options["yes"].cost == cost


@pytest.mark.parametrize(
    ("setting", "moved", "default"),
    [
        ("segments.api.adoption_half_life=*2", 2.0, "1"),
        ("segments.api.growth.plateau=+18 months", 1.5, "0"),
        ("demand.size_exponent=+0.1", 0.1, "0"),
    ],
)
def test_an_input_that_no_file_gives_is_moved_from_its_default(
    setting: str, moved: float, default: str
) -> None:
    inputs = {each.key: each for each in list_inputs(load_scenario(settings=[setting]))}
    found = inputs[setting.partition("=")[0]].distribution
    assert found.quantile(0.5) == pytest.approx(moved)
    assert found.source == f"moved --set {setting}; before: the default, {default}"


def test_a_number_that_no_file_gives_is_moved_from_its_default_and_says_so() -> None:
    plain = load_scenario()
    scenario = load_scenario(settings=["sampling.replicates=*2"])
    assert scenario.sampling.replicates == 2 * plain.sampling.replicates == 32
    assert scenario.provenance.notes[-1:] == (
        "--set sampling.replicates=*2: sampling.replicates is not given; the default, 16, is "
        "multiplied",
    )


def test_a_variant_multiplies_the_default_of_an_input_that_no_file_gives(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        'extends = "packaged:anthropic.toml"\n[variants.slow]\n'
        'times = { "segments.api.adoption_half_life" = 3 }\n'
    )
    slow = load_scenario(file, variant="slow")
    assert slow.segments[0].adoption_half_life.quantile(0.5) == pytest.approx(3.0)
    assert any(
        note.endswith("adoption_half_life is not given; the default, 1, is multiplied")
        for note in slow.provenance.notes
    )


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("segments.api.starting_revenue=*2", "not given, and has no default to be multiplied"),
        ("copula.degrees_of_freedom=+1", "not given, and has no default to be shifted"),
        ("decision.discount_rate=*2", "not given, and has no default to be multiplied"),
        ("segments.apii.volatility=*2", 'there is no segments.apii; did you mean "api"?'),
    ],
)
def test_what_has_no_default_says_so(setting: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(words)):
        load_scenario(settings=[setting])
