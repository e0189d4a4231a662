"""What the documents name is there, and what is there has its place in CONTRIBUTING.md."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("bridges", "callerid", "console", "dev", "models", "sandbox", "tests", "wizards")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("sandbox/*/*/*.md")])
FILE = re.compile(r"`((?:[\w-]+/)*[\w.-]+\.(?:py|js|json|xml|csv|cfg|md))`")
# Folders whose files must be in the map.
ROOMS = ("callerid", "console", "models", "wizards", "sandbox", "dev", "bridges/*/models")
PLAIN = ("__init__.py", "__main__.py")


def anchors(document):
    """Return the anchors that a document's headings get on the web."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document):
    for link in re.findall(r"\]\(([^)]+)\)", document.read_text()):
        if not link.startswith("http"):
            path, _, anchor = link.partition("#")
            target = (document.parent / path).resolve() if path else document
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_files_that_are_named_exist(document):
    known = [f"/{p.relative_to(ROOT)}" for folder in FOLDERS for p in ROOT.glob(f"{folder}/**/*")]
    known += [f"/{p.relative_to(ROOT)}" for pattern in ("*", "*/*") for p in ROOT.glob(pattern)]
    others = (
        () if document.name != "voip_oca.md" else ("partner_list.xml", "partner.xml", "call.xml")
    )
    for name in FILE.findall(document.read_text()):
        assert name in others or any(path.endswith(f"/{name}") for path in known), name


@pytest.mark.parametrize("room", ROOMS)
def test_each_file_has_its_place_in_the_map(room):
    map_ = (ROOT / "CONTRIBUTING.md").read_text()
    files = [file for file in ROOT.glob(f"{room}/*.py") if file.name not in PLAIN]
    assert files
    named = set(re.findall(r"[`/]([\w.]+)`", map_))
    assert {file.name for file in files} - named == set()


def test_each_picture_is_shown():
    text = "".join(document.read_text() for document in DOCUMENTS)
    pictures = [picture.name for picture in ROOT.glob("docs/pictures/*.png")]
    assert [name for name in pictures if f"pictures/{name})" not in text] == []
