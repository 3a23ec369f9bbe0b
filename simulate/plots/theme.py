"""The colours of pictures and pages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """The colours of a picture.

    Attributes
    ----------
    paper, ink, muted
        Background, text, and text of less weight.
    pale
        Lines and bars that stand back.
    blue, light_blue
        What the picture is about, strong and faint.
    orange
        What it is compared with.

    Notes
    -----
    Blues and oranges are those of Okabe and Ito, *Color Universal Design* (2008), which keep apart
    for colour-blind readers. Text has a contrast of 4.5 and more to the paper (WCAG 2.2, 1.4.3).
    """

    paper: str
    ink: str
    muted: str
    pale: str
    blue: str
    light_blue: str
    orange: str


LIGHT = Theme(
    paper="#ffffff",
    ink="#1f2933",
    muted="#5c6773",
    pale="#d5dbe1",
    blue="#0072b2",
    light_blue="#a6d1ec",
    orange="#d55e00",
)
DARK = Theme(
    paper="#12181f",
    ink="#e8ecf0",
    muted="#a3b0bd",
    pale="#3a4653",
    blue="#56b4e9",
    light_blue="#23577a",
    orange="#e69f00",
)
