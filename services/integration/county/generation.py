"""Makes the county and writes it as a bundle."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from services.integration.county import air, campaign, demonstration, duties, government, people, sites, territory
from services.integration.county.folder import BundleFolder, Row
from services.integration.county.lives import County, Storyteller

SOURCE = "county"
"""The name under which the bundle is to be imported, after the campaign's as `speech`."""

PROBLEMS = 2_000
"""At scale 1."""

_AT_ONCE = 500

Progress = Callable[[int, int], None]
"""Told now and then how many problems are written, and how many there will be."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What was written: the folder, rows by file name without `.csv`, and the problem to show first."""

    folder: Path
    rows: dict[str, int]
    demonstration: str = demonstration.PROBLEM


def generate(
    folder: Path,
    *,
    seed: int = 20241214,
    scale: float = 1.0,
    campaign_bundle: Path = campaign.SHIPPED,
    progress: Progress | None = None,
) -> Generated:
    """Writes the county into `folder` (made if need be; files of an earlier bundle there are replaced).

    `scale` 1 has 2,000 problems, 500 a million; they are streamed, so memory holds only the county's frame and sites.
    The same seed gives the same files; a greater scale adds rows to those of a smaller one. Raises ValueError for a
    negative scale, UnknownBodyError where `campaign_bundle` lacks a body, OSError where the folder can't be written.
    """
    if scale < 0:
        raise ValueError(f"scale {scale} is negative; give 0 or more (1 is {PROBLEMS:,} problems)")
    problems = round(PROBLEMS * scale)
    with BundleFolder(folder) as bundle:
        county = _founded(bundle, seed, campaign.read(campaign_bundle))
        _settled(bundle, county, sites.site_count(problems))
        _told(bundle, county, problems, progress)
        bundle.describe(
            {
                "name": "synthetic-county",
                "title": "测试县（合成数据）",
                "description": "A county that does not exist. Every person, enterprise, code and document in it is "
                f"invented. Load it as source `{SOURCE}`, after the campaign as `{campaign.SOURCE}`.",
                "seed": seed,
                "scale": scale,
            }
        )
        return Generated(folder, dict(bundle.counts))


def _founded(bundle: BundleFolder, seed: int, speech: campaign.Campaign) -> County:
    """What does not grow with the scale."""
    governed = government.established(speech)
    land = territory.surveyed(governed, seed)
    roster = people.appointed(governed.posts, seed, demonstration.TENURES)
    bundle.write("organizations", [*governed.organizations, *land.committees])
    bundle.write("posts", ((post.id, post.title, post.organization) for post in governed.posts))
    bundle.write("reporting", government.reporting(governed.posts))
    bundle.write("persons", roster.persons)
    bundle.write("memberships", roster.memberships)
    bundle.write("areas", land.areas)
    bundle.write("sites", air.stations())
    bundle.write("targets", air.targets())
    bundle.write("observations", air.observations(seed))
    bundle.write("links", [*government.headed(governed), *government.moved(governed), *land.links])
    bundle.write("names", government.renamed())
    bundle.write("regulations", sites.kinds_regulated(governed))
    bundle.write("responsibilities", territory.responsibilities(land, governed))
    bundle.write("responsibilities", sites.kinds_answered(governed))
    bundle.write("responsibilities", duties.for_tasks(speech, governed, seed))
    bundle.write("responsibilities", duties.watching_tasks(speech, governed))
    _spread(bundle, demonstration.told(governed, roster))
    return County(seed, speech, governed, land, roster, [])


def _settled(bundle: BundleFolder, county: County, count: int) -> None:
    _spread(bundle, sites.former_builder())
    for number in range(count):
        drawn = sites.drawn(number, county.seed, county.land, county.government)
        county.sites.append(drawn.site)
        _spread(bundle, drawn.rows)


def _told(bundle: BundleFolder, county: County, count: int, progress: Progress | None) -> None:
    storyteller = Storyteller(county)
    for start in range(0, count, _AT_ONCE):
        told = [storyteller.tell(number) for number in range(start, min(start + _AT_ONCE, count))]
        bundle.write("problems", (one.problem for one in told))
        bundle.write("events", (event for one in told for event in one.events))
        if progress is not None:
            progress(start + len(told), count)


def _spread(bundle: BundleFolder, rows: Iterator[tuple[str, Row]] | tuple[tuple[str, Row], ...]) -> None:
    for name, found in groupby(rows, key=lambda row: row[0]):
        bundle.write(name, (row for _, row in found))
