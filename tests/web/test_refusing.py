"""How a wall answers a socket on a server that cannot send a response in its stead."""

from starlette.types import Message

from queue_server.web.origin import WrongOrigin
from queue_server.web.refusing import POLICY_VIOLATION, answer_refusal
from tests.web.walls import a_scope, refuse


async def test_a_plain_server_closes_the_socket_with_the_code() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    await answer_refusal(a_scope("websocket"), receive, send, refuse, WrongOrigin())
    assert sent == [{"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "origin"}]
