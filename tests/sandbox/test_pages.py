"""The console's pages: what people see, type and press."""

import html
import re

import pytest
from conftest import TOKEN

PARIS = "+33199001234"


def rows(page):
    """Return the cells of a page's table, row by row, as text."""
    return [
        [
            " ".join(re.sub("<[^>]+>", " ", cell).split())
            for cell in re.findall("(?s)<td.*?</td>", row)
        ]
        for row in re.findall("(?s)<tr.*?</tr>", page.text)[1:]
    ]


def chosen(page, name):
    select = re.search(rf'(?s)<select name="{name}".*?</select>', page.text)[0]
    return re.search(r"selected>([^<]+)<", select)[1]


def apply_button(page):
    return re.search(r'(?s)<button id="apply-changes".*?</button>', page.text)[0]


def rules_on(page):
    list_of_rules = re.search(r'(?s)<ol id="rules">.*?</ol>', page.text)[0]
    prefixes = re.findall(r'name="prefix" value="([^"]*)"', list_of_rules)
    numbers = re.findall("selected>([^<]+)<", list_of_rules)
    return list(zip(map(html.unescape, prefixes), numbers, strict=True))


def test_every_page_says_what_it_is_and_has_the_menu(sandbox):
    for path in (
        "/",
        "/settings/advanced",
        "/users",
        "/users/201",
        "/numbers",
        f"/numbers/{PARIS}",
        "/live",
        "/outside",
    ):
        page = sandbox.page(path)
        assert page.ok
        assert (
            "Sandbox: a stand-in for Axivox's console. Nothing here reaches the real network."
            in page.text
        )
        for name in ("Settings", "Users", "Incoming numbers"):
            assert f">{name}</a>" in page.text
        assert "disabled" in apply_button(page)


def test_nobody_and_nothing_unknown_has_a_page(sandbox):
    assert sandbox.page("/users/999").status_code == 404
    assert sandbox.page("/numbers/+442079460000").status_code == 404


def test_saving_lights_apply_changes_and_pressing_it_applies(sandbox):
    page = sandbox.page("/settings", {"default_number": PARIS})
    assert 'class="lit"' in apply_button(page)
    assert '<span class="count">1</span>' in apply_button(page)
    assert chosen(page, "default_number") == PARIS
    assert "Live calls still use: <b>+3212345678</b>" in page.text
    assert "Console user" in page.text
    assert sandbox.control("GET", "applied")["default_number"] == "+3212345678"

    page = sandbox.page("/apply-changes", {"page": "/users"})
    assert page.url == f"{sandbox.address}/users"
    assert "disabled" in apply_button(page)
    assert sandbox.control("GET", "applied")["default_number"] == PARIS


def test_apply_changes_leads_to_no_other_site(sandbox):
    page = sandbox.page("/apply-changes", {"page": "//elsewhere.example"})
    assert page.url == f"{sandbox.address}/settings"


@pytest.mark.parametrize(
    "page",
    [
        "//evil.example",
        "////evil.example",
        "https:////evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/%2Fevil.example",
        "/%5Cevil.example",
        "/\t/evil.example",
        "\n//evil.example",
        "http://evil.example/users",
        "//evil.example/users",
        "javascript:alert(1)",
        "/users/../../evil.example",
        "/users/999",
        "/users\r\nSet-Cookie: a=b",
        "/static/console.css",
        "/sandbox/applied",
        "users",
        "",
    ],
)
def test_apply_changes_leads_to_its_own_pages_only(sandbox, page):
    form = {"page": page}
    address = f"{sandbox.address}/apply-changes"
    answer = sandbox.session.post(address, data=form, allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/settings")


def test_apply_changes_leads_back_to_each_page(sandbox):
    own = ["/settings", "/settings/advanced", "/users", "/users/201", "/numbers", "/live"]
    for path in [*own, f"/numbers/{PARIS}"]:
        page = sandbox.page(path)
        typed = re.search(r'name="page" value="([^"]*)"', page.text)[1]
        assert sandbox.page("/apply-changes", {"page": typed}).url == page.url


@pytest.mark.parametrize(
    "path", ["/users/", "/settings/", "//evil.example/users/", "/api/company/"]
)
def test_an_address_that_is_not_there_leads_nowhere(sandbox, path):
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = sandbox.session.get(
        sandbox.address + path, headers=headers, allow_redirects=False, timeout=5
    )
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("/settings", b"", 400),
        ("/settings", b"default_number=\xff", 400),
        ("/settings", b"default_number=%FF%00", 422),
        ("/settings", b"default_number=%2B442079460000", 422),
        ("/settings/advanced", b"prefix=1&prefix=2&number=%2B3212345678", 400),
        ("/settings/advanced", b"prefix=1&number=0044", 422),
        ("/users/201", b"number=", 400),
        ("/users/201", b"outgoing_number=Default", 422),
        ("/users/999", b"outgoing_number=", 422),
        (f"/numbers/{PARIS}", b"type=extension", 400),
        (f"/numbers/{PARIS}", b"target=201", 400),
        (f"/numbers/{PARIS}", b"type=nowhere&target=201", 400),
        ("/apply-changes", b"\xff", 400),
    ],
)
def test_a_form_that_no_page_has_saves_nothing_and_is_no_defect(sandbox, path, form, status):
    sandbox.control("POST", "edit", {"default_number": PARIS})
    before = sandbox.revision
    assert sandbox.page(path, form).status_code == status
    assert sandbox.revision == before


def test_the_default_can_be_none(sandbox):
    sandbox.page("/settings", {"default_number": ""})
    assert sandbox.call("GET", "/outgoing-settings").json()["saved"]["default_number"] is None


def test_rules_are_kept_in_order_and_as_typed(sandbox):
    typed = [
        ("0032/2", PARIS),
        ("04", PARIS),
        ("0044", "+442079460958"),
        ("04", "+3212345678"),
        ('"<b>', PARIS),
    ]
    form = [pair for prefix, number in typed for pair in (("prefix", prefix), ("number", number))]
    page = sandbox.page("/settings/advanced", form)
    assert rules_on(page) == typed
    assert 'name="rules_override_users" checked' not in page.text
    saved = sandbox.call("GET", "/outgoing-settings").json()["saved"]
    assert [(rule["prefix"], rule["number"]) for rule in saved["rules"]] == typed
    assert saved["rules_override_users"] is False
    assert "0033 → +33199001234" in page.text, "what live calls still run on"


def test_the_override_is_ticked(sandbox):
    page = sandbox.page("/settings/advanced", {"rules_override_users": "on"})
    assert 'name="rules_override_users" checked' in page.text
    assert rules_on(page) == []


def test_a_rule_without_a_prefix_is_given_back_to_be_finished(sandbox):
    page = sandbox.page("/settings/advanced", [("prefix", ""), ("number", PARIS)])
    assert page.status_code == 422
    assert "A destination prefix has 1 to 32 characters." in page.text
    assert rules_on(page) == [("", PARIS)]
    assert sandbox.call("GET", "/changes").json()["items"] == []


def test_users_are_listed_with_their_outgoing_numbers(sandbox):
    page = sandbox.page("/users/201", {"outgoing_number": PARIS})
    assert page.url == f"{sandbox.address}/users"
    assert rows(page)[:3] == [
        ["100", "Lobby phone", "No", "Default", "Edit"],
        ["201", "Sophie Lambert", "Yes", f"{PARIS} not applied: live calls show Default", "Edit"],
        ["202", "James Whitfield", "Yes", "+442079460958", "Edit"],
    ]


def test_a_number_that_rings_the_user_is_their_direct_line(sandbox):
    page = sandbox.page("/users/203")
    assert chosen(page, "outgoing_number") == "+33199001235 (direct line)"
    assert page.text.count("(direct line)") == 1
    sandbox.page("/users/203", {"outgoing_number": ""})
    assert rows(sandbox.page("/users"))[3][3].startswith("Default")


def test_incoming_numbers_are_led_elsewhere(sandbox):
    page = sandbox.page(f"/numbers/{PARIS}", {"type": "extension", "target": "201"})
    assert [PARIS, "Extension: 201", "Edit"] in rows(page)
    assert f"{PARIS} (direct line)" in sandbox.page("/users/201").text
    page = sandbox.page(f"/numbers/{PARIS}", {"type": "hang_up", "target": "201"})
    assert [PARIS, "Hang up", "Edit"] in rows(page)


def test_a_destination_needs_its_target(sandbox):
    page = sandbox.page(f"/numbers/{PARIS}", {"type": "voicemail", "target": " "})
    assert page.status_code == 422
    assert "Voicemail needs a target." in page.text
    assert [PARIS, "Dial plan: French menu", "Edit"] in rows(sandbox.page("/numbers"))
