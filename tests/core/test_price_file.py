"""The customer's price list as a file: exact amounts, errors by line, and the way back."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.cells import CellError, a_month, amount, amount_text
from licenseiq.context import Context
from licenseiq.money import Money
from licenseiq.price_content import content_of, in_order, read_content, version_of
from licenseiq.price_file import PriceFile, read_price_file, to_fill_in, write_price_file
from licenseiq.prices import Billing, Channel, OwnPrice, PriceBook, Term
from licenseiq.readings import Reason, Source
from licenseiq.seats import Subscription
from licenseiq.skus import Uplift
from licenseiq.table_file import write_table
from tests.core.builders import E3, FREE, NOW, STANDARD, UNPRICED, make_catalogue, make_context, make_line

HEAD = "subscription_id,sku,channel,term,billing,quantity,price,per,currency,renewal,auto_renew,reducible_until,contact"
COMMERCE = "11111111-0000-4000-8000-000000000000"


def bought(subscription_id: str, sku_id: str = E3, total: int | None = 10, commerce: str | None = None) -> Subscription:
    return Subscription(subscription_id, sku_id, "Enabled", False, total, None, None, commerce)


def tenant(**more: object) -> Context:
    subscriptions = (bought("sub-a", commerce=COMMERCE), bought("sub-b", STANDARD, 5))
    return make_context([make_line(E3), make_line(STANDARD), make_line(UNPRICED)], subscriptions=subscriptions, **more)


def read(*lines: str, head: str = HEAD, context: Context | None = None) -> PriceFile:
    return read_price_file("\n".join((head, *lines)).encode(), context or tenant())


def errors(*lines: str, head: str = HEAD, context: Context | None = None) -> list[str]:
    found = read(*lines, head=head, context=context)
    assert found.errors
    return [str(one) for one in found.errors]


def test_a_line_says_everything_of_a_subscription() -> None:
    (row,) = read('sub-a,,CSP,P1Y,monthly,8,34.20,month,eur,2027-01-31,yes,2026-12-07,"Ada, sales"').rows
    assert row == OwnPrice(
        E3,
        Money("EUR", 34_200_000),
        "sub-a",
        Channel.CSP,
        Term.YEAR,
        Billing.MONTHLY,
        8,
        date(2027, 1, 31),
        auto_renew=True,
        reducible_until=date(2026, 12, 7),
        contact="Ada, sales",
    )


def test_a_product_is_named_by_its_name_part_number_or_id_and_a_subscription_by_either_id() -> None:
    head = "Subscription ID,SKU,Price,Currency"
    for name in ("E3", "e3"):
        (row,) = read(f",{name},30,USD", head=head).rows
        assert (row.sku_id, row.subscription_id) == (E3, None)
    (row,) = read(f"{COMMERCE.upper()},,30,USD", head=head).rows
    assert (row.sku_id, row.subscription_id) == (E3, "sub-a")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_of_a_spreadsheet_has_a_mark_semicolons_and_decimal_commas(mark: str, end: str) -> None:
    text = end.join((f"{mark}Subscription Id;Price;Currency;Renewal date", "sub-a;34,20;EUR;2027-01-31", ";;;", ""))
    found = read_price_file(text.encode(), tenant())
    assert not found.errors
    assert [row.monthly for row in found.rows] == [Money("EUR", 34_200_000)]


def test_a_price_for_a_year_or_a_term_is_kept_for_a_month_and_rounding_is_said() -> None:
    head = "sku,term,price,per,currency"
    assert read("e3,P1Y,120,year,USD", head=head).rows[0].monthly == Money("USD", 10_000_000)
    found = read("e3,P3Y,1000,term,USD", head=head)
    assert found.rows[0].monthly == Money("USD", 27_777_778)
    assert [str(one) for one in found.warnings] == ["Line 2: price is 27.777778 a month, rounded to a millionth."]
    assert "has no term" in errors("e3,,1000,term,USD", head=head)[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sub-a,,,,,,1,,USD,,,,", ""),
        (",,,,,,1,,USD,,,,", "Line 2: The line names neither"),
        ("sub-zz,,,,,,1,,USD,,,,", "Line 2: subscription_id is not in the tenant as last read. Correct it"),
        ("a b,,,,,,1,,USD,,,,", "Line 2: subscription_id is no id"),
        (",Lotus Notes,,,,,1,,USD,,,,", "Line 2: sku is no product known here"),
        ("sub-a,standard,,,,,1,,USD,,,,", "Line 2: sku is not that of the subscription, which is of E3"),
        ("sub-a,,shop,,,,1,,USD,,,,", "Line 2: channel is none of the values there are. Write CSP, MCA, EA, web."),
        ("sub-a,,,P2Y,,,1,,USD,,,,", "Line 2: term is none"),
        ("sub-a,,,,daily,,1,,USD,,,,", "Line 2: billing is none"),
        ("sub-a,,,P1M,yearly,,1,,USD,,,,", "Line 2: billing does not fit"),
        ("sub-a,,,,,1.5,1,,USD,,,,", "Line 2: quantity is no number of seats"),
        ("sub-a,,,,,-1,1,,USD,,,,", "Line 2: quantity is less than nothing"),
        ("sub-a,,,,,,$1,,USD,,,,", "Line 2: price is no amount. Write digits with a point"),
        ("sub-a,,,,,,-1,,USD,,,,", "Line 2: price is less than nothing"),
        ('sub-a,,,,,,"1,234",,USD,,,,', "Line 2: price can be read in two ways"),
        ('sub-a,,,,,,"1,234.50",,USD,,,,', "Line 2: price is no amount"),
        ("sub-a,,,,,,1.0000001,,USD,,,,", "Line 2: price has more than six decimals"),
        ("sub-a,,,,,,1,week,USD,,,,", "Line 2: per is none"),
        ("sub-a,,,,,,1,,,,,,", "Line 2: currency is missing beside the price"),
        ("sub-a,,,,,,1,,UDS,,,,", "Line 2: currency is no currency"),
        ("sub-a,,,,,,1,,USD,31.01.2027,,,", "Line 2: renewal is no date"),
        ("sub-a,,,,,,1,,USD,2027-02-30,,,", "Line 2: renewal is no date"),
        ("sub-a,,,,,,1,,USD,,perhaps,,", "Line 2: auto_renew is neither yes nor no"),
        ("sub-a,,,,,,1,,USD,2027-01-31,,2027-02-01,", "Line 2: reducible_until is after the renewal"),
        ("sub-a,,,,,,1,,USD,,,,,Ada,sales", "Line 2: The line has more cells"),
        ('sub-a,,,,,,1,,USD,,,,"open', "is no CSV"),
        ('sub-a,"a"b,,,,,1,,USD,,,,', "is no CSV"),
    ],
)
def test_an_error_names_line_and_column_and_what_to_write(line: str, said: str) -> None:
    if not said:  # the line that the others spoil
        assert not read(line).errors
        return
    (told, *_) = errors(line)
    assert said in told
    assert "Lotus" not in told


def test_one_wrong_line_is_told_beside_the_others_and_its_number_counts_lines_in_quotes() -> None:
    found = read('sub-a,,,,,,1,,USD,,,,"two\nlines"', "sub-b,,,,,,x,,USD,,,,", "sub-b,,,,,x,1,,USD,,,,")
    assert [(one.line, one.column) for one in found.errors] == [(4, "price"), (5, "quantity")]
    assert [line.row.contact for line in found.lines] == ["two lines"]


def test_two_lines_about_the_same_are_an_error() -> None:
    assert "the same as line 2" in errors("sub-a,,,,,,1,,USD,,,,", f"{COMMERCE},,,,,,2,,USD,,,,")[0]
    assert "the same as line 2" in errors(",e3,,,,,1,,USD,,,,", ",E3,,,,,1,,USD,,,,")[0]
    assert not read(",e3,,,,,1,,USD,,,,", "sub-a,,,,,,1,,USD,,,,").errors


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty"),
        (b"\n \n", "The file is empty"),
        ("sku;pr\u00e9is".encode("latin-1"), "not in UTF-8"),
        ("sku,price".encode("utf-16"), "not in UTF-8"),
        (b"sku,pirce,currency\n", "Column 2 has no name that is known here"),
        (b"sku,SKU\n", "sku stands in it twice"),
        (b"sku\n" + b"x" * 5_000_001, "larger than 5 MB"),
        (b"sku\n" + b"e3\n" * 20_001, "20,000 lines"),
    ],
)
def test_what_is_no_price_list_is_refused(data: bytes, said: str) -> None:
    found = read_price_file(data, tenant())
    assert said in str(found.errors[0])
    assert not found.lines


def test_a_line_without_a_price_takes_the_list_price_and_says_so() -> None:
    uplifts = {"annual-term-paid-monthly": Uplift(1050, "somebody's page", False)}
    context = tenant(catalogue=replace(make_catalogue(), uplifts=uplifts))
    head = "sku,term,billing,price,currency"
    found = read("e3,P1Y,monthly,,", "standard,P1Y,yearly,,", "unpriced,P1Y,,,", head=head, context=context)
    assert not found.errors
    assert [one.words for one in found.warnings] == [
        "is empty: the list price times 1.05, 40.95 USD, counts (by somebody's page, not verified).",
        "is empty: the list price, 14.00 USD, counts.",
        "is empty, and no current list price is known: the seats stay without a price.",
    ]
    assert all(row.monthly is None for row in found.rows)
    unsure = read("e3,,monthly,,EUR", head=head, context=context)
    assert "without a term no uplift" in str(unsure.warnings)
    assert "is not looked at without a price" in str(unsure.warnings)


def test_what_may_be_a_mistake_is_a_warning() -> None:
    said = [
        str(one)
        for one in read(
            "sub-a,,,,,7,400,,USD,2026-01-01,,,",
            "sub-b,,,,,,0,,USD,,,,",
            ",free,,,,,1,,USD,,,,",
            "99999999-0000-4000-8000-000000000000,e3,,,,,1,,USD,,,,",
            ",99999999-0000-4000-8000-000000000000,,,,,1,,USD,,,,",
            context=tenant(),
        ).warnings
    ]
    for words in (
        "Line 2: quantity is not what Microsoft Graph says of the subscription, 10. Yours counts.",
        "Line 2: price is more than 3 times the list price. Is it for one seat and one month?",
        "Line 2: renewal is over",
        "Line 3: price is nothing",
        "Line 4: sku is a product without a seat price",
        "Line 5: subscription_id is not in the tenant as last read. The line counts once it is.",
        "Line 6: sku is unknown here",
    ):
        assert any(one.startswith(words) for one in said), (words, said)


def test_before_the_tenant_was_read_a_subscription_needs_its_product_beside_it() -> None:
    blind = make_context(unread=dict.fromkeys(Source, Reason.NOT_YET))
    assert "no subscription was read yet" in errors("sub-a,,,,,,1,,USD,,,,", context=blind)[0]
    found = read("sub-a,e3,,,,,1,,USD,,,,", context=blind)
    assert [row.subscription_id for row in found.rows] == ["sub-a"]
    assert not found.warnings


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("=1+1", "1+1"),
        ("@SUM(A1)", "SUM(A1)"),
        ("+1+cmd|' /C calc'!A0", "1+cmd|' /C calc'!A0"),
        ("+49 (30) 123-45", "+49 (30) 123-45"),
        ("'+49 30 123", "+49 30 123"),
        ("Ann\u202e\x1b[31m", "Ann[31m"),
        ("=", None),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_contact_is_cleaned_and_never_a_formula(written: str, kept: str | None) -> None:
    text = write_table(("sku", "contact"), [("e3", "")]).replace("e3,", f'e3,"{written}"')
    found = read_price_file(text.encode(), tenant())
    assert [row.contact for row in found.rows] == ([kept] if kept else [])
    again = write_price_file(found.rows, tenant()).splitlines()[-1]
    assert not again.rsplit(",", 1)[-1].startswith(("=", "+", "-", "@"))


def test_the_file_to_fill_in_names_every_paid_purchase_and_keeps_what_was_said() -> None:
    own = OwnPrice(STANDARD, Money("USD", 12_000_000), "sub-b", Channel.CSP)
    gone = OwnPrice(E3, Money("USD", 1), "sub-gone")
    trial = Subscription("sub-t", "visio", "Enabled", True, 5, None, None)
    lines = [make_line(E3), make_line(STANDARD), make_line(UNPRICED), make_line(FREE), make_line("visio")]
    context = make_context(
        lines,
        subscriptions=(bought("sub-a"), bought("sub-b", STANDARD), trial),
        prices=PriceBook("p", None, (own, gone)),
    )
    rows = to_fill_in(context)
    assert rows == (OwnPrice(E3, None, "sub-a"), own, OwnPrice(UNPRICED, None), gone)
    found = read_price_file(write_price_file(rows, context).encode(), context)
    assert not found.errors
    assert in_order(found.rows) == in_order((own, gone))


def test_a_line_that_was_not_filled_in_says_nothing() -> None:
    found = read("sub-a,e3,,,,,,,,,,,", ",unpriced,,,,,,,,,,,")
    assert (found.rows, found.errors, found.warnings) == ((), (), ())
    assert "same as line 2" in errors("sub-a,e3,,,,,,,,,,,", "sub-a,e3,,,,,1,,USD,,,,")[0]


def moneys() -> st.SearchStrategy[Money]:
    return st.builds(Money, st.sampled_from(["USD", "EUR", "JPY"]), st.integers(0, 10**14))


@st.composite
def price_lists(draw: st.DrawFn) -> list[OwnPrice]:
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from([E3, STANDARD, UNPRICED]), st.none() | st.integers(1, 99)),
            unique_by=lambda key: key if key[1] is None else key[1],
            max_size=6,
        )
    )
    dates = st.dates(date(2020, 1, 1), date(2040, 1, 1))
    rows = []
    for sku_id, number in keys:
        renewal = draw(st.none() | dates)
        term = draw(st.none() | st.sampled_from(Term))
        rows.append(
            OwnPrice(
                sku_id,
                draw(st.none() | moneys()),
                None if number is None else f"sub-{number}",
                draw(st.none() | st.sampled_from(Channel)),
                term,
                draw(st.none() | st.sampled_from(Billing)) if term is not Term.MONTH else Billing.MONTHLY,
                draw(st.none() | st.integers(0, 10**6)),
                renewal,
                draw(st.none() | st.booleans()),
                draw(st.none() | st.dates(date(2020, 1, 1), renewal or date(2040, 1, 1))),
                draw(st.none() | st.sampled_from(["Ada", "+49 30 1", 'a "b", c;d', "1,5", "\u00c5ngstr\u00f6m"])),
            )
        )
    return rows


@given(price_lists())
def test_what_is_written_is_read_as_the_same(rows: list[OwnPrice]) -> None:
    found = read_price_file(write_price_file(rows, tenant()).encode(), tenant())
    assert not found.errors
    assert found.rows == tuple(row for row in rows if not row.says_nothing)


@given(price_lists())
def test_a_version_names_one_list_whatever_its_order(rows: list[OwnPrice]) -> None:
    content = content_of(rows)
    version = version_of(content)
    assert content_of(reversed(rows)) == content
    assert (version == "none") == (not rows)
    assert read_content(content, version, None).rows == in_order(rows)


@given(st.integers(0, 10**15 - 1), st.booleans())
def test_an_amount_is_kept_to_the_millionth(micros: int, semicolons: bool) -> None:
    assert amount(amount_text(micros), semicolons=semicolons) == micros
    assert amount(amount_text(-micros), semicolons=semicolons, signed=True) == -micros


@pytest.mark.parametrize(
    ("text", "semicolons", "micros"),
    [
        ("12", False, 12_000_000),
        ("12.5", False, 12_500_000),
        ("12,5", False, 12_500_000),
        ("12,50", True, 12_500_000),
        ("1.234", False, 1_234_000),
        ("0,125", True, 125_000),
        ("1.234", True, None),
        ("1,234", False, None),
        ("1,234", True, None),
        ("1.234,5", True, None),
        ("1e3", False, None),
        ("\u0661", False, None),
        ("1 000", False, None),
        ("", False, None),
        ("NaN", False, None),
    ],
)
def test_a_comma_is_a_decimal_one_only_where_it_cannot_be_another(
    text: str, semicolons: bool, micros: int | None
) -> None:
    if micros is None:
        with pytest.raises(CellError):
            amount(text, semicolons=semicolons)
    else:
        assert amount(text, semicolons=semicolons) == micros


@given(st.integers(-(10**12), 10**12), st.sampled_from([1, 12, 36]))
def test_a_month_times_its_months_is_the_amount_within_rounding(micros: int, months: int) -> None:
    each, rounded = a_month(micros, months)
    assert abs(each * months - micros) * 2 <= months
    assert rounded == (each * months != micros)


def test_a_day_is_in_utc() -> None:
    assert tenant().today == NOW.date()
