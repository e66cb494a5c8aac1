"""What a relay refuses once and grants the next moment."""

from __future__ import annotations

from unittest.mock import AsyncMock

import pytest
from aioice import stun

from screenshare.peer import reach
from screenshare.protocol.signaling import IceServer

SERVER = IceServer(urls=["turn:127.0.0.1:3478"], username="a", credential="b")


def refused(code: int, reason: str) -> stun.TransactionFailed:
    answer = stun.Message(message_method=stun.Method.ALLOCATE, message_class=stun.Class.ERROR)
    answer.attributes["ERROR-CODE"] = (code, reason)
    return stun.TransactionFailed(answer)


@pytest.fixture
def answers(monkeypatch):
    """Let a relay give these answers, one after the other."""

    def answer(*outcomes: object) -> AsyncMock:
        asked = AsyncMock(side_effect=outcomes)
        monkeypatch.setattr(reach.turn, "create_turn_endpoint", asked)
        monkeypatch.setattr(reach.seams, "give_back", AsyncMock())
        return asked

    return answer


async def test_who_meets_an_old_allocation_of_his_port_asks_again_from_another(answers):
    asked = answers(refused(437, "Mismatched allocation"), (object(), None))
    (probe,) = await reach.probe((SERVER,))
    assert (probe.why, asked.await_count) == ("", 2)


@pytest.mark.parametrize("refusal", [refused(486, "Quota"), refused(401, "Unauthorized")])
async def test_another_refusal_is_told_as_it_is(answers, refusal):
    asked = answers(refusal)
    (probe,) = await reach.probe((SERVER,))
    assert probe.why.startswith("refused with 4")
    assert asked.await_count == 1
