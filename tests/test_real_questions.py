"""Real questions with their answers, taken from the fact sheets and put to the shipped catalogue.

Each is asked on both sides of the day on which its answer changes, and as known by both
sides of the day on which that became public.  Days are ISO texts and codes stand in order,
so that a question reads as the sheets write it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from tests.conftest import CommandLine
from tracker.app import Tracker
from tracker.domain.dates import AsOf
from tracker.domain.state import Held, SubjectState, is_open, is_overdue, schedule_of

NOW = "2026-07-01"
"""The last day that the sheets know of."""


def before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


class Questions:
    """The shipped catalogue, asked in few words."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker

    @staticmethod
    def at(day: str, known_by: str | None = None) -> AsOf:
        return AsOf(date.fromisoformat(day), date.fromisoformat(known_by) if known_by else None)

    def find(self, subject: str, day: str, known_by: str | None = None) -> SubjectState | None:
        """The subject on the day; None when it is not there yet."""
        found = self.tracker.state(self.at(day, known_by), subject=subject).subjects
        return found[0] if found else None

    def on(self, subject: str, day: str, known_by: str | None = None) -> SubjectState:
        """The subject on a day on which it is there."""
        found = self.find(subject, day, known_by)
        assert found is not None, f"{subject} is not there on {day}"
        return found

    def stage(self, subject: str, day: str, known_by: str | None = None) -> str | None:
        found = self.find(subject, day, known_by)
        return found.stage if found else None

    def part(self, subject: str, part: str, day: str, known_by: str | None = None) -> Held | None:
        found = self.find(subject, day, known_by)
        return found.parts.get(part) if found else None

    def value(self, subject: str, part: str, day: str, known_by: str | None = None) -> object:
        held = self.part(subject, part, day, known_by)
        return held.value if held else None

    def members(self, agreement: str, day: str, known_by: str | None = None) -> str:
        """``AU CA JP``: those for whom it is in force; ``NZ:suspended``."""
        _, found, _ = self.tracker.members(self.at(day, known_by), f"agreement/{agreement}")
        return " ".join(
            each.party if each.stage == "in-force" else f"{each.party}:{each.stage}"
            for each in found
        )

    def allies(
        self, party: str, day: str, known_by: str | None = None, *, all_pacts: bool = False
    ) -> dict[str, str]:
        """By agreement, ``AU US:suspended``: those to whom it binds *party*."""
        at = self.at(day, known_by)
        _, found = self.tracker.alliances(at, party, all_pacts=all_pacts)
        return {
            each.agreement.subject.removeprefix("agreement/"): " ".join(
                ally.party if ally.stage == "in-force" else f"{ally.party}:{ally.stage}"
                for ally in each.partners
            )
            for each in found
        }

    def ties(self, parties: str, forms: str, day: str, known_by: str | None = None) -> set[str]:
        """``CN-KR china-korea-fta``: who of *parties* is tied to whom, by what in force."""
        at = self.at(day, known_by)
        _, found = self.tracker.ties(at, parties=parties.split(), forms=forms.split())
        return {
            f"{tie.one}-{tie.other} {tie.agreement.subject.removeprefix('agreement/')}"
            for tie in found
            if tie.stage == "in-force"
        }

    def between(self, parties: str, form: str, day: str, known_by: str | None = None) -> str:
        """``ecfa:signed``: the agreements of a form, at their stage between the two parties."""
        one, other = parties.split()
        _, found = self.tracker.agreements(self.at(day, known_by), between=(one, other), form=form)
        return " ".join(
            f"{each.agreement.subject.removeprefix('agreement/')}:{each.between}" for each in found
        )

    def start(self, meeting: str, day: str, known_by: str | None = None) -> str | None:
        """The first day of a meeting, held or planned."""
        found = self.find(f"meeting/{meeting}", day, known_by)
        days = schedule_of(found) if found else None
        return days[0].isoformat() if days else None


@pytest.fixture(scope="module")
def ask(shipped_once: str) -> Iterator[Questions]:
    tracker = Tracker(shipped_once)
    yield Questions(tracker)
    tracker.close()


# -- signed is not in force, and the first day counts -------------------------------------


@pytest.mark.parametrize(
    ("agreement", "signed", "first_day", "parties"),
    [
        ("nato", "1949-04-04", "1949-08-24", "BE CA DK FR GB IS IT LU NL NO PT US"),
        ("us-philippines-mutual-defense", "1951-08-30", "1952-08-27", "PH US"),
        ("anzus", "1951-09-01", "1952-04-29", "AU NZ US"),
        ("us-japan-security-treaty-1951", "1951-09-08", "1952-04-28", "JP US"),
        ("us-korea-mutual-defense", "1953-10-01", "1954-11-17", "KR US"),
        ("us-taiwan-mutual-defense", "1954-12-02", "1955-03-03", "TW US"),
        ("us-japan-security-treaty", "1960-01-19", "1960-06-23", "JP US"),
        ("soviet-north-korea-1961", "1961-07-06", "1961-09-10", "KP SU"),
        ("china-north-korea-1961", "1961-07-11", "1961-09-10", "CN KP"),
        ("japan-korea-basic-1965", "1965-06-22", "1965-12-18", "JP KR"),
        ("japan-china-peace-1978", "1978-08-12", "1978-10-23", "CN JP"),
        ("china-japan-bit-1988", "1988-08-27", "1989-05-14", "CN JP"),
        ("nafta", "1992-12-17", "1994-01-01", "CA MX US"),
        ("china-russia-2001", "2001-07-16", "2002-02-28", "CN RU"),
        ("korus", "2007-06-30", "2012-03-15", "KR US"),
        ("china-new-zealand-fta", "2008-04-07", "2008-10-01", "CN NZ"),
        ("ecfa", "2010-06-29", "2010-09-12", "CN TW"),
        ("japan-india-cepa", "2011-02-16", "2011-08-01", "IN JP"),
        ("cjk-investment", "2012-05-13", "2014-05-17", "CN JP KR"),
        ("korea-australia-fta", "2014-04-08", "2014-12-12", "AU KR"),
        ("japan-australia-epa", "2014-07-08", "2015-01-15", "AU JP"),
        ("korea-canada-fta", "2014-09-22", "2015-01-01", "CA KR"),
        ("japan-mongolia-epa", "2015-02-10", "2016-06-07", "JP MN"),
        ("korea-new-zealand-fta", "2015-03-23", "2015-12-20", "KR NZ"),
        ("korea-vietnam-fta", "2015-05-05", "2015-12-20", "KR VN"),
        ("china-korea-fta", "2015-06-01", "2015-12-20", "CN KR"),
        ("china-australia-fta", "2015-06-17", "2015-12-20", "AU CN"),
        ("eu-japan-epa", "2018-07-17", "2019-02-01", "EU JP"),
        ("usmca", "2018-11-30", "2020-07-01", "CA MX US"),
        ("korea-uk-fta", "2019-08-22", "2021-01-01", "GB KR"),
        ("us-japan-trade-2019", "2019-10-07", "2020-01-01", "JP US"),
        ("us-japan-digital-2019", "2019-10-07", "2020-01-01", "JP US"),
        ("japan-uk-cepa", "2020-10-23", "2021-01-01", "GB JP"),
        ("korea-indonesia-cepa", "2020-12-18", "2023-01-01", "ID KR"),
        ("korea-cambodia-fta", "2021-10-26", "2022-12-01", "KH KR"),
        ("japan-australia-raa", "2022-01-06", "2023-08-13", "AU JP"),
        ("japan-uk-raa", "2023-01-11", "2023-10-15", "GB JP"),
        ("eu-japan-data-flows", "2024-01-31", "2024-07-01", "EU JP"),
        ("russia-north-korea-2024", "2024-06-19", "2024-12-04", "KP RU"),
        ("japan-philippines-raa", "2024-07-08", "2025-09-11", "JP PH"),
    ],
)
def test_an_agreement_binds_from_its_first_day_in_force_and_not_from_its_signing(
    ask: Questions, agreement: str, signed: str, first_day: str, parties: str
) -> None:
    assert ask.stage(f"agreement/{agreement}", before(signed)) != "signed"
    assert ask.stage(f"agreement/{agreement}", signed) == "signed"
    assert ask.members(agreement, signed) == ""
    assert ask.members(agreement, before(first_day)) == ""
    assert ask.members(agreement, first_day) == parties


@pytest.mark.parametrize(
    ("partner", "first_day"),
    [
        ("singapore SG", "2002-11-30"),
        ("mexico MX", "2005-04-01"),
        ("malaysia MY", "2006-07-13"),
        ("chile CL", "2007-09-03"),
        ("thailand TH", "2007-11-01"),
        ("indonesia ID", "2008-07-01"),
        ("brunei BN", "2008-07-31"),
        ("philippines PH", "2008-12-11"),
        ("switzerland CH", "2009-09-01"),
        ("vietnam VN", "2009-10-01"),
        ("peru PE", "2012-03-01"),
    ],
)
def test_an_economic_partnership_of_japan_begins_on_its_day(
    ask: Questions, partner: str, first_day: str
) -> None:
    name, code = partner.split()

    assert ask.members(f"japan-{name}-epa", before(first_day)) == ""
    assert set(ask.members(f"japan-{name}-epa", first_day).split()) == {"JP", code}


@pytest.mark.parametrize(
    ("agreement", "signed"),
    [
        ("geelong-treaty", "2025-07-26"),
        ("aukus-naval-propulsion", "2024-08-05"),
        ("us-japan-2025", "2025-09-04"),
        ("us-malaysia-2025", "2025-10-26"),
        ("us-cambodia-2025", "2025-10-26"),
        ("us-korea-2025", "2025-11-14"),
        ("us-taiwan-2026", "2026-02-12"),
        ("eu-korea-digital", "2026-06-10"),
    ],
)
def test_what_was_signed_and_not_brought_into_force_has_no_members(
    ask: Questions, agreement: str, signed: str
) -> None:
    assert ask.stage(f"agreement/{agreement}", before(signed)) != "signed"
    assert ask.stage(f"agreement/{agreement}", signed) == "signed"
    assert ask.stage(f"agreement/{agreement}", NOW) == "signed"
    assert ask.members(agreement, NOW) == ""


def test_the_trans_pacific_partnership_of_twelve_never_bound_anybody(ask: Questions) -> None:
    assert ask.value("agreement/tpp", "party/US", "2016-02-04") == "signed"
    assert ask.value("agreement/tpp", "party/US", "2017-02-01") == "left"
    assert [ask.members("tpp", day) for day in ("2016-02-04", "2018-12-30", NOW)] == ["", "", ""]


def test_provisional_application_is_not_yet_entry_into_force(ask: Questions) -> None:
    assert ask.stage("agreement/eu-korea-fta", "2011-06-30") == "signed"
    assert ask.stage("agreement/eu-korea-fta", "2011-07-01") == "provisional"
    assert ask.members("eu-korea-fta", "2015-12-12") == ""
    assert ask.members("eu-korea-fta", "2015-12-13") == "EU KR"


def test_the_partnership_of_japan_and_the_eu_is_in_force_in_full_from_2025(ask: Questions) -> None:
    assert ask.members("eu-japan-spa", "2024-12-31") == ""
    assert ask.members("eu-japan-spa", "2025-01-01") == "EU JP"


# -- expected, once it was public ---------------------------------------------------------


@pytest.mark.parametrize(
    ("agreement", "day", "public", "parties"),
    [
        ("rcep", "2022-01-01", "2021-11-03", "AU BN CN JP KH LA NZ SG TH VN"),
        ("japan-australia-raa", "2023-08-13", "2023-08-08", "AU JP"),
        ("japan-uk-raa", "2023-10-15", "2023-09-15", "GB JP"),
        ("japan-philippines-raa", "2025-09-11", "2025-08-12", "JP PH"),
        ("china-australia-fta", "2015-12-20", "2015-12-09", "AU CN"),
        ("cjk-investment", "2014-05-17", "2014-04-18", "CN JP KR"),
        ("ipef-supply-chain", "2024-02-24", "2024-01-31", "FJ IN JP SG US"),
        ("us-japan-trade-2019", "2020-01-01", "2019-12-26", "JP US"),
        ("russia-north-korea-2024", "2024-12-04", "2024-12-05", "KP RU"),
    ],
)
def test_a_first_day_is_expected_from_the_day_it_was_public(
    ask: Questions, agreement: str, day: str, public: str, parties: str
) -> None:
    assert ask.members(agreement, day, before(public)) == ""
    assert ask.members(agreement, day, public) == parties


@pytest.mark.parametrize(
    ("party", "deposited", "public"),
    [
        ("SG", "2021-04-09", "2021-04-09"),
        ("JP", "2021-06-25", "2021-06-25"),
        ("BN", "2021-10-26", "2021-10-26"),
        ("KH", "2021-10-26", "2021-10-26"),
        ("LA", "2021-10-26", "2021-10-26"),
        ("TH", "2021-10-28", "2021-11-01"),
        ("VN", "2021-10-29", "2021-11-03"),
        ("AU", "2021-11-02", "2021-11-03"),
        ("NZ", "2021-11-02", "2021-11-03"),
        ("KR", "2021-12-03", "2021-12-03"),
        ("MY", "2022-01-17", "2022-01-18"),
        ("ID", "2022-11-03", "2022-11-03"),
        ("PH", "2023-04-03", "2023-04-04"),
    ],
)
def test_a_deposit_for_rcep_counts_from_the_day_it_was_public(
    ask: Questions, party: str, deposited: str, public: str
) -> None:
    part = f"party/{party}"

    assert ask.value("agreement/rcep", part, deposited, before(public)) == "signed"
    assert ask.value("agreement/rcep", part, deposited, public) == "ratified"


@pytest.mark.parametrize(
    ("party", "first_day", "public", "count"),
    [
        ("KR", "2022-02-01", "2021-12-03", 11),
        ("MY", "2022-03-18", "2022-01-18", 12),
        ("ID", "2023-01-02", "2022-11-03", 13),
        ("PH", "2023-06-02", "2023-04-04", 14),
    ],
)
def test_rcep_grows_by_one_on_the_day_that_a_deposit_fixed(
    ask: Questions, party: str, first_day: str, public: str, count: int
) -> None:
    assert party not in ask.members("rcep", before(first_day)).split()
    assert party not in ask.members("rcep", first_day, before(public)).split()
    assert party in ask.members("rcep", first_day, public).split()
    assert len(ask.members("rcep", first_day).split()) == count


def test_india_left_the_talks_on_rcep_and_never_signed(ask: Questions) -> None:
    assert ask.value("agreement/rcep", "party/IN", "2019-11-03") == "negotiating"
    assert ask.value("agreement/rcep", "party/IN", "2019-11-04") == "left"
    assert "IN" not in ask.members("rcep", NOW).split()


# -- in force for some pairs and not for others -------------------------------------------


@pytest.mark.parametrize(
    ("day", "count"),
    [
        ("2018-12-29", 0),
        ("2018-12-30", 6),
        ("2019-01-14", 7),
        ("2021-09-18", 7),
        ("2021-09-19", 8),
        ("2022-11-28", 8),
        ("2022-11-29", 9),
        ("2023-02-20", 9),
        ("2023-02-21", 10),
        ("2023-07-11", 10),
        ("2023-07-12", 11),
        ("2024-12-14", 11),
        ("2024-12-15", 12),
        (NOW, 12),
    ],
)
def test_cptpp_has_as_many_members_as_have_it_in_force(
    ask: Questions, day: str, count: int
) -> None:
    assert len(ask.members("cptpp", day).split()) == count


@pytest.mark.parametrize(
    ("day", "stage"),
    [
        ("2021-01-31", None),
        ("2021-02-01", "applied"),
        ("2021-06-02", "negotiating"),
        ("2023-07-15", "negotiating"),
        ("2023-07-16", "signed"),
        ("2024-05-17", "ratified"),
        ("2024-12-14", "ratified"),
        ("2024-12-15", "in-force"),
    ],
)
def test_the_united_kingdom_comes_into_cptpp_step_by_step(
    ask: Questions, day: str, stage: str | None
) -> None:
    assert ask.value("agreement/cptpp", "party/GB", day) == stage


def test_the_british_entry_into_cptpp_was_expected_from_the_sixth_approval(
    ask: Questions,
) -> None:
    assert "GB" not in ask.members("cptpp", "2024-12-15", "2024-08-28").split()
    assert "GB" in ask.members("cptpp", "2024-12-15", "2024-08-29").split()


CPTPP = "AU BN CA CL GB JP MX MY NZ PE SG VN"


@pytest.mark.parametrize(
    ("day", "partners"),
    [
        ("2024-12-14", ""),
        ("2024-12-15", "BN CL JP MY NZ PE SG VN"),
        ("2024-12-23", "BN CL JP MY NZ PE SG VN"),
        ("2024-12-24", "AU BN CL JP MY NZ PE SG VN"),
        (NOW, "AU BN CL JP MY NZ PE SG VN"),
    ],
)
def test_cptpp_ties_the_united_kingdom_only_to_those_who_took_it_in(
    ask: Questions, day: str, partners: str
) -> None:
    tied = ask.ties(CPTPP, "free-trade-area", day)

    found = {each.split()[0] for each in tied if each.endswith(" cptpp")}
    with_gb = {pair.replace("GB", "").strip("-") for pair in found if "GB" in pair}
    assert with_gb == set(partners.split())


@pytest.mark.parametrize("partner", ["CA", "MX"])
def test_a_pair_without_a_day_of_its_own_is_not_in_force(ask: Questions, partner: str) -> None:
    pair = f"pair/{'-'.join(sorted((partner.lower(), 'gb')))}"

    assert partner in ask.members("cptpp", NOW).split()
    assert "GB" in ask.members("cptpp", NOW).split()
    assert ask.value("agreement/cptpp", pair, NOW) == "signed"


def test_canada_has_cptpp_with_australia_and_not_with_the_united_kingdom(ask: Questions) -> None:
    tied = ask.ties("AU CA GB", "free-trade-area", "2026-05-07")

    assert {"AU-CA cptpp", "AU-GB cptpp"} <= tied
    assert "CA-GB cptpp" not in tied


def test_rcep_is_in_force_between_china_and_myanmar_and_open_for_myanmar(ask: Questions) -> None:
    day = "2022-05-01"

    assert ask.value("agreement/rcep", "pair/cn-mm", before(day)) is None
    assert ask.value("agreement/rcep", "pair/cn-mm", day) == "in-force"
    assert ask.value("agreement/rcep", "party/MM", day) == "open"
    assert "MM" not in ask.members("rcep", day).split()


def test_rcep_ties_china_and_myanmar_though_myanmar_is_no_member(ask: Questions) -> None:
    assert "CN-MM rcep" not in ask.ties("CN MM", "free-trade-area", "2022-04-30")
    assert "CN-MM rcep" in ask.ties("CN MM", "free-trade-area", "2022-05-01")
    assert "JP-MM rcep" not in ask.ties("JP MM", "free-trade-area", "2022-05-01")


@pytest.mark.parametrize(
    ("party", "agreement", "day", "stage"),
    [
        ("KR", "rcep", "2022-01-31", "ratified"),
        ("KR", "rcep", "2022-02-01", "in-force"),
        ("ID", "rcep", "2023-01-01", "ratified"),
        ("GB", "cptpp", "2024-12-14", "ratified"),
        ("VN", "cptpp", "2019-01-13", "ratified"),
    ],
)
def test_what_is_in_force_for_others_shows_a_party_at_its_own_stage(
    ask: Questions, party: str, agreement: str, day: str, stage: str
) -> None:
    assert ask.stage(f"agreement/{agreement}", day) == "in-force"
    assert ask.value(f"agreement/{agreement}", f"party/{party}", day) == stage


def test_myanmars_word_on_rcep_was_a_claim_and_two_states_refuse_it(ask: Questions) -> None:
    claim = "claim/myanmar-rcep-ratification"

    assert ask.stage(claim, "2021-10-26", "2021-10-25") is None
    assert ask.stage(claim, "2021-10-26") == "made"
    assert ask.stage(claim, "2022-02-18") == "disputed"
    assert set(ask.on(claim, "2022-02-18").under("position")) == {"NZ", "PH"}


@pytest.mark.parametrize(
    ("party", "first_day"),
    [
        ("JP", "2008-12-01"),
        ("BN", "2009-01-01"),
        ("MY", "2009-02-01"),
        ("TH", "2009-06-01"),
        ("KH", "2009-12-01"),
        ("ID", "2010-03-01"),
        ("PH", "2010-07-01"),
    ],
)
def test_each_party_of_the_asean_agreement_with_japan_has_its_own_first_day(
    ask: Questions, party: str, first_day: str
) -> None:
    assert party not in ask.members("asean-japan-cep", before(first_day)).split()
    assert party in ask.members("asean-japan-cep", first_day).split()


@pytest.mark.parametrize(
    ("party", "first_day"),
    [
        ("AU", "2010-01-01"),
        ("TH", "2010-03-12"),
        ("LA", "2011-01-01"),
        ("KH", "2011-01-04"),
        ("ID", "2012-01-10"),
    ],
)
def test_each_party_of_the_asean_agreement_with_australia_has_its_own_first_day(
    ask: Questions, party: str, first_day: str
) -> None:
    assert party not in ask.members("aanzfta", before(first_day)).split()
    assert party in ask.members("aanzfta", first_day).split()


def test_the_indo_pacific_framework_has_fourteen_members_and_few_of_them_its_texts(
    ask: Questions,
) -> None:
    assert ask.members("ipef", "2022-05-22") == ""
    assert ask.members("ipef", NOW) == "AU BN FJ ID IN JP KR MY NZ PH SG TH US VN"
    assert ask.members("ipef-supply-chain", "2024-02-23") == ""
    assert ask.members("ipef-supply-chain", "2024-02-24") == "FJ IN JP SG US"


def test_the_two_later_agreements_of_the_indo_pacific_framework_begin_a_day_apart(
    ask: Questions,
) -> None:
    days = ("2024-10-10", "2024-10-11", "2024-10-12")

    assert [ask.stage("agreement/ipef-clean-economy", day) for day in days] == [
        "signed",
        "in-force",
        "in-force",
    ]
    assert [ask.stage("agreement/ipef-fair-economy", day) for day in days] == [
        "signed",
        "signed",
        "in-force",
    ]
    assert "JP" in ask.members("ipef-clean-economy", days[2]).split()
    assert "JP" not in ask.members("ipef-fair-economy", days[2]).split()


# -- suspended is not terminated ----------------------------------------------------------


def test_new_zealand_stays_in_anzus_with_its_leg_to_the_united_states_suspended(
    ask: Questions,
) -> None:
    assert ask.allies("NZ", "1986-08-10")["anzus"] == "AU US"
    assert ask.allies("NZ", "1986-08-11")["anzus"] == "AU US:suspended"
    assert ask.allies("US", "1986-08-11")["anzus"] == "AU NZ:suspended"
    assert ask.allies("AU", "1986-08-11")["anzus"] == "NZ US"
    assert ask.members("anzus", NOW) == "AU NZ US"


def test_the_military_information_agreement_of_japan_and_korea_never_lapsed(
    ask: Questions,
) -> None:
    gsomia = "agreement/japan-korea-gsomia"

    assert ask.members("japan-korea-gsomia", "2016-11-22") == ""
    assert ask.members("japan-korea-gsomia", "2016-11-23") == "JP KR"
    assert ask.stage(gsomia, "2019-11-23", "2019-11-21") == "ended"
    assert ask.stage(gsomia, "2019-11-23", "2019-11-22") == "in-force"
    assert ask.members("japan-korea-gsomia", "2019-11-23") == "JP KR"


@pytest.mark.parametrize(
    ("day", "notice"),
    [
        ("2019-08-21", None),
        ("2019-08-23", "given"),
        ("2019-11-21", "given"),
        ("2019-11-22", "on-hold"),
        ("2023-03-20", "on-hold"),
        ("2023-03-21", "withdrawn"),
    ],
)
def test_koreas_notice_of_2019_is_given_put_on_hold_and_taken_back(
    ask: Questions, day: str, notice: str | None
) -> None:
    assert ask.value("agreement/japan-korea-gsomia", "notice/KR", day) == notice
    assert ask.stage("agreement/japan-korea-gsomia", day) == "in-force"


def test_the_military_agreement_of_the_two_koreas_is_suspended_by_the_south_and_not_ended(
    ask: Questions,
) -> None:
    korea = "agreement/inter-korean-military-2018"

    assert ask.value(korea, "party/KR", "2024-06-03") == "in-force"
    assert ask.value(korea, "party/KR", "2024-06-04") == "suspended"
    assert ask.stage(korea, "2025-08-16") == "suspended"
    assert ask.members("inter-korean-military-2018", NOW) == "KR:suspended"


# -- a notice is not yet a withdrawal -----------------------------------------------------


@pytest.mark.parametrize(
    ("day", "notice"),
    [
        ("2020-02-10", None),
        ("2020-02-11", "given"),
        ("2020-07-01", "on-hold"),
        ("2020-12-01", "on-hold"),
        ("2021-07-28", "on-hold"),
        ("2021-07-30", "withdrawn"),
    ],
)
def test_the_philippine_notice_on_visiting_forces_never_ended_the_agreement(
    ask: Questions, day: str, notice: str | None
) -> None:
    forces = "agreement/us-philippines-visiting-forces"

    assert ask.value(forces, "notice/PH", day) == notice
    assert ask.members("us-philippines-visiting-forces", day) == "PH US"


def test_the_visiting_forces_agreement_was_expected_to_end_until_the_notice_was_on_hold(
    ask: Questions,
) -> None:
    forces = "agreement/us-philippines-visiting-forces"
    after_180_days = "2020-08-11"

    assert ask.stage(forces, after_180_days, "2020-02-10") == "in-force"
    assert ask.stage(forces, after_180_days, "2020-02-11") == "ended"
    assert ask.stage(forces, after_180_days, "2020-06-30") == "in-force"
    assert ask.stage(forces, "1999-05-31") == "signed"
    assert ask.stage(forces, "1999-06-01") == "in-force"


def test_the_british_notice_of_2017_left_the_union_with_28_members_until_february_2020(
    ask: Questions,
) -> None:
    notice = "notice/GB"

    assert ask.value("agreement/eu", notice, "2017-03-28") is None
    assert ask.value("agreement/eu", notice, "2017-03-29") == "given"
    for day in ("2017-03-29", "2019-03-30", "2019-04-13", "2019-11-01", "2020-01-31"):
        assert len(ask.members("eu", day).split()) == 28
    assert len(ask.members("eu", "2020-02-01").split()) == 27
    assert ask.value("agreement/eu", "party/GB", "2020-02-01") == "left"


@pytest.mark.parametrize(
    ("day", "known_by", "stage"),
    [
        ("2019-03-30", "2017-03-28", "in-force"),
        ("2019-03-30", "2017-03-29", "left"),
        ("2019-03-30", "2019-03-31", "in-force"),
        ("2019-04-13", "2019-03-31", "left"),
        ("2019-04-13", "2019-04-12", "in-force"),
        ("2019-11-01", "2019-10-20", "left"),
        ("2019-11-01", "2019-11-01", "in-force"),
        ("2020-02-01", "2019-11-01", "left"),
    ],
)
def test_the_british_departure_was_expected_and_put_off_three_times(
    ask: Questions, day: str, known_by: str, stage: str
) -> None:
    assert ask.value("agreement/eu", "party/GB", day, known_by) == stage


def test_the_departure_from_the_union_is_dated_by_the_hour_of_brussels(ask: Questions) -> None:
    held = ask.part("agreement/eu", "party/GB", "2020-02-01")

    assert held is not None
    assert held.since_hour == "2020-02-01T00:00+01:00"


def test_the_treaty_with_taiwan_holds_through_the_year_of_notice(ask: Questions) -> None:
    treaty = "us-taiwan-mutual-defense"

    assert ask.allies("TW", "1955-03-02") == {}
    assert ask.allies("TW", "1955-03-03") == {treaty: "US"}
    assert ask.value(f"agreement/{treaty}", "notice/US", "1979-01-01") == "given"
    assert ask.allies("TW", "1979-12-31") == {treaty: "US"}
    assert ask.allies("TW", "1980-01-01") == {}
    assert ask.allies("TW", "1980-01-01", "1978-12-14") == {treaty: "US"}


# -- a term ends unless it is extended ----------------------------------------------------


def test_the_treaty_of_china_and_the_soviet_union_ran_out_after_thirty_years(
    ask: Questions,
) -> None:
    assert ask.allies("CN", "1980-04-10") == {
        "china-north-korea-1961": "KP",
        "china-soviet-1950": "SU",
    }
    assert ask.allies("CN", "1980-04-11") == {"china-north-korea-1961": "KP"}


def test_the_term_of_the_treaty_of_china_and_russia_is_extended_by_five_years(
    ask: Questions,
) -> None:
    treaty = "agreement/china-russia-2001"

    known_before = ask.on(treaty, "2022-03-01", "2021-06-27").value("term")
    known_after = ask.on(treaty, "2022-03-01", "2021-06-28").value("term")

    assert (known_before["ends"], known_after["ends"]) == ("2022-02-28", "2027-02-28")
    assert ask.stage(treaty, "2022-03-01") == "in-force"


def test_the_review_of_the_usmca_does_not_extend_its_term_and_does_not_end_it(
    ask: Questions,
) -> None:
    usmca = "agreement/usmca"

    assert ask.stage("meeting/usmca-review-2026", "2026-06-30") == "scheduled"
    assert ask.stage("meeting/usmca-review-2026", "2026-07-01") == "held"
    for day in ("2026-06-30", "2026-07-01"):
        assert ask.on(usmca, day).value("term")["ends"] == "2036-07-01"
        assert ask.members("usmca", day) == "CA MX US"


@pytest.mark.parametrize("known_by", [None, "2020-04-24", "2026-06-30"])
def test_the_usmca_runs_out_in_2036_unless_it_is_extended(
    ask: Questions, known_by: str | None
) -> None:
    assert ask.members("usmca", "2036-06-30", known_by) == "CA MX US"
    assert ask.members("usmca", "2036-07-01", known_by) == ""
    assert ask.stage("agreement/usmca", "2036-07-01", known_by) == "ended"


@pytest.mark.parametrize("day", ["1981-09-11", "2001-09-11", "2021-09-11", NOW])
def test_the_treaty_of_china_and_north_korea_has_no_term_to_be_renewed(
    ask: Questions, day: str
) -> None:
    treaty = "agreement/china-north-korea-1961"

    assert "ends" not in ask.on(treaty, day).value("term")
    assert ask.members("china-north-korea-1961", day) == "CN KP"


def test_nafta_ends_on_the_day_the_usmca_begins(ask: Questions) -> None:
    assert ask.members("nafta", "2020-06-30") == "CA MX US"
    assert ask.members("nafta", "2020-07-01") == ""


# -- alliances ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("party", "day", "allies"),
    [
        ("JP", "1952-04-27", {}),
        ("JP", "1952-04-28", {"us-japan-security-treaty-1951": "US"}),
        ("JP", "1955-01-01", {"us-japan-security-treaty-1951": "US"}),
        ("JP", "1960-06-22", {"us-japan-security-treaty-1951": "US"}),
        ("JP", "1960-06-23", {"us-japan-security-treaty": "US"}),
        ("JP", NOW, {"us-japan-security-treaty": "US"}),
        ("KR", "1954-11-16", {}),
        ("KR", "1954-11-17", {"us-korea-mutual-defense": "US"}),
        ("KR", NOW, {"us-korea-mutual-defense": "US"}),
        ("PH", "1952-08-26", {}),
        ("PH", "1952-08-27", {"us-philippines-mutual-defense": "US"}),
        ("NZ", "1952-04-28", {}),
        ("NZ", "1952-04-29", {"anzus": "AU US"}),
        ("KP", "1961-09-09", {}),
        ("KP", "1961-09-10", {"china-north-korea-1961": "CN", "soviet-north-korea-1961": "SU"}),
        ("KP", "1997-01-01", {"china-north-korea-1961": "CN"}),
        ("KP", "2024-12-03", {"china-north-korea-1961": "CN"}),
        ("KP", "2024-12-04", {"china-north-korea-1961": "CN", "russia-north-korea-2024": "RU"}),
        ("SE", "2024-03-06", {}),
    ],
)
def test_a_party_is_bound_to_those_its_pacts_of_the_day_name(
    ask: Questions, party: str, day: str, allies: dict[str, str]
) -> None:
    assert ask.allies(party, day) == allies


@pytest.mark.parametrize(
    ("party", "day", "public"),
    [("RU", "2024-11-09", "2024-11-09"), ("KP", "2024-11-11", "2024-11-12")],
)
def test_the_two_ratify_their_pact_and_pyongyang_says_so_a_day_later(
    ask: Questions, party: str, day: str, public: str
) -> None:
    pact = "agreement/russia-north-korea-2024"

    assert ask.value(pact, f"party/{party}", day, before(public)) == "signed"
    assert ask.value(pact, f"party/{party}", day, public) == "ratified"


def test_the_pact_of_russia_and_north_korea_was_public_a_day_after_it_took_effect(
    ask: Questions,
) -> None:
    assert ask.allies("RU", "2024-12-04", "2024-12-04") == {}
    assert ask.allies("RU", "2024-12-04", "2024-12-05") == {"russia-north-korea-2024": "KP"}


@pytest.mark.parametrize("all_pacts", [False, True])
def test_the_friendship_treaty_of_2000_makes_no_ally_of_russia_and_north_korea(
    ask: Questions, all_pacts: bool
) -> None:
    for day in ("2000-02-09", "2010-01-01", "2024-12-03"):
        assert ask.allies("KP", day, all_pacts=all_pacts) == {"china-north-korea-1961": "CN"}


def test_the_friendship_treaty_of_2000_gives_way_to_that_of_2024(ask: Questions) -> None:
    assert ask.members("russia-north-korea-2000", "2024-12-03") == "KP RU"
    assert ask.members("russia-north-korea-2000", "2024-12-04") == ""


def test_china_and_russia_consult_and_are_no_allies(ask: Questions) -> None:
    assert "RU" not in " ".join(ask.allies("CN", NOW).values())
    assert ask.allies("CN", NOW, all_pacts=True)["china-russia-2001"] == "RU"


def test_the_commitment_of_camp_david_makes_no_ally_of_japan_and_korea(ask: Questions) -> None:
    assert ask.members("camp-david-2023", "2023-08-17") == ""
    assert ask.members("camp-david-2023", "2023-08-18") == "JP KR US"
    for day in ("2023-08-18", NOW):
        assert ask.allies("JP", day) == {"us-japan-security-treaty": "US"}
        assert ask.ties("JP KR US", "defence-pact", day) == {
            "JP-US us-japan-security-treaty",
            "KR-US us-korea-mutual-defense",
        }


def test_aukus_and_the_quad_are_no_alliances(ask: Questions) -> None:
    assert ask.members("aukus", "2021-09-14") == ""
    assert ask.members("aukus", "2021-09-16") == "AU GB US"
    assert set(ask.allies("AU", NOW, all_pacts=True)) == {"anzus", "fpda", "manila-pact"}
    assert set(ask.allies("IN", NOW, all_pacts=True)) == set()


def test_the_aukus_agreement_on_propulsion_was_signed_before_it_was_published(
    ask: Questions,
) -> None:
    naval = "agreement/aukus-naval-propulsion"

    assert ask.stage(naval, "2024-08-05", "2024-08-06") is None
    assert ask.stage(naval, "2024-08-05", "2024-08-07") == "signed"


def test_the_manila_pact_outlives_its_organisation(ask: Questions) -> None:
    parties = "AU FR GB NZ PH TH US"

    assert ask.members("seato", "1955-02-18") == ""
    assert ask.members("seato", "1977-06-29") == parties
    assert ask.members("seato", "1977-06-30") == ""
    assert ask.members("manila-pact", NOW) == parties
    assert ask.allies("TH", NOW) == {"manila-pact": "AU FR GB NZ PH US"}


@pytest.mark.parametrize(
    ("agreement", "day", "one", "other"),
    [
        ("us-japan-security-treaty", "1960-06-23", "1960-06-19", "in-force"),
        ("us-korea-mutual-defense", "1954-11-17", "1954-11-18", "in-force"),
        ("us-philippines-visiting-forces", "1999-06-01", "1999-05-27", "in-force"),
        ("manila-pact", "1974-01-01", "1973-11-07", "ended"),
        ("soviet-north-korea-1961", "1996-09-10", "1995-09-07", "ended"),
    ],
)
def test_another_day_that_a_source_gives_stands_beside_the_one_that_counts(
    ask: Questions, agreement: str, day: str, one: str, other: str
) -> None:
    # Until the later of the two, a rival says that what was before goes on.
    found = ask.on(f"agreement/{agreement}", max(day, one))

    held = [part for name, part in found.parts.items() if name.startswith(("stage", "party/"))]
    rivals = {(str(rival.since), rival.value) for part in held for rival in part.rivals}
    assert (one, other) in rivals


@pytest.mark.parametrize(
    ("agreement", "party", "day", "other_day"),
    [
        ("nato", "DE", "1955-05-06", "1955-05-05"),
        ("nato", "ES", "1982-05-30", "1982-05-29"),
        ("asean", "BN", "1984-01-07", "1984-01-08"),
        ("cptpp", "PE", "2021-09-19", "2021-01-19"),
        ("cptpp", "CL", "2023-02-21", "2023-02-20"),
        ("rcep", "KR", "2022-02-01", "2022-01-01"),
        ("rcep", "MY", "2022-03-18", "2022-03-17"),
        ("sco", "BY", "2024-07-04", "2024-08-08"),
    ],
)
def test_another_first_day_of_a_member_stands_beside_the_one_that_counts(
    ask: Questions, agreement: str, party: str, day: str, other_day: str
) -> None:
    held = ask.part(f"agreement/{agreement}", f"party/{party}", max(day, other_day))

    assert party not in ask.members(agreement, before(day)).split()
    assert party in ask.members(agreement, day).split()
    assert held is not None
    assert (held.value, held.since.isoformat()) == ("in-force", day)
    rivals = {each.since.isoformat() for each in held.rivals if each.value == "in-force"}
    assert rivals == {other_day}


@pytest.mark.parametrize(
    ("day", "known_by", "stage"),
    [
        ("2024-10-03", "2024-10-03", None),
        ("2024-11-28", None, "signed"),
        ("2024-11-29", None, "in-force"),
    ],
)
def test_korea_and_the_united_states_share_costs_by_a_twelfth_agreement(
    ask: Questions, day: str, known_by: str | None, stage: str | None
) -> None:
    assert ask.stage("agreement/us-korea-cost-sharing-12", day, known_by) == stage


# -- a state that succeeds another does not inherit an alliance ---------------------------


@pytest.mark.parametrize("successor", ["AM", "BY", "EE", "GE", "KZ", "LT", "UA", "UZ"])
def test_the_states_that_came_of_the_soviet_union_inherit_no_pact(
    ask: Questions, successor: str
) -> None:
    assert ask.allies(successor, "1992-01-01", all_pacts=True) == {}


def test_russia_takes_the_soviet_place_beside_north_korea_because_an_event_says_so(
    ask: Questions,
) -> None:
    pact = "soviet-north-korea-1961"

    assert ask.allies("KP", "1991-12-25")[pact] == "SU"
    assert ask.allies("KP", "1991-12-26")[pact] == "RU"
    assert ask.allies("SU", "1991-12-26") == {}
    held = ask.part(f"agreement/{pact}", "party/RU", "1991-12-26")
    assert held is not None
    assert held.event == "1991-12-26-soviet-union-dissolved"


def test_bangladesh_does_not_inherit_the_pacts_of_pakistan(ask: Questions) -> None:
    assert ask.allies("BD", "1971-12-16", all_pacts=True) == {}
    assert "manila-pact" in ask.allies("PK", "1971-12-16")
    assert "manila-pact" not in ask.allies("PK", "1974-01-01")


def test_the_treaty_of_washington_with_taipei_never_became_one_with_beijing(
    ask: Questions,
) -> None:
    for day in ("1979-01-01", "1979-12-31", "1980-01-01"):
        assert "us-taiwan-mutual-defense" not in ask.allies("CN", day)


def test_timor_leste_is_no_member_of_asean_by_having_been_a_part_of_indonesia(
    ask: Questions,
) -> None:
    assert "TL" not in ask.members("asean", "2002-05-20").split()
    assert "TL" not in ask.members("asean", "2025-10-25").split()
    assert "TL" in ask.members("asean", "2025-10-26").split()


# -- organisations ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "new", "count"),
    [
        ("1952-02-18", "GR TR", 14),
        ("1955-05-06", "DE", 15),
        ("1982-05-30", "ES", 16),
        ("1999-03-12", "CZ HU PL", 19),
        ("2004-03-29", "BG EE LT LV RO SI SK", 26),
        ("2009-04-01", "AL HR", 28),
        ("2017-06-05", "ME", 29),
        ("2020-03-27", "MK", 30),
        ("2023-04-04", "FI", 31),
        ("2024-03-07", "SE", 32),
    ],
)
def test_nato_grows_on_the_day_of_the_deposit(
    ask: Questions, day: str, new: str, count: int
) -> None:
    earlier, later = ask.members("nato", before(day)).split(), ask.members("nato", day).split()

    assert set(later) - set(earlier) == set(new.split())
    assert len(later) == count
    assert set(ask.allies(new.split()[0], day)["nato"].split()) >= {"CA", "US"}


def test_the_protocol_on_north_macedonia_and_a_flag_make_no_member(ask: Questions) -> None:
    assert "MK" not in ask.members("nato", "2020-03-19").split()
    held = ask.part("agreement/nato", "party/MK", "2020-04-01")
    assert held is not None
    assert held.since == date(2020, 3, 27)


@pytest.mark.parametrize("day", ["1965-12-31", "1966-07-01", "2009-04-04", NOW])
def test_france_was_in_nato_throughout(ask: Questions, day: str) -> None:
    assert "FR" in ask.members("nato", day).split()


@pytest.mark.parametrize("party", ["AU", "JP", "KR", "NZ"])
def test_the_partners_of_nato_in_the_pacific_are_no_members(ask: Questions, party: str) -> None:
    assert party not in ask.members("nato", NOW).split()


@pytest.mark.parametrize(
    ("day", "count"),
    [
        ("1957-12-31", 0),
        ("1958-01-01", 6),
        ("1972-12-31", 6),
        ("1973-01-01", 9),
        ("1980-12-31", 9),
        ("1981-01-01", 10),
        ("1985-12-31", 10),
        ("1986-01-01", 12),
        ("1994-12-31", 12),
        ("1995-01-01", 15),
        ("2004-04-30", 15),
        ("2004-05-01", 25),
        ("2006-12-31", 25),
        ("2007-01-01", 27),
        ("2013-06-30", 27),
        ("2013-07-01", 28),
        (NOW, 27),
    ],
)
def test_the_union_has_as_many_members_as_have_joined(ask: Questions, day: str, count: int) -> None:
    assert len(ask.members("eu", day).split()) == count


@pytest.mark.parametrize(
    ("day", "members"),
    [
        ("1967-08-07", ""),
        ("1967-08-08", "ID MY PH SG TH"),
        ("1984-01-06", "ID MY PH SG TH"),
        ("1984-01-07", "BN ID MY PH SG TH"),
        ("1995-07-27", "BN ID MY PH SG TH"),
        ("1995-07-28", "BN ID MY PH SG TH VN"),
        ("1997-07-22", "BN ID MY PH SG TH VN"),
        ("1997-07-23", "BN ID LA MM MY PH SG TH VN"),
        ("1999-04-29", "BN ID LA MM MY PH SG TH VN"),
        ("1999-04-30", "BN ID KH LA MM MY PH SG TH VN"),
        ("2025-10-25", "BN ID KH LA MM MY PH SG TH VN"),
        ("2025-10-26", "BN ID KH LA MM MY PH SG TH TL VN"),
    ],
)
def test_asean_has_the_members_of_the_day(ask: Questions, day: str, members: str) -> None:
    assert ask.members("asean", day) == members


@pytest.mark.parametrize(
    ("day", "members"),
    [
        ("2001-06-14", ""),
        ("2001-06-15", "CN KG KZ RU TJ UZ"),
        ("2017-06-08", "CN KG KZ RU TJ UZ"),
        ("2017-06-09", "CN IN KG KZ PK RU TJ UZ"),
        ("2023-07-03", "CN IN KG KZ PK RU TJ UZ"),
        ("2023-07-04", "CN IN IR KG KZ PK RU TJ UZ"),
        ("2024-07-03", "CN IN IR KG KZ PK RU TJ UZ"),
        ("2024-07-04", "BY CN IN IR KG KZ PK RU TJ UZ"),
    ],
)
def test_the_shanghai_organisation_has_the_members_of_the_day(
    ask: Questions, day: str, members: str
) -> None:
    assert ask.members("sco", day) == members


@pytest.mark.parametrize(
    ("day", "count"),
    [("1990-06-01", 12), ("1992-06-01", 15), ("1995-06-01", 18), ("1999-06-01", 21)],
)
def test_apec_has_as_many_members_as_have_joined(ask: Questions, day: str, count: int) -> None:
    assert len(ask.members("apec", day).split()) == count


def test_within_the_month_in_which_china_joined_apec_the_answer_is_open(ask: Questions) -> None:
    held = ask.part("agreement/apec", "party/CN", "1991-11-15")

    assert held is not None
    assert not held.certain
    assert [each.value for each in held.possible] == ["in-force"]


def test_the_quad_fell_silent_and_was_taken_up_again(ask: Questions) -> None:
    assert ask.stage("agreement/quad", "2012-01-01") == "dormant"
    assert ask.stage("agreement/quad", "2018-01-01") == "in-force"
    assert ask.value("agreement/quad", "form", "2018-01-01") == "dialogue"


# -- what holds between two ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("parties", "day", "ties"),
    [
        ("CN JP KR", "2015-12-19", set()),
        ("CN JP KR", "2015-12-20", {"CN-KR china-korea-fta"}),
        ("CN JP KR", "2021-12-31", {"CN-KR china-korea-fta"}),
        ("CN JP KR", "2022-01-01", {"CN-JP rcep", "CN-KR china-korea-fta"}),
        ("CN JP KR", "2022-01-31", {"CN-JP rcep", "CN-KR china-korea-fta"}),
        (
            "CN JP KR",
            "2022-02-01",
            {"CN-JP rcep", "CN-KR china-korea-fta", "CN-KR rcep", "JP-KR rcep"},
        ),
        ("GB JP", "2019-01-31", set()),
        ("GB JP", "2020-12-31", {"GB-JP eu-japan-epa"}),
        ("GB JP", "2021-01-01", {"GB-JP japan-uk-cepa"}),
        ("GB JP", "2024-12-15", {"GB-JP cptpp", "GB-JP japan-uk-cepa"}),
        ("GB KR", "2020-12-31", {"GB-KR eu-korea-fta"}),
        ("GB KR", "2021-01-01", {"GB-KR korea-uk-fta"}),
        ("CN US", NOW, set()),
    ],
)
def test_free_trade_ties_two_parties_from_the_day_it_is_in_force_for_both(
    ask: Questions, parties: str, day: str, ties: set[str]
) -> None:
    assert ask.ties(parties, "free-trade-area", day) == ties


@pytest.mark.parametrize(
    ("parties", "form", "day", "agreements"),
    [
        ("CN JP", "investment", "1989-05-13", "china-japan-bit-1988:signed"),
        ("CN JP", "investment", "1989-05-14", "china-japan-bit-1988:in-force"),
        (
            "CN JP",
            "investment",
            "2014-05-16",
            "china-japan-bit-1988:in-force cjk-investment:signed",
        ),
        (
            "CN JP",
            "investment",
            "2014-05-17",
            "china-japan-bit-1988:in-force cjk-investment:in-force",
        ),
        ("CN TW", "economic-framework", "2010-09-11", "ecfa:signed"),
        ("CN TW", "economic-framework", "2010-09-12", "ecfa:in-force"),
        ("JP US", "defence-pact", "1951-09-07", ""),
        ("JP US", "defence-pact", "1951-09-08", "us-japan-security-treaty-1951:signed"),
        (
            "JP US",
            "defence-pact",
            "1960-06-22",
            "us-japan-security-treaty:signed us-japan-security-treaty-1951:in-force",
        ),
        ("JP US", "defence-pact", "1960-06-23", "us-japan-security-treaty:in-force"),
        ("JP KR", "defence-pact", NOW, ""),
        ("KR US", "free-trade-area", "2012-03-15", "korus:in-force"),
        ("CN US", "memorandum", "2020-01-15", "us-china-phase-one:signed"),
    ],
)
def test_two_parties_have_the_agreements_of_the_day(
    ask: Questions, parties: str, form: str, day: str, agreements: str
) -> None:
    assert ask.between(parties, form, day) == agreements


def test_the_armistice_in_korea_is_no_pact_of_states(ask: Questions) -> None:
    assert ask.stage("agreement/korean-armistice", "1953-07-26") is None
    assert ask.stage("agreement/korean-armistice", "1953-07-27") == "in-force"
    assert ask.members("korean-armistice", NOW) == ""


# -- talks --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("talks", "day", "stage"),
    [
        ("us-japan-tariffs", "2025-04-06", None),
        ("us-japan-tariffs", "2025-04-15", "proposed"),
        ("us-japan-tariffs", "2025-04-16", "under-way"),
        ("us-japan-tariffs", "2025-07-21", "under-way"),
        ("us-japan-tariffs", "2025-07-22", "agreed"),
        ("us-korea-tariffs", "2025-04-23", "proposed"),
        ("us-korea-tariffs", "2025-04-24", "under-way"),
        ("us-korea-tariffs", "2025-07-29", "under-way"),
        ("us-korea-tariffs", "2025-07-30", "agreed"),
        ("us-china-trade", "2025-05-09", None),
        ("us-china-trade", "2025-05-10", "under-way"),
        ("us-china-trade", "2025-10-29", "under-way"),
        ("us-china-trade", "2025-10-30", "agreed"),
        ("us-china-trade", "2026-03-15", "under-way"),
        ("cjk-fta", "2012-11-19", "proposed"),
        ("cjk-fta", "2012-11-20", "under-way"),
        ("cjk-fta", "2019-11-29", "under-way"),
        ("cjk-fta", "2024-05-27", "dormant"),
        ("cjk-fta", NOW, "dormant"),
        ("japan-korea-fta", "2004-10-31", "under-way"),
        ("japan-korea-fta", "2004-12-01", "dormant"),
        ("cptpp-costa-rica", "2024-11-26", None),
        ("cptpp-costa-rica", "2024-11-28", "under-way"),
        ("cptpp-uruguay", "2025-11-20", None),
        ("cptpp-uruguay", "2025-11-21", "under-way"),
        ("korea-cptpp", "2026-01-12", None),
        ("korea-cptpp", "2026-01-14", "proposed"),
    ],
)
def test_talks_have_got_as_far_as_the_day_has_them(
    ask: Questions, talks: str, day: str, stage: str | None
) -> None:
    assert ask.stage(f"talks/{talks}", day) == stage


def test_talks_on_a_free_trade_agreement_of_three_never_made_one(ask: Questions) -> None:
    assert ask.stage("agreement/cjk-fta", "2019-11-29") == "negotiating"
    assert ask.members("cjk-fta", NOW) == ""


@pytest.mark.parametrize(
    ("known_by", "stage"), [("2024-05-26", "under-way"), ("2024-05-27", "dormant")]
)
def test_the_talks_of_three_were_called_dormant_only_in_2024(
    ask: Questions, known_by: str, stage: str
) -> None:
    assert ask.stage("talks/cjk-fta", "2021-06-01", known_by) == stage


def test_korea_speaks_of_the_cptpp_and_has_not_applied(ask: Questions) -> None:
    assert ask.value("agreement/cptpp", "party/KR", NOW) is None
    assert ask.value("agreement/cptpp", "party/CR", "2022-08-10") == "applied"


# -- planned is not held ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "known_by", "stage", "start"),
    [
        ("2025-04-20", "2025-04-20", None, None),
        ("2025-04-30", "2025-04-23", None, None),
        ("2025-04-30", "2025-04-24", "scheduled", "2025-04-30"),
        ("2025-04-30", "2025-04-25", "scheduled", "2025-05-01"),
        ("2025-04-30", None, "scheduled", "2025-05-01"),
        ("2025-05-01", None, "held", "2025-05-01"),
    ],
)
def test_akazawas_second_round_is_planned_from_24_april_and_held_on_1_may(
    ask: Questions, day: str, known_by: str | None, stage: str | None, start: str | None
) -> None:
    assert ask.stage("meeting/us-japan-tariffs-2", day, known_by) == stage
    assert ask.start("us-japan-tariffs-2", day, known_by) == start


@pytest.mark.parametrize(
    ("number", "first", "last"),
    [
        (1, "2025-04-16", "2025-04-16"),
        (2, "2025-05-01", "2025-05-01"),
        (3, "2025-05-23", "2025-05-23"),
        (4, "2025-05-30", "2025-05-30"),
        (5, "2025-06-05", "2025-06-06"),
        (6, "2025-06-13", "2025-06-13"),
        (7, "2025-06-27", "2025-06-27"),
        (8, "2025-07-22", "2025-07-22"),
        (9, "2025-08-05", "2025-08-07"),
        (10, "2025-09-04", "2025-09-04"),
    ],
)
def test_japan_and_the_united_states_held_ten_rounds(
    ask: Questions, number: int, first: str, last: str
) -> None:
    meeting = f"meeting/us-japan-tariffs-{number}"

    found = ask.on(meeting, NOW)
    days = schedule_of(found)

    assert found.stage == "held"
    assert days is not None
    assert (str(days[0]), before(str(days[1]))) == (first, last)
    assert ask.stage(meeting, before(first)) in (None, "scheduled", "postponed")


def test_on_20_april_2025_one_round_had_been_held_and_no_second_was_planned(
    ask: Questions,
) -> None:
    state = ask.tracker.state(ask.at("2025-04-20", "2025-04-20"), kind="meeting")

    rounds = {
        each.subject: each.stage
        for each in state.subjects
        if each.value("of") == "talks/us-japan-tariffs"
    }
    assert rounds == {"meeting/us-japan-tariffs-1": "held"}


@pytest.mark.parametrize("day", ["2025-11-25", "2026-03-01", NOW])
def test_no_tenth_summit_of_china_japan_and_korea_was_held(ask: Questions, day: str) -> None:
    assert ask.stage("meeting/cjk-summit-9", day) == "held"
    assert ask.stage("meeting/cjk-summit-10", day) == "postponed"
    assert ask.stage("meeting/cjk-summit-10", "2025-11-20", "2025-11-20") is None


def test_no_fourteenth_meeting_of_the_three_trade_ministers_was_held(ask: Questions) -> None:
    assert ask.stage("meeting/cjk-etmm-13", "2025-03-29") is None
    assert ask.stage("meeting/cjk-etmm-13", "2025-03-30") == "held"
    assert ask.stage("meeting/cjk-etmm-14", NOW) is None


def test_the_korean_meeting_of_july_2025_was_planned_and_called_off(ask: Questions) -> None:
    meeting = "meeting/us-korea-2plus2-2025-07"

    assert ask.stage(meeting, "2025-07-23") == "scheduled"
    assert ask.start("us-korea-2plus2-2025-07", "2025-07-23") == "2025-07-25"
    assert ask.stage(meeting, "2025-07-25") == "cancelled"


def test_the_summit_of_the_quad_in_india_was_planned_for_2025_and_not_held(
    ask: Questions,
) -> None:
    assert ask.stage("meeting/quad-summit-india", "2025-06-17") is None
    assert ask.stage("meeting/quad-summit-india", "2025-12-31") == "scheduled"


@pytest.mark.parametrize(
    ("meeting", "day"),
    [
        ("cjk-summit-1", "2008-12-13"),
        ("cjk-summit-2", "2009-10-10"),
        ("cjk-summit-3", "2010-05-29"),
        ("cjk-summit-4", "2011-05-21"),
        ("cjk-summit-5", "2012-05-13"),
        ("cjk-summit-6", "2015-11-01"),
        ("cjk-summit-7", "2018-05-09"),
        ("cjk-summit-8", "2019-12-24"),
        ("cjk-summit-9", "2024-05-27"),
        ("cjk-fmm-1", "2007-06-03"),
        ("cjk-fmm-2", "2008-06-14"),
        ("cjk-fmm-3", "2009-09-28"),
        ("cjk-fmm-4", "2010-05-15"),
        ("cjk-fmm-5", "2011-03-19"),
        ("cjk-fmm-6", "2012-04-08"),
        ("cjk-fmm-7", "2015-03-21"),
        ("cjk-fmm-8", "2016-08-24"),
        ("cjk-fmm-9", "2019-08-21"),
        ("cjk-fmm-10", "2023-11-26"),
        ("cjk-fmm-11", "2025-03-22"),
        ("cjk-etmm-6", "2009-10-25"),
        ("cjk-etmm-7", "2010-05-23"),
        ("cjk-etmm-8", "2011-04-24"),
        ("cjk-etmm-9", "2012-05-12"),
        ("cjk-etmm-10", "2015-10-30"),
        ("cjk-etmm-11", "2016-10-29"),
        ("cjk-etmm-12", "2019-12-22"),
        ("cjk-etmm-13", "2025-03-30"),
        ("cjk-fta-round-1", "2013-03-26"),
        ("cjk-fta-round-3", "2013-11-26"),
        ("cjk-fta-round-4", "2014-03-04"),
        ("cjk-fta-round-6", "2014-11-24"),
        ("cjk-fta-round-6-chiefs", "2015-01-16"),
        ("cjk-fta-round-7", "2015-04-13"),
        ("cjk-fta-round-7-chiefs", "2015-05-12"),
        ("cjk-fta-round-8", "2015-07-20"),
        ("cjk-fta-round-9-chiefs", "2016-01-18"),
        ("cjk-fta-round-10", "2016-04-05"),
        ("cjk-fta-round-10-chiefs", "2016-06-27"),
        ("cjk-fta-round-12", "2017-04-10"),
        ("cjk-fta-round-14", "2018-12-06"),
        ("cjk-fta-round-15", "2019-04-09"),
        ("cjk-fta-round-16", "2019-11-27"),
        ("us-japan-2plus2-2024-07", "2024-07-28"),
        ("trump-ishiba-washington-2025", "2025-02-07"),
        ("us-china-geneva-2025", "2025-05-10"),
        ("us-china-london-2025", "2025-06-09"),
        ("quad-ministers-2025-07", "2025-07-01"),
        ("ishiba-lee-tokyo-2025", "2025-08-23"),
        ("trump-lee-washington-2025", "2025-08-25"),
        ("us-china-madrid-2025", "2025-09-14"),
        ("us-china-kuala-lumpur-2025", "2025-10-25"),
        ("asean-summit-47", "2025-10-26"),
        ("trump-takaichi-tokyo-2025", "2025-10-28"),
        ("trump-lee-gyeongju-2025", "2025-10-29"),
        ("trump-xi-busan-2025", "2025-10-30"),
        ("xi-takaichi-gyeongju-2025", "2025-10-31"),
        ("apec-2025", "2025-10-31"),
        ("xi-lee-gyeongju-2025", "2025-11-01"),
        ("us-korea-scm-57", "2025-11-04"),
        ("xi-lee-beijing-2026", "2026-01-04"),
        ("lee-takaichi-nara-2026", "2026-01-13"),
        ("us-china-paris-2026", "2026-03-15"),
        ("trump-takaichi-washington-2026", "2026-03-19"),
        ("takaichi-lee-andong-2026", "2026-05-19"),
    ],
)
def test_a_meeting_was_held_on_its_day_and_not_before(
    ask: Questions, meeting: str, day: str
) -> None:
    assert ask.stage(f"meeting/{meeting}", before(day)) != "held"
    assert ask.stage(f"meeting/{meeting}", NOW) == "held"
    assert ask.start(meeting, NOW) == day


def test_the_seventh_summit_was_put_off_in_2016_and_held_in_2018(ask: Questions) -> None:
    assert ask.stage("meeting/cjk-summit-7", "2016-12-14") == "postponed"
    assert ask.stage("meeting/cjk-summit-7", "2018-05-08") == "postponed"
    assert ask.stage("meeting/cjk-summit-7", "2018-05-09") == "held"


# -- a meeting moved twice is one meeting -------------------------------------------------


@pytest.mark.parametrize(
    ("known_by", "stage", "start"),
    [
        ("2025-10-29", None, None),
        ("2025-10-30", "scheduled", "2026-04-01"),
        ("2026-02-19", "scheduled", "2026-04-01"),
        ("2026-02-21", "scheduled", "2026-03-31"),
        ("2026-03-18", "postponed", "2026-03-31"),
        ("2026-03-24", "postponed", "2026-03-31"),
        ("2026-03-26", "scheduled", "2026-05-14"),
        ("2026-05-16", "held", "2026-05-13"),
    ],
)
def test_the_visit_to_china_is_one_meeting_that_moved_twice(
    ask: Questions, known_by: str, stage: str | None, start: str | None
) -> None:
    assert ask.stage("meeting/trump-china-visit-2026", "2026-05-16", known_by) == stage
    assert ask.start("trump-china-visit-2026", "2026-05-16", known_by) == start


@pytest.mark.parametrize("known_by", ["2026-02-21", "2026-03-18", "2026-03-26", "2026-05-16"])
def test_only_one_visit_of_2026_was_ever_on_the_calendar(ask: Questions, known_by: str) -> None:
    state = ask.tracker.state(ask.at(known_by, known_by), kind="meeting")

    visits = [
        each.subject
        for each in state.subjects
        if each.value("form") == "visit" and set(each.value("participants") or ()) == {"CN", "US"}
    ]
    assert visits == ["meeting/trump-china-visit-2026"]


# -- claims -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "stage", "positions"),
    [
        ("2025-03-30", None, {}),
        ("2025-03-31", "disputed", {"KR": "disputes"}),
        ("2025-04-01", "denied", {"KR": "disputes", "JP": "denies"}),
        (NOW, "denied", {"KR": "disputes", "JP": "denies"}),
    ],
)
def test_a_claim_that_is_denied_stays_on_record_with_the_position_of_each_side(
    ask: Questions, day: str, stage: str | None, positions: dict[str, str]
) -> None:
    found = ask.find("claim/cjk-joint-response", day)

    assert (found.stage if found else None) == stage
    taken = found.under("position") if found else {}
    assert {party: held.value["position"] for party, held in taken.items()} == positions
    assert found is None or found.value("statement")


def test_the_remark_on_taiwan_is_disputed_by_china_and_not_taken_back(ask: Questions) -> None:
    claim = "claim/takaichi-taiwan-contingency"

    assert ask.stage(claim, "2025-11-06") is None
    assert ask.stage(claim, "2025-11-07") == "made"
    assert ask.stage(claim, "2025-11-14") == "disputed"
    assert ask.stage(claim, NOW) == "disputed"


def test_the_word_of_25_per_cent_on_korea_raises_no_duty(ask: Questions) -> None:
    claim, cars = "claim/us-korea-25-percent-2026", "measure/us-232-autos"

    assert ask.stage(claim, "2026-01-25") is None
    assert ask.stage(claim, "2026-01-26") == "made"
    assert ask.stage(claim, NOW) == "made"
    for day in ("2026-01-25", "2026-01-27", NOW):
        assert ask.on(cars, day).lines["korea"].value["rate"] == "15"


# -- commitments --------------------------------------------------------------------------


def test_a_threat_whose_day_has_come_in_silence_is_overdue_and_not_broken(ask: Questions) -> None:
    letter = "commitment/us-japan-25-percent-letter"

    eve, due = (ask.on(letter, day, "2025-07-21") for day in ("2025-07-31", "2025-08-02"))

    assert not is_overdue(eve, date(2025, 7, 31))
    assert is_overdue(due, date(2025, 8, 2))
    assert due.stage == "made"
    assert ask.stage(letter, "2025-08-02", "2025-07-22") == "dropped"


def test_the_japanese_investment_is_overdue_in_february_2029_if_nothing_more_is_said(
    ask: Questions,
) -> None:
    early, late = (ask.on("commitment/japan-us-550bn", day) for day in ("2029-01-01", "2029-02-01"))

    assert not is_overdue(early, date(2029, 1, 1))
    assert is_overdue(late, date(2029, 2, 1))
    assert is_open(late)


@pytest.mark.parametrize(
    ("day", "named"),
    [("2026-02-16", "0"), ("2026-02-17", "36.0"), ("2026-03-18", "36.0"), ("2026-03-19", "76.0")],
)
def test_of_550_billion_dollars_so_much_has_been_named(
    ask: Questions, day: str, named: str
) -> None:
    found = ask.on("commitment/japan-us-550bn", day)

    amounts = [held.value["amount"]["value"] for held in found.under("progress").values()]
    assert sum(map(float, amounts)) == pytest.approx(float(named))
    assert float(found.value("amount")["value"]) == 550


@pytest.mark.parametrize(
    ("commitment", "made", "standing"),
    [
        ("us-japan-command-upgrade", "2024-07-28", "under-way"),
        ("cjk-fta-acceleration", "2024-05-27", "made"),
        ("japan-us-550bn", "2025-07-22", "under-way"),
        ("korea-us-350bn", "2025-07-30", "under-way"),
        ("korea-us-energy-100bn", "2025-07-30", "made"),
        ("korea-us-shipbuilding", "2025-07-30", "made"),
        ("china-us-soybeans", "2025-10-30", "made"),
        ("us-korea-nuclear-submarines", "2025-10-30", "made"),
        ("taiwan-us-250bn", "2026-01-15", "made"),
    ],
)
def test_a_commitment_stands_from_the_day_it_was_made_and_is_still_open(
    ask: Questions, commitment: str, made: str, standing: str
) -> None:
    assert ask.stage(f"commitment/{commitment}", before(made)) is None
    assert ask.stage(f"commitment/{commitment}", made) == "made"
    found = ask.on(f"commitment/{commitment}", NOW)
    assert found.stage == standing
    assert is_open(found)


def test_the_korean_act_of_march_2026_puts_the_investment_under_way(ask: Questions) -> None:
    assert ask.stage("commitment/korea-us-350bn", "2026-03-11") == "made"
    assert ask.stage("commitment/korea-us-350bn", "2026-03-12") == "under-way"


def test_the_command_upgrade_is_under_way_from_march_2025_and_never_said_to_be_done(
    ask: Questions,
) -> None:
    upgrade = "commitment/us-japan-command-upgrade"

    assert ask.stage(upgrade, "2025-03-29") == "made"
    assert ask.stage(upgrade, "2025-03-30") == "under-way"
    staffed = ask.part(upgrade, "progress/phase-one", "2025-10-29")
    assert staffed is not None
    assert staffed.since == date(2025, 10, 29)
    assert ask.stage(upgrade, NOW) == "under-way"


def test_a_letter_of_intent_for_gas_from_alaska_was_public_a_day_later(ask: Questions) -> None:
    gas = "commitment/japan-alaska-lng"

    assert ask.value(gas, "progress/jera", "2025-09-11", "2025-09-10") is None
    assert ask.value(gas, "progress/jera", "2025-09-11", "2025-09-11") is not None


# -- the deals of 2025 and 2026 -----------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "known_by", "japan"),
    [
        ("2025-07-23", "2025-07-23", None),
        ("2025-09-10", "2025-09-10", None),
        ("2025-09-15", None, None),
        ("2025-09-16", "2025-09-14", None),
        ("2025-09-16", "2025-09-15", "15"),
    ],
)
def test_the_deal_with_japan_lowers_the_car_duty_only_from_16_september(
    ask: Questions, day: str, known_by: str | None, japan: str | None
) -> None:
    lines = ask.on("measure/us-232-autos", day, known_by).lines

    assert lines["all"].value["rate"] == "25"
    assert (lines["japan"].value["rate"] if "japan" in lines else None) == japan


@pytest.mark.parametrize(
    ("day", "known_by", "korea"),
    [
        ("2025-10-31", None, None),
        ("2025-11-01", "2025-12-02", None),
        ("2025-11-01", "2025-12-03", "15"),
    ],
)
def test_the_deal_with_korea_reaches_back_to_1_november_by_a_notice_of_december(
    ask: Questions, day: str, known_by: str | None, korea: str | None
) -> None:
    lines = ask.on("measure/us-232-autos", day, known_by).lines

    assert (lines["korea"].value["rate"] if "korea" in lines else None) == korea


def test_the_deal_with_japan_is_agreed_in_july_and_signed_in_september(ask: Questions) -> None:
    assert ask.stage("agreement/us-japan-2025", "2025-07-21") is None
    assert ask.stage("agreement/us-japan-2025", "2025-07-22") == "agreed"
    assert ask.stage("agreement/us-japan-2025", "2025-09-03") == "agreed"
    assert ask.value("agreement/us-japan-2025", "form", NOW) == "memorandum"


@pytest.mark.parametrize(
    ("day", "known_by", "held"),
    [
        ("2025-11-09", None, False),
        ("2025-11-10", "2025-11-03", False),
        ("2025-11-10", "2025-11-04", True),
    ],
)
def test_the_halved_fentanyl_duty_was_public_on_4_november_and_holds_from_the_10th(
    ask: Questions, day: str, known_by: str | None, held: bool
) -> None:
    truce, part = "agreement/us-china-truce-2025", "obligation/fentanyl-duty-of-us"

    assert (ask.value(truce, part, day, known_by) is not None) == held


def test_the_truce_of_china_and_the_united_states_has_a_term_of_a_year(ask: Questions) -> None:
    truce = "agreement/us-china-truce-2025"

    assert ask.stage(truce, "2025-05-11") is None
    assert ask.stage(truce, "2025-05-12") == "agreed"
    assert ask.on(truce, "2025-08-10").value("term")["ends"] == "2025-08-12"
    assert ask.on(truce, "2025-08-11").value("term")["ends"] == "2025-11-10"
    assert ask.on(truce, "2025-11-10").value("term")["ends"].startswith("2026-11-10")
    assert ask.stage(truce, "2026-11-09") == "agreed"
    assert ask.stage(truce, "2026-11-10") == "open"


def test_korus_stays_in_force_under_the_duties_that_come_on_top(ask: Questions) -> None:
    assert ask.members("korus", "2025-04-03") == "KR US"
    assert ask.stage("measure/us-232-autos", "2025-04-03") == "in-force"


# -- China and Japan ----------------------------------------------------------------------


def test_chinas_travel_advice_stands_from_14_november_2025(ask: Questions) -> None:
    advice = "measure/china-travel-advice-japan-2025"

    assert ask.stage(advice, "2025-11-13") is None
    assert ask.stage(advice, "2025-11-14") == "in-force"
    assert ask.stage(advice, NOW) == "in-force"


@pytest.mark.parametrize(
    ("day", "ten", "others"),
    [
        ("2025-06-28", "ban", "ban"),
        ("2025-06-29", "ban", "licence"),
        ("2025-11-18", "ban", "licence"),
        ("2025-11-19", "ban", "ban"),
        (NOW, "ban", "ban"),
    ],
)
def test_china_lets_in_seafood_from_37_prefectures_and_stops_it_again(
    ask: Questions, day: str, ten: str, others: str
) -> None:
    lines = ask.on("measure/china-seafood-japan", day).lines

    assert ten in lines["ten-prefectures"].value
    assert others in lines["other-prefectures"].value
    assert set(lines) == {"ten-prefectures", "other-prefectures"}


def test_chinas_ban_on_dual_use_exports_to_the_japanese_military_holds_at_once(
    ask: Questions,
) -> None:
    assert ask.stage("measure/china-dual-use-japan-2026", "2026-01-05") is None
    assert ask.stage("measure/china-dual-use-japan-2026", "2026-01-06") == "in-force"


@pytest.mark.parametrize("name", ["control", "watch"])
@pytest.mark.parametrize(
    ("day", "count"),
    [("2026-02-23", None), ("2026-02-24", 20), ("2026-06-28", 20), ("2026-06-29", 40)],
)
def test_chinas_two_lists_name_20_entities_of_japan_each_and_then_40(
    ask: Questions, name: str, day: str, count: int | None
) -> None:
    found = ask.find(f"measure/china-{name}-list-japan", day)

    assert (found.lines["listed"].value["count"] if found else None) == count


@pytest.mark.parametrize(
    ("name", "day", "entity"),
    [
        ("watch", "2026-02-24", "Subaru"),
        ("control", "2026-06-29", "National Institute for Defense Studies"),
        ("control", "2026-06-29", "Mitsubishi Precision"),
        ("watch", "2026-06-29", "Mitsui E&S"),
        ("watch", "2026-06-29", "Terra Drone"),
    ],
)
def test_an_entity_is_on_the_list_from_the_day_it_was_put_there(
    ask: Questions, name: str, day: str, entity: str
) -> None:
    measure = f"measure/china-{name}-list-japan"
    earlier = ask.find(measure, before(day))

    named = " ".join(ask.on(measure, day).lines["listed"].value["entities"])
    named_earlier = " ".join(earlier.lines["listed"].value["entities"]) if earlier else ""

    assert entity in named
    assert entity not in named_earlier


# -- the same, as typed -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "count"), [("2024-12-14", 11), ("2024-12-15", 12), ("2024-12-16", 12)]
)
def test_the_command_lists_the_members_of_the_day(
    cli: CommandLine, shipped_once: str, day: str, count: int
) -> None:
    asked = ("members", "agreement/cptpp", "--as-of", day, "--format", "json")

    answer = cli.ok(*asked, "--db", shipped_once).json

    assert len(answer["members"]) == count


@pytest.mark.parametrize(("day", "allies"), [("2024-12-03", "CN"), ("2024-12-04", "CN RU")])
def test_the_command_finds_the_allies_of_north_korea_by_its_name(
    cli: CommandLine, shipped_once: str, day: str, allies: str
) -> None:
    asked = ("alliances", "North Korea", "--as-of", day, "--format", "json")

    answer = cli.ok(*asked, "--db", shipped_once).json

    found = [ally["party"] for each in answer["alliances"] for ally in each["partners"]]
    assert answer["party"] == "KP"
    assert sorted(found) == allies.split()


def test_the_matrix_of_2025_has_the_united_states_between_japan_and_korea(
    cli: CommandLine, shipped_once: str
) -> None:
    asked = ("matrix", "--parties", "US,JP,KR,CN", "--form", "defence-pact")

    answer = cli.ok(*asked, "--as-of", "2025-01-01", "--db", shipped_once)

    assert answer.rows[-5:] == [
        ["", "US", "JP", "KR", "CN"],
        ["US", "", "us-japan-security-treaty", "us-korea-mutual-defense", ""],
        ["JP", "us-japan-security-treaty", "", "", ""],
        ["KR", "us-korea-mutual-defense", "", "", ""],
        ["CN", "", "", "", ""],
    ]


def test_the_overdue_command_of_august_2025_has_the_two_letters_if_no_deal_is_known(
    cli: CommandLine, shipped_once: str
) -> None:
    asked = ("commitments", "--overdue", "--as-of", "2025-08-02", "--format", "json")

    eve, after = (
        cli.ok(*asked, "--known-by", day, "--db", shipped_once).json["commitments"]
        for day in ("2025-07-21", "2025-07-31")
    )

    assert [each["subject"] for each in eve] == [
        "commitment/us-japan-25-percent-letter",
        "commitment/us-korea-25-percent-letter",
    ]
    assert after == []
