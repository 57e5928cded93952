"""The year's targets: which days are good, what is left, and what the rest must be."""

from datetime import date, timedelta

import pytest

from graph.model.enums import TargetIndicator as Indicator
from services.campaign.rules.air import Day, is_good, progress

LAST = date(2024, 12, 31)


@pytest.mark.parametrize(
    ("on", "pm10", "pm25", "good"),
    [
        (date(2024, 12, 13), 150, 75, True),
        (date(2024, 12, 13), 151, 75, False),
        (date(2024, 12, 13), 150, 75.5, False),
        (date(2026, 2, 28), 150, 75, True),
        (date(2026, 3, 1), 150, 50, False),
        (date(2026, 3, 1), 120, 60, True),
        (date(2026, 3, 1), 100, 61, False),
    ],
)
def test_a_day_is_good_by_the_table_of_that_day(on: date, pm10: float, pm25: float, *, good: bool) -> None:
    assert is_good(Day(on, {"PM10": pm10, "PM25": pm25})) == good
    assert is_good(Day(on, {}))


def days(since: date, values: list[float]) -> list[Day]:
    return [Day(since + timedelta(days=n), {"PM10": value}) for n, value in enumerate(values)]


def test_a_mean_and_what_the_rest_must_be() -> None:
    measured = days(date(2024, 12, 20), [100.0] * 6 + [40.0] * 4)  # to the 29th
    found = progress(Indicator.PM10, 75, measured, date(2024, 12, 30), LAST)
    assert (found.current, found.days_left, found.on_track) == (76.0, 2, False)
    assert found.needed_per_remaining_day == (75 * 12 - 760) / 2
    assert found.year_on_year is None
    assert progress(Indicator.PM10, 76, measured, date(2024, 12, 30), LAST).on_track


def test_good_days_and_the_share_of_the_rest() -> None:
    measured = days(date(2024, 12, 20), [100.0] * 8 + [200.0] * 2)
    found = progress(Indicator.GOOD_AIR_DAYS, 9, measured, date(2024, 12, 30), LAST)
    assert (found.current, found.needed_per_remaining_day, found.on_track) == (8, 0.5, True)
    late = progress(Indicator.GOOD_AIR_DAYS, 11, measured, date(2024, 12, 30), LAST)
    assert (late.needed_per_remaining_day, late.on_track) == (1.5, False)
    assert progress(Indicator.GOOD_AIR_DAYS, 7, measured, date(2024, 12, 30), LAST).needed_per_remaining_day == 0


def test_today_does_not_count_and_after_the_last_day_it_is_as_it_ended() -> None:
    measured = days(date(2024, 12, 30), [50.0, 70.0])
    assert progress(Indicator.PM10, 80, measured, date(2024, 12, 31), LAST).current == 50
    ended = progress(Indicator.PM10, 80, measured, date(2025, 6, 1), LAST)
    assert (ended.current, ended.days_left, ended.needed_per_remaining_day) == (60, 0, None)


def test_year_on_year_is_of_the_same_days() -> None:
    measured = [*days(date(2023, 12, 1), [100.0] * 10 + [900.0] * 21), *days(date(2024, 12, 1), [80.0] * 10)]
    found = progress(Indicator.PM10, 80, measured, date(2024, 12, 11), LAST)
    assert found.year_on_year == pytest.approx(-0.2)
    counted = progress(Indicator.GOOD_AIR_DAYS, 80, measured, date(2024, 12, 11), LAST)
    assert counted.year_on_year == 0


def test_nothing_measured() -> None:
    found = progress(Indicator.PM10, 80, [], date(2024, 3, 1), LAST)
    assert (found.current, found.on_track, found.days_left) == (None, None, 306)
