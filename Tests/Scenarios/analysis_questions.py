"""Questions about signage data and their answers, computed from the rows of the sample data apart from the server.

`questions(rows)` takes the tables of `assistants-server sample-data` as lists of objects and returns what an answer must say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

Rows = list[dict[str, Any]]
WEEKDAYS = {"ko": "월화수목금토일", "en": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]}


def rounded(value: Fraction, digits: int) -> Decimal:
    """Halves go up."""
    exact = Decimal(value.numerator * 10**12 // value.denominator) / 10**12
    return exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def number(value: int | Fraction) -> str:
    """`1,234`, or up to two decimals."""
    shown = f"{rounded(Fraction(value), 2):,f}"
    return shown.rstrip("0").rstrip(".")


def percent(part: int | Fraction, whole: int | Fraction) -> str:
    return f"{rounded(Fraction(part) * 100 / Fraction(whole), 1):,f}%" if whole else "–"


def tenth(value: Fraction | None) -> str:
    return "–" if value is None else f"{rounded(value, 1):,f}"


class Figures:
    """What the rows come to that a condition admits."""

    def __init__(self, data: Data, admits: Callable[[Row], bool] = lambda row: True) -> None:
        plays = [row for row in data.plays if admits(row)]
        views = [row for row in data.views if admits(row)]
        reports = [row for row in data.reports if admits(row)]
        self.plays = len(plays)
        self.exposure = sum(row.raw["durationSeconds"] for row in plays)
        self.screens = len({row.device for row in plays})
        self.ots = sum(row.raw["ots"] for row in plays)
        self.watchers = sum(row.raw["watchers"] for row in plays)
        self.views = len(views)
        self.clicks = sum(row.raw["clicked"] for row in views)
        self.dwell_sum = sum((Fraction(str(row.raw["dwellTime"])) for row in views), Fraction(0))
        self.attention_sum = sum((Fraction(str(row.raw["attentionTime"])) for row in views), Fraction(0))
        self.days = len({row.at.date() for row in views})
        self.up = sum(row.raw["status"] == "online" for row in reports)
        self.reports = len(reports)

    def shown(self, measure: str) -> str:
        match measure:
            case "click_rate":
                return percent(self.clicks, self.views)
            case "conversion":
                return percent(self.watchers, self.ots)
            case "attraction":
                return percent(self.attention_sum, self.dwell_sum)
            case "uptime":
                return percent(self.up, self.reports)
            case "dwell":
                return tenth(self.dwell_sum / self.views if self.views else None)
            case "attention":
                return tenth(self.attention_sum / self.views if self.views else None)
            case _:
                return number(getattr(self, measure))

    def value(self, measure: str) -> Fraction | None:
        parts = {
            "click_rate": (self.clicks, self.views),
            "conversion": (self.watchers, self.ots),
            "attraction": (self.attention_sum, self.dwell_sum),
            "uptime": (self.up, self.reports),
            "dwell": (self.dwell_sum, self.views),
            "attention": (self.attention_sum, self.views),
        }.get(measure)
        if parts is None:
            return Fraction(getattr(self, measure))
        return Fraction(parts[0]) / Fraction(parts[1]) if parts[1] else None


class Row:
    def __init__(self, raw: dict[str, Any], at: str, data: Data) -> None:
        self.raw = raw
        self.at = datetime.fromisoformat(raw[at])
        self.ad = raw.get("targetedAdId")
        self.device = raw["signageId"]
        self.location = data.locations[self.device]
        self.gender = raw.get("gender")
        self.age = raw.get("ageGroup")

    @property
    def weekday(self) -> int:
        return self.at.weekday()

    def within(self, first: str, last: str) -> bool:
        return date.fromisoformat(first) <= self.at.date() <= date.fromisoformat(last)


class Data:
    def __init__(self, tables: dict[str, Rows]) -> None:
        self.ads = {row["id"]: row["title"] for row in tables["targetedAds"]}
        self.devices = {row["id"]: row["name"] for row in tables["signages"]}
        self.locations = {row["id"]: row["location"] for row in tables["signages"]}
        self.plays = [Row(row, "playedAt", self) for row in tables["plays"]]
        self.views = [Row(row, "viewedAt", self) for row in tables["viewEvents"]]
        self.reports = [Row(row, "reportedAt", self) for row in tables["statusReports"]]

    def ad(self, title: str) -> str:
        return next(ad for ad, name in self.ads.items() if name == title)

    def device(self, name: str) -> str:
        return next(device for device, known in self.devices.items() if known == name)

    def by(self, key: Callable[[Row], Any], admits: Callable[[Row], bool] = lambda row: True) -> dict[Any, Figures]:
        """Figures of each group that any row is in."""
        rows = [row for row in self.plays + self.views + self.reports if admits(row)]
        keys = {key(row) for row in rows} - {None}
        return {name: Figures(self, lambda row, name=name: admits(row) and key(row) == name) for name in keys}


@dataclass
class Expected:
    """What an answer says."""

    question: str
    # Texts that stand in it.
    says: list[str] = field(default_factory=list)
    # Rows of its table: the first cells, in any order unless `ordered`.
    rows: list[list[str]] = field(default_factory=list)
    ordered: bool = False
    # Whether the analyst must say that it does not compute this.
    is_refused: bool = False


TITLES = {
    "ko": {
        "plays": "재생수", "exposure": "노출 시간(초)", "screens": "도달 화면 수", "ots": "노출 인원(OTS)", "watchers": "시청자",
        "conversion": "시청 전환율", "views": "조회수", "clicks": "클릭수", "click_rate": "클릭률", "dwell": "평균 체류 시간(초)",
        "attention": "평균 주목 시간(초)", "attraction": "주목률", "uptime": "가동률",
    },
    "en": {
        "plays": "plays", "exposure": "exposure time (s)", "screens": "screens reached", "ots": "OTS (impressions)",
        "watchers": "watchers", "conversion": "conversion ratio", "views": "views", "clicks": "clicks",
        "click_rate": "click rate", "dwell": "average dwell time (s)", "attention": "average attention time (s)",
        "attraction": "attraction ratio", "uptime": "uptime",
    },
}  # fmt: skip


def language(question: str) -> str:
    return "ko" if any("가" <= letter <= "힣" for letter in question) else "en"


class Asking:
    def __init__(self, data: Data) -> None:
        self.data = data
        self.questions: list[Expected] = []

    def total(self, question: str, *measures: str, of: Callable[[Row], bool] = lambda row: True) -> None:
        figures = Figures(self.data, of)
        titles = TITLES[language(question)]
        says = [f"- {titles[measure]}: **{figures.shown(measure)}**" for measure in measures]
        self.questions.append(Expected(question, says))

    def groups(
        self,
        question: str,
        key: Callable[[Row], Any],
        *measures: str,
        of: Callable[[Row], bool] = lambda row: True,
        name: Callable[[Any], str] = str,
        best: str | None = None,
        lowest: bool = False,
        top: int | None = None,
        ordered: bool = False,
        only: Callable[[Figures], bool] = lambda figures: True,
    ) -> None:
        """A table of groups; with `best` also the group that is highest (or lowest) in that measure."""
        found = {group: figures for group, figures in self.data.by(key, of).items() if only(figures)}
        order = sorted(found)
        if best:
            order = [group for group in order if found[group].value(best) is not None]
            order.sort(key=lambda group: (found[group].value(best) * (1 if lowest else -1), name(group)))
        if top:
            assert found[order[top - 1]].value(best) != found[order[top]].value(best), f"{question}: a tie"
            order = order[:top]
        rows = [[name(group), *(found[group].shown(measure) for measure in measures)] for group in order]
        says = []
        if best:
            kind = ("최저" if lowest else "최고") if language(question) == "ko" else ("Lowest" if lowest else "Highest")
            title = TITLES[language(question)][best]
            says = [f"{title} {kind}: " if language(question) == "ko" else f"{kind} {title}: ", f"**{name(order[0])}**"]
        self.questions.append(Expected(question, says, rows, ordered or best is not None))

    def change(self, question: str, *measures: str, sides: Iterable[tuple[str, Callable[[Row], bool]]]) -> None:
        """Two sides and the change from one to the other."""
        titles = TITLES[language(question)]
        shown = [(label, Figures(self.data, admits)) for label, admits in sides]
        rows = [[label, *(figures.shown(measure) for measure in measures)] for label, figures in shown]
        (before_label, before), (after_label, after) = shown
        says = []
        for measure in measures:
            figures = f"{before.shown(measure)} → {after.shown(measure)}"
            old, new = before.value(measure), after.value(measure)
            assert old is not None and new is not None
            sign = "+" if new > old else "-" if new < old else "±"
            if measure in ("click_rate", "conversion", "attraction", "uptime"):
                step = f"{sign}{rounded(abs(new - old) * 100, 1)}{'%p' if language(question) == 'ko' else ' points'}"
            else:
                step = f"{sign}{percent(abs(new - old), old)}"
            says.append(f"- {titles[measure]}: {before_label} → {after_label}: **{figures}** ({step})")
        self.questions.append(Expected(question, says, rows))

    def refused(self, question: str) -> None:
        self.questions.append(Expected(question, is_refused=True))


def questions(tables: dict[str, Rows]) -> list[Expected]:
    data = Data(tables)
    ask = Asking(data)
    _totals(ask, data)
    _groups(ask, data)
    _rankings(ask, data)
    _parts(ask, data)
    _periods(ask, data)
    for question in REFUSED:
        ask.refused(question)
    return ask.questions


def _totals(ask: Asking, data: Data) -> None:
    ask.total("총 조회수는 몇 건인가요?", "views")
    ask.total("How many clicks were there in total?", "clicks")
    ask.total("전체 클릭률은 얼마야?", "click_rate")
    ask.total("What is the overall conversion ratio?", "conversion")
    ask.total("노출 인원(OTS)과 시청자 수를 알려줘", "ots", "watchers")
    ask.total("평균 체류 시간과 평균 주목 시간은?", "dwell", "attention")
    ask.total("What is the attraction ratio?", "attraction")
    ask.total("총 재생수와 노출 시간은?", "plays", "exposure")
    ask.total("What was the uptime of all screens?", "uptime")
    ask.total("광고가 도달한 화면 수는?", "screens")
    figures = Figures(data)
    daily = number(Fraction(figures.views, figures.days))
    ask.questions.append(Expected("하루 평균 조회수는?", [f"하루 평균 조회수: **{daily}**", f"÷ {figures.days}일"]))


def _groups(ask: Asking, data: Data) -> None:
    ad, device = lambda row: row.ad, lambda row: row.device
    ad_name, device_name = data.ads.__getitem__, data.devices.__getitem__
    has_views, has_plays = (lambda figures: figures.views > 0), (lambda figures: figures.plays > 0)
    ask.groups("광고별 조회수와 클릭률", ad, "views", "click_rate", name=ad_name, only=has_views)
    ask.groups("Plays and exposure time by ad", ad, "plays", "exposure", name=ad_name, only=has_plays)
    ask.groups("디바이스별 재생수를 표로 보여줘", device, "plays", name=device_name, only=has_plays)
    ask.groups("Conversion ratio by device", device, "ots", name=device_name, only=has_plays)
    ask.questions[-1].rows = [
        [device_name(name), figures.shown("conversion")]
        for name, figures in data.by(device).items()
        if figures.plays
    ]
    ask.groups("지역별 클릭수", lambda row: row.location, "clicks", only=has_views)
    ask.groups("Uptime by device", device, "uptime", name=device_name)
    hour = lambda row: row.at.hour  # noqa: E731
    hour_name = lambda hour: f"{hour:02}:00–{hour:02}:59"  # noqa: E731
    ask.groups("시간대별 조회수", hour, "views", name=hour_name, ordered=True, only=has_views)
    ask.groups("OTS by hour", hour, "ots", name=hour_name, ordered=True, only=has_plays)
    weekday = lambda row: row.weekday  # noqa: E731
    ask.groups("요일별 클릭률은?", weekday, "click_rate", name=lambda day: WEEKDAYS["ko"][day], ordered=True, only=has_views)
    ask.groups("Average dwell time by day of the week", weekday, "dwell", name=lambda day: WEEKDAYS["en"][day],
               ordered=True, only=has_views)  # fmt: skip
    ask.groups("날짜별 조회수 추이", lambda row: row.at.date().isoformat(), "views", ordered=True, only=has_views)
    ask.groups("성별 조회수와 클릭수", lambda row: row.gender, "views", "clicks")
    ask.groups("Click rate by age group", lambda row: row.age, "click_rate")
    share = data.by(ad)
    ask.questions.append(
        Expected(
            "광고별 조회수 비중은?",
            rows=[
                [ad_name(name), figures.shown("views"), percent(figures.views, len(data.views))]
                for name, figures in share.items()
                if figures.views
            ],
        )
    )


def _rankings(ask: Asking, data: Data) -> None:
    ad, device, hour = (lambda row: row.ad), (lambda row: row.device), (lambda row: row.at.hour)
    ad_name, device_name = data.ads.__getitem__, data.devices.__getitem__
    hour_name = lambda hour: f"{hour:02}:00–{hour:02}:59"  # noqa: E731
    has_views, has_plays = (lambda figures: figures.views > 0), (lambda figures: figures.plays > 0)
    ask.groups("클릭률이 가장 높은 광고는?", ad, "click_rate", name=ad_name, best="click_rate", only=has_views)
    ask.groups("Which ad has the lowest click rate?", ad, "click_rate", name=ad_name, best="click_rate", lowest=True,
               only=has_views)  # fmt: skip
    ask.groups("조회수 상위 3개 광고", ad, "views", name=ad_name, best="views", top=3, only=has_views)
    ask.groups("Top 5 devices by plays", device, "plays", name=device_name, best="plays", top=5, only=has_plays)
    ask.groups("어느 지역에서 클릭이 가장 많았나요?", lambda row: row.location, "clicks", best="clicks", only=has_views)
    ask.groups("가장 붐비는 시간대는 언제야?", hour, "views", name=hour_name, best="views", only=has_views)
    ask.groups("Which hour had the most impressions?", hour, "ots", name=hour_name, best="ots", only=has_plays)
    ask.groups("가동률이 가장 낮은 디바이스는?", device, "uptime", name=device_name, best="uptime", lowest=True)
    ask.groups("주목률이 가장 높은 광고와 그 값은?", ad, "attraction", name=ad_name, best="attraction", only=has_views)
    ask.groups("Which day of the week has the fewest views?", lambda row: row.weekday, "views",
               name=lambda day: WEEKDAYS["en"][day], best="views", lowest=True, only=has_views)  # fmt: skip
    ask.groups("시청 전환율 최고 화면은 어느 디바이스인가요?", device, "conversion", name=device_name, best="conversion",
               only=has_plays)  # fmt: skip
    ask.groups("조회수가 가장 많은 광고의 클릭률은?", ad, "views", "click_rate", name=ad_name, best="views", only=has_views)


def _parts(ask: Asking, data: Data) -> None:
    coffee, shoes = data.ad("프리미엄 아메리카노"), data.ad("봄맞이 운동화 세일")
    gangnam = data.device("강남역 1번 출구")
    ask.total("프리미엄 아메리카노의 조회수와 클릭률은?", "views", "click_rate", of=lambda row: row.ad == coffee)
    ask.total("How many plays did ad-003 get?", "plays", of=lambda row: row.ad == "ad-003")
    ask.total("강남역 1번 출구의 재생수", "plays", of=lambda row: row.device == gangnam)
    ask.total("서울 강남구의 클릭수", "clicks", of=lambda row: row.location == "서울 강남구")
    ask.total("부산의 조회수는?", "views", of=lambda row: row.location.startswith("부산"))
    ask.total("여성 시청자의 클릭률이 아니라 여성의 클릭률은?", "watchers", "click_rate", of=lambda row: row.gender == "여성")
    ask.questions.pop()
    ask.total("여성의 클릭률은?", "click_rate", of=lambda row: row.gender == "여성")
    ask.total("20대의 조회수는?", "views", of=lambda row: row.age == "20대")
    ask.total("주말 조회수는?", "views", of=lambda row: row.weekday > 4)
    ask.total("오후 6시의 조회수와 클릭수", "views", "clicks", of=lambda row: row.at.hour == 18)
    ask.total("How many views were there on March 10?", "views", of=lambda row: row.within("2026-03-10", "2026-03-10"))
    ask.total("3월 9일부터 15일까지 클릭률", "click_rate", of=lambda row: row.within("2026-03-09", "2026-03-15"))
    ask.groups("봄맞이 운동화 세일과 프리미엄 아메리카노 중 클릭률이 더 높은 광고는?", lambda row: row.ad, "click_rate",
               of=lambda row: row.ad in (coffee, shoes), name=data.ads.__getitem__, best="click_rate")  # fmt: skip
    ask.groups("Views by hour on weekends", lambda row: row.at.hour, "views", of=lambda row: row.weekday > 4,
               name=lambda hour: f"{hour:02}:00–{hour:02}:59", ordered=True,
               only=lambda figures: figures.views > 0)  # fmt: skip


def _periods(ask: Asking, data: Data) -> None:
    def period(first: str, last: str) -> tuple[str, Callable[[Row], bool]]:
        return f"{first}–{last}", lambda row: row.within(first, last)

    weeks = [("2026-03-02", "2026-03-08"), ("2026-03-09", "2026-03-15"), ("2026-03-16", "2026-03-22"),
             ("2026-03-23", "2026-03-29")]  # fmt: skip
    ask.change("3월 9일~15일과 3월 16일~22일의 조회수를 비교해줘", "views", sides=[period(*weeks[1]), period(*weeks[2])])
    ask.change("Compare clicks of March 2-8 with March 9-15", "clicks", sides=[period(*weeks[0]), period(*weeks[1])])
    ask.change("첫째 주와 둘째 주의 클릭률 비교", "click_rate", sides=[period(*weeks[0]), period(*weeks[1])])
    ask.change("지난주 대비 이번 주 조회수와 재생수", "views", "plays", sides=[period(*weeks[2]), period(*weeks[3])])
    ask.change("주말과 평일의 조회수 비교", "views",
               sides=[("주말(토·일)", lambda row: row.weekday > 4), ("평일(월–금)", lambda row: row.weekday < 5)])  # fmt: skip
    ask.groups("주별 조회수와 클릭수", lambda row: row.at.date().fromordinal(row.at.toordinal() - row.weekday).isoformat(),
               "views", "clicks", ordered=True, only=lambda figures: figures.views > 0)  # fmt: skip


REFUSED = [
    "광고별 매출은 얼마인가요? 조회수와 비교해줘",
    "Why did views drop?",
    "체류 시간의 중앙값은?",
    "Predict next week's views",
    "클릭이 100 이상인 광고는?",
    "여성 재생수는?",
    "프리미엄 아메리카노를 제외한 조회수",
]


def tables_of(answer: str) -> list[list[str]]:
    """The rows of an answer's tables, without headers."""
    rows: list[list[str]] = []
    for line in answer.splitlines():
        if line.startswith("| "):
            rows.append([cell.strip() for cell in line.strip("| ").split(" | ")])
    return rows[1:]


def fault(expected: Expected, answer: str) -> str | None:
    """What is wrong with an answer; None when it is right."""
    refusals = ["계산하지 않습니다", "does not compute", "필드가 없습니다", "나눌 수 없습니다", "has no fields", "does not tell"]
    if expected.is_refused:
        return None if any(text in answer for text in refusals) else "it was not refused"
    for text in expected.says:
        if text not in answer:
            return f"it does not say {text!r}"
    if not expected.rows:
        return None
    width = len(expected.rows[0])
    # Rows of what no name is given for stand beside the named ones.
    found = [row for row in tables_of(answer) if row[0] not in ("(정보 없음)", "(not given)")]
    found = [row[:width] for row in found if not all(cell in ("0", "–") for cell in row[1:])]
    wanted = [row for row in expected.rows if not all(cell in ("0", "–") for cell in row[1:])]
    if expected.ordered:
        return None if found == wanted else f"its rows are {found}, not {wanted}"
    return None if sorted(found) == sorted(wanted) else f"its rows are {sorted(found)}, not {sorted(wanted)}"
