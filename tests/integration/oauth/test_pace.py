"""Guessing gets nowhere: the count is one for all processes, and belongs to one client."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.oauth.errors import TooOften
from hub.oauth.forget_old import forget_old
from hub.oauth.pace import Pace, keep_pace
from tests.integration.oauth.world import START, Partner, World

THREE = (Pace("test", 3, 60),)


def test_a_client_that_asks_too_often_waits_for_the_next_window_and_others_do_not(world: World) -> None:
    one, other = Partner(world).client_id, Partner(world).client_id
    for _ in range(3):
        keep_pace(world.engine, THREE, client_id=one, at=START + timedelta(seconds=20))
    with pytest.raises(TooOften) as refused:
        keep_pace(world.engine, THREE, client_id=one, at=START + timedelta(seconds=20))
    assert refused.value.retry_after == 40
    keep_pace(world.engine, THREE, client_id=other, at=START + timedelta(seconds=20))
    keep_pace(world.engine, THREE, client_id=one, at=START + timedelta(seconds=60))


def test_a_count_that_is_still_running_is_not_forgotten(world: World) -> None:
    one = Partner(world).client_id
    hour = (Pace("hour", 1, 3600),)
    keep_pace(world.engine, hour, client_id=one, at=START)
    forget_old(world.engine, at=START + timedelta(minutes=59))
    with pytest.raises(TooOften):
        keep_pace(world.engine, hour, client_id=one, at=START + timedelta(minutes=59))
