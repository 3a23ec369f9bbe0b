"""Mistakes in scenario files are mended to what was meant, or left alone and told."""

import shutil
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from simulate.scenario import ScenarioError, load_scenario
from simulate.scenario.chain import read_chain
from simulate.scenario.changes import KINDS, list_named
from simulate.scenario.repair import Repair, repair
from tests.plant import Planted, planted
from tests.test_mutations import _simulated
