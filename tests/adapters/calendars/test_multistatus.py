"""What strangers answer is read with care."""

import pytest

from queue_server.adapters.calendars.multistatus import DAV, entries, parse
from queue_server.adapters.calendars.web_client import CalendarTrouble

BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>"""
HIDDEN = b"<!-- <a> --><!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>"
ANSWER = """<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
<d:response><d:href>/a/1.ics</d:href>
 <d:propstat><d:prop><d:getetag>"1"</d:getetag>
  <c:calendar-data><![CDATA[DESCRIPTION:<!DOCTYPE html>ä]]></c:calendar-data></d:prop>
  <d:status>HTTP/1.1 200 OK</d:status></d:propstat>
 <d:propstat><d:prop><d:displayname/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>
</d:response>
<d:response><d:href>/a/2.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>
</d:multistatus>"""


@pytest.mark.parametrize(
    "body", [b"", b"<a", b"\xff\xfe", b"plain", BOMB, HIDDEN, BOMB.decode().encode("utf-16")]
)
def test_dangerous_and_broken_documents_are_refused(body: bytes) -> None:
    with pytest.raises(CalendarTrouble, match="nonsense"):
        parse(body)


def test_each_thing_has_its_own_status() -> None:
    first, second = entries(parse(ANSWER.encode()))
    assert (first.href, first.status, first.etag) == ("/a/1.ics", 200, '"1"')
    assert first.data == "DESCRIPTION:<!DOCTYPE html>ä".encode(), "text, not a document type"
    assert not first.has(f"{DAV}displayname")
    assert (second.href, second.status, second.data) == ("/a/2.ics", 404, None)


def test_another_document_is_no_answer() -> None:
    with pytest.raises(CalendarTrouble, match="nonsense"):
        list(entries(parse(b"<html/>")))
