"""Daily means of the county's stations: winters are worse, and each year a little better than the last."""

from collections.abc import Iterator
from math import cos, tau

from services.integration.county.chance import chance
from services.integration.county.clock import DAY, minute, written
from services.integration.county.folder import Row

STATIONS = ("station-1", "station-2", "station-3")
_FROM, _UNTIL = minute(2023, 1, 1), minute(2025, 2, 1)


def stations() -> Iterator[Row]:
    """Rows of sites.csv."""
    for station, name, area in zip(
        STATIONS,
        ("县政府站", "开发区站", "己镇站"),
        ("area-subdistrict-1", "area-zone", "area-township-1"),
        strict=True,
    ):
        yield station, name, "STATION", area, "speech:org-environment"


def targets() -> Iterator[Row]:
    """Rows of targets.csv: invented, as all of this county is."""
    for indicator, limit in (("PM10", 85), ("PM25", 45), ("GOOD_AIR_DAYS", 320)):
        yield f"target-2024-{indicator}", "speech:campaign-winter-2024", indicator, 2024, limit


def observations(seed: int) -> Iterator[Row]:
    """Rows of observations.csv: PM10 and PM2.5 in µg/m³, dated by the start of their day."""
    draw = chance(seed, "air")
    for at in range(_FROM, _UNTIL, DAY):
        day = (at - _FROM) // DAY
        season = 1 + 0.55 * cos(tau * (day - 10) / 365.25)
        weather = season * draw.lognormvariate(0, 0.35) * 0.96 ** (day / 365.25)
        for station in STATIONS:
            coarse = max(8, round(80 * weather * draw.uniform(0.88, 1.12)))
            yield station, written(at), "PM10", coarse
            yield station, written(at), "PM25", max(4, round(coarse * draw.uniform(0.45, 0.62)))
