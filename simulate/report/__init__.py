"""A result, or a comparison, as one HTML page that needs nothing else.

``result_page`` and ``comparison_page`` make a view of frozen dataclasses (``parts``), texts ready
to be shown; ``page`` puts it into a template, which escapes what it is given.
"""

from .comparison_page import render_comparison
from .drivers_section import drivers_section
from .parts import Picture, Section
from .result_page import render_report

__all__ = ["Picture", "Section", "drivers_section", "render_comparison", "render_report"]
