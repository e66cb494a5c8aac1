from __future__ import annotations

from screenshare.doctor.finding import fail, ok, report, warn, worst


def test_the_worst_finding_decides():
    good, poor, bad = ok("a", "fine"), warn("b", "poor", "mend"), fail("c", "bad", "mend")
    assert worst([]) == "ok"
    assert worst([good]) == "ok"
    assert worst([poor, good]) == "warn"
    assert worst([good, bad, poor]) == "fail"


def test_a_report_tells_each_finding_and_what_to_do():
    text = report([ok("codec", "fine"), warn("sign", "none", "look")], {"python": "3.11"}, private=())
    assert text.splitlines() == [
        "screenshare doctor python 3.11",
        "ok    codec         fine",
        "warn  sign          none -> look",
    ]


def test_a_report_holds_no_names_addresses_urls_or_paths():
    says = (
        "ann@Thinkpad at 192.168.1.20 and 2001:db8:f::10, [fd00:9::9]:3478, 10.1.2.3:80 asked"
        " turns:relay.example.org:443?transport=tcp, https://share.example.org/j/abc#k=secret"
        " with /home/ann/turn.password and pass-word-1"
    )
    text = report([ok("x", says)], {}, private=["ann", "thinkpad", "pass-word-1", ""])
    for secret in ("ann", "hinkpad", "168.1.20", "db8", "9::9", "1.2.3", "example", "abc", "secret", "home"):
        assert secret not in text
    assert "pass-word" not in text
    assert "192.x.x.x" in text  # what kind of network it is may help


def test_loopback_and_versions_stay_readable():
    text = report([ok("x", "127.0.0.1 and ::1 and 12:30")], {"av": "18.1.0"}, private=())
    assert "127.0.0.1 and ::1 and 12:30" in text
    assert "av 18.1.0" in text
