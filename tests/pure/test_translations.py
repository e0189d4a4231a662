"""French and Dutch: nothing is missing, and one thing has one name."""

import re
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
FILES = [*ROOT.glob("i18n/*.po"), *ROOT.glob("bridges/*/i18n/*.po")]
LANGUAGES = ("fr", "nl")
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|</?\w+")
# Terms that are the same in these languages: OCA's checks require an empty translation.
EVERYWHERE = {
    *("Axivox", "Contact", "ID", "Menu", "PBX", "VoIP", "https://gateway.example/api"),
    *("%(minutes)s min %(seconds)s s", "%s s"),
}
AS_IN_ENGLISH = {
    "fr": {
        *("Base", "Cause", "Date", "Destination", "Destinations", "Message", "Messages", "Mobile"),
        *("Mode", "Page", "Pages", "Position", "Responsible", "Total", "Type", *EVERYWHERE),
    },
    "nl": {
        *("Account", "Accounts", "In Odoo", "In Odoo:", "Label", "Lead", "Prefix", "SIP Call-ID"),
        *("Status", "Team", "Team %s", "Teams", "Token", "Voicemail", *EVERYWHERE),
    },
}
# What English says, and what the same thing is called in each language: patterns, any case.
GLOSSARY = [
    (r"(?<!into )accounts?", "compte", "account"),
    (r"archive(d)?", "archiv", "archiveer|archiver"),
    (r"base URL", "URL de base", "basis-URL"),
    (r"call log", "journal d'appels", "oproeplogboek"),
    (r"carrier", "opérateur", "operator"),
    (r"caller ID", "numéro.? affiché|Caller ID", "getoond nummer|nummerweergave|Caller ID|getoond"),
    (r"console", "console", "console"),
    (r"contact", "contact", "contact"),
    (r"country", "pays", "land"),
    (r"default outgoing number", "numéro sortant par défaut", "standaard uitgaande? nummer"),
    (r"destinations?", "destination", "bestemming"),
    (r"dial plan", "plan de numérotation", "belplan"),
    (r"discard (pending )?changes", "abandonner", "verwerpen"),
    (r"emergency", "urgence", "nood"),
    (r"extensions?", "poste", "toestel"),
    (r"by hand", "manuel|à la main", "handmatig|met de hand"),
    (r"history", "historique", "geschiedenis"),
    (r"incoming numbers?", "numéros? entrants?", "inkomende? (Axivox-)?nummer"),
    (r"leads?", "piste", "lead"),
    (r"outgoing numbers?", "numéros? sortants?", "uitgaande? nummer"),
    (r"pending changes?", "changements? en attente", "openstaande wijziging"),
    (r"prefix", "préfixe", "prefix"),
    (r"promised", "annoncé", "beloof?d"),
    (r"pull", "récupér", "op(haal|halen|gehaald)|ha(al|len) .*op"),
    (r"reseller", "revendeur", "reseller"),
    (r"restored?", "restaur", "teruggezet|terugzetten"),
    (r"revert(ed)?", "rétabli", "terug(ge)?dra"),
    (r"rules?", "règle", "regel"),
    (r"sales teams?", "équipes? commerciales?", "verkoopteam"),
    (r"settings?", "paramètre", "instelling"),
    (r"telephone numbers?", "numéros? de téléphone", "telefoonnummer"),
    (r"test cases?", "cas de test", "testgeval"),
    (r"token", "jeton", "token"),
    (r"users?", "utilisateur", "gebruiker"),
    (r"voicemail", "messagerie", "voicemail"),
]


@cache
def _terms(language):
    """Return a list of all terms, file by file."""
    catalogs = [read_po(BytesIO(file.read_bytes())) for file in FILES if file.stem == language]
    return [term for catalog in catalogs for term in catalog if term.id]


def _said(term):
    return term.string or term.id


def _words(text):
    return PLACEHOLDER.sub(" ", text)


def test_each_addon_has_each_language():
    assert {file.stem for file in FILES} == set(LANGUAGES)
    assert len(FILES) == len(LANGUAGES) * len({file.parent for file in FILES})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_translated(language):
    terms = _terms(language)
    empty = {
        term.id for term in terms if not term.string and re.search("[a-z]", _words(term.id), re.I)
    }
    assert empty == AS_IN_ENGLISH[language]
    assert not [term.id for term in terms if term.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_tags_are_those_of_the_term(language):
    for term in _terms(language):
        found = [sorted(PLACEHOLDER.findall(text)) for text in (term.id, _said(term))]
        assert found[0] == found[1], term.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_ends_as_the_term_does(language):
    for term in _terms(language):
        ends = [text.rstrip()[-1:] in ".…:" for text in (term.id, _said(term))]
        assert ends[0] == ends[1], term.id


@pytest.mark.parametrize(
    ("english", "french", "dutch"), GLOSSARY, ids=[english for english, *_ in GLOSSARY]
)
def test_one_thing_has_one_name(english, french, dutch):
    for language, expected in zip(LANGUAGES, (french, dutch), strict=True):
        named = [
            term for term in _terms(language) if re.search(rf"\b{english}\b", _words(term.id), re.I)
        ]
        assert named
        assert not [term.id for term in named if not re.search(expected, _words(_said(term)), re.I)]


def test_people_are_addressed_in_one_way():
    assert not [term.id for term in _terms("fr") if re.search(r"\b(tu|ton|tes)\b", term.string)]
    assert not [term.id for term in _terms("nl") if re.search(r"\b[Uu]w?\b", term.string)]
