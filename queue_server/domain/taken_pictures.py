"""What the pictures of a file do to a town's: which it lacks, which are called otherwise, which nobody has.

What must not live here: the bytes of a picture, and the file.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from queue_server.domain.town import Town


@dataclass(frozen=True, slots=True)
class Arriving:
    """`new`: id → what it shows; `renamed`: the same, of those that are there; `missing`: of no picture."""

    new: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Say whether a picture comes, or is called otherwise."""
        return bool(self.new or self.renamed)


def arriving(
    own: Mapping[str, str], after: Town, names: Mapping[str, str], brought: Collection[str]
) -> Arriving:
    """Return what a file does that makes `after`. It brings the pictures `brought`, and says `names` of them.

    What the set-up does not name is left: a file is no second way to fill a town's pictures.
    """
    named = named_pictures(after)
    return Arriving(
        new={id_: names[id_] for id_ in named if id_ not in own and id_ in brought},
        renamed={id_: names[id_] for id_ in named if id_ in own and id_ in names and names[id_] != own[id_]},
        missing=tuple(id_ for id_ in named if id_ not in own and id_ not in brought),
    )


def named_pictures(town: Town) -> tuple[str, ...]:
    """Return the ids of the pictures that a set-up names, whether they are there or not: the logo first."""
    of_displays = (id_ for site in town.sites for display in site.displays for id_ in display.quiet_pictures)
    return tuple(dict.fromkeys(id_ for id_ in (town.look_logo, *of_displays) if id_))
