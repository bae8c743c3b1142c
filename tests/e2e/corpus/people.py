"""Invented customers, and what may become of their list on its way out. Deterministic. Addresses are under example.com and example.org
(RFC 2606); phone numbers are of the ranges that the French regulator keeps for fiction (06 39 98 …, 01 99 00 …)."""

import csv
import dataclasses
import random
import unicodedata

FIELDS = ["id", "name", "email", "phone", "function", "company", "service"]
WEAK = ["name", "company"]

# First names, last names, companies, functions and services by script. Each half of a list has functions and services of its own, so
# that names of one half beside the rest of the other never make a pair of the directory.
SCRIPTS = {
    "french": {
        "first": "Adèle Bruno Chloé Damien Élodie François Gaëlle Hugo Inès Jérôme Karine Loïc Maëlys Noël Océane Pascal".split(),
        "last": ["Abbadie", "Bérenger", "Carpentier", "Delacôte", "Le Fèvre", "Fontanel", "Garçonnet", "Hautecœur-Blin", "Imbault",
                 "Jaubert", "Kérouac", "Lachenal"],
        "company": ["{} Énergie", "{} & Fils", "Ateliers {}", "Groupe {} Sûreté"],
        "stem": ["Brév", "Colm", "Durv", "Estér", "Fauv", "Gélin", "Hourt", "Jonç"],
        "ending": ["anes", "elle", "igny", "oux", "ac", "eray"],
        "functions": (["Responsable sécurité", "Directrice générale"], ["Chef d'équipe", "Acheteur délégué"]),
        "services": (["Télésurveillance", "Audit"], ["Gardiennage", "Contrôle"]),
    },
    "polish": {
        "first": "Łukasz Małgorzata Grażyna Stanisław Agnieszka Paweł".split(),
        "last": ["Wójcik", "Kowalczyk", "Dąbrowski", "Zieliński", "Szymański"],
        "company": ["{} Usługi", "Zakłady {}"],
        "stem": ["Brzęk", "Gdań", "Łódź", "Późn"],
        "ending": ["owo", "ice", "ów", "iny"],
        "functions": (["Kierownik działu"], ["Księgowy"]),
        "services": (["Ochrona"], ["Sprzątanie"]),
    },
    "russian": {
        "first": "Анна Борис Галина Дмитрий Сергей Фёдор".split(),
        "last": ["Иванов", "Петренко", "Щукин", "Журавлёв", "Чайковский"],
        "company": ["Завод {}", "{} Сервис"],
        "stem": ["Север", "Радуж", "Мирн", "Восточ"],
        "ending": ["ный", "инск", "оград", "овка"],
        "functions": (["Директор"], ["Бухгалтер"]),
        "services": (["Охрана"], ["Уборка"]),
    },
    "japanese": {
        "first": ["太郎", "花子", "健一", "美咲", "直樹", "陽子"],
        "last": ["山田", "佐藤", "鈴木", "高橋", "渡辺"],
        "company": ["{}商事", "{}製作所"],
        "stem": ["青葉", "若松", "富士", "桜木"],
        "ending": ["東", "西", "南", "北"],
        "functions": (["部長"], ["社員"]),
        "services": (["警備"], ["清掃"]),
    },
}
# The first record id and the number of people of each script in the directory.
GROUPS = {"french": (1, 160), "polish": (161, 28), "russian": (189, 28), "japanese": (217, 28)}


@dataclasses.dataclass
class Leak:
    """What somebody writes into a file, and whose data that is."""

    columns: list
    rows: list  # dicts of columns
    paragraphs: list  # prose instead of rows
    records: set
    weak: bool = False  # no mail, number or key: names and companies only


def plain(text: str) -> str:
    """Without accents."""
    decomposed = unicodedata.normalize("NFD", text.replace("ł", "l").replace("Ł", "L").replace("œ", "oe"))
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if unicodedata.category(c) != "Mn"))


def person(script: str, number: int, count: int, first_number: int) -> dict:
    words = SCRIPTS[script]
    first, last = words["first"], words["last"]
    half = 0 if number < count // 2 else 1
    name = (number % len(first), number // len(first) % len(last))
    place = number // (4 if script == "french" else 2)
    stem = words["stem"][place % len(words["stem"])] + words["ending"][place // len(words["stem"]) % len(words["ending"])]
    glue = "" if script == "japanese" else " "
    serial = first_number + number
    local = plain(f"{first[name[0]]}.{last[name[1]]}").replace(" ", "-").lower() if script in ("french", "polish") else "klient"
    return {
        "id": f"CL{serial:05d}",
        "name": f"{first[name[0]]}{glue}{last[name[1]]}" if glue else f"{last[name[1]]}{first[name[0]]}",
        "email": f"{local}.{serial}@{'example.com' if serial % 2 else 'example.org'}",
        "phone": f"063998{serial * 7 % 10000:04d}" if serial % 3 else f"019900{serial * 7 % 10000:04d}",
        "function": words["functions"][half][number % len(words["functions"][half])],
        "company": words["company"][place % len(words["company"])].format(stem),
        "service": words["services"][half][number % len(words["services"][half])],
    }


def people(script: str) -> list[dict]:
    first, count = GROUPS[script]
    return [person(script, number, count, first) for number in range(count)]


def directory() -> list[dict]:
    """Everybody, in the order of their record ids."""
    return [one for script in GROUPS for one in people(script)]


def write_csv(path, rows: list[dict], fields=FIELDS) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        writer.writerows(rows)


PHONE_FORMATS = [
    lambda d: " ".join([d[:2], d[2:4], d[4:6], d[6:8], d[8:]]),
    lambda d: ".".join([d[:2], d[2:4], d[4:6], d[6:8], d[8:]]),
    lambda d: "-".join([d[:2], d[2:4], d[4:6], d[6:8], d[8:]]),
    lambda d: f"+33 {d[1]} {d[2:4]} {d[4:6]} {d[6:8]} {d[8:]}",
    lambda d: "+33" + d[1:],
    lambda d: "0033" + d[1:],
    lambda d: f"+33 (0){d[1]} {d[2:4]} {d[4:6]} {d[6:8]} {d[8:]}",
    lambda d: f"(+33) {d[1]}.{d[2:4]}.{d[4:6]}.{d[6:8]}.{d[8:]}",
]


def ids_of(script: str, numbers) -> set:
    return {GROUPS[script][0] + number for number in numbers}


def table(script, numbers, columns, change=lambda position, row: row) -> Leak:
    """Some people with some columns; `change` reshapes one row."""
    everyone = people(script)
    rows = [change(i, {c: everyone[n][c] for c in columns}) for i, n in enumerate(numbers)]
    return Leak(list(columns), rows, [], ids_of(script, numbers), weak=set(columns) <= {"name", "company", "function", "service"})


def shuffled_half(script) -> Leak:
    chance = random.Random(script)
    numbers = list(range(GROUPS[script][1]))
    chance.shuffle(numbers)
    columns = FIELDS[:]
    chance.shuffle(columns)
    return table(script, numbers[: len(numbers) // 2], columns)


def recased(script) -> Leak:
    """Every third row in capitals, in small letters, the other way round; every second one without its mail address."""
    cases = [str.upper, str.lower, str.swapcase]

    def change(position, row):
        changed = {c: cases[position % 3](value) for c, value in row.items()}
        if position % 2:
            changed["email"] = ""
        return changed

    return table(script, range(GROUPS[script][1]), ["name", "email", "company"], change)


def without_accents(script) -> Leak:
    return table(script, range(1, GROUPS[script][1], 2), WEAK, lambda _, row: {c: plain(value) for c, value in row.items()})


def other_phones(script) -> Leak:
    def change(position, row):
        return {**row, "phone": PHONE_FORMATS[position % len(PHONE_FORMATS)](row["phone"])}

    return table(script, range(0, GROUPS[script][1], 2), ["service", "phone"], change)


def fewer_columns(script) -> Leak:
    return table(script, range(0, GROUPS[script][1], 2), ["company", "name"])


PROSE = {
    "french": [
        "Hier nous avons parlé longuement avec {name}, de chez {company}, qui souhaite être rappelé la semaine prochaine.",
        "Pour le dossier en cours, écrivez donc à {email} avant vendredi soir, s'il vous plaît.",
        "Le numéro à composer est le {phone}, de préférence le matin.",
        "La fiche {id} est à revoir : deux champs manquent encore et personne ne les a demandés.",
    ],
    "polish": ["Wczoraj rozmawialiśmy z osobą: {name}, firma {company}, proszę oddzwonić.", "Proszę napisać na adres {email} do piątku."],
    "russian": ["Вчера мы говорили с клиентом: {name}, {company}, просим перезвонить.", "Напишите, пожалуйста, на {email} до пятницы."],
    "japanese": ["昨日、{company}の{name}様とお話ししました。", "金曜日までに {email} へご連絡ください。"],
}


def prose(script) -> Leak:
    numbers = list(range(3, GROUPS[script][1], 5))
    sentences = PROSE[script]
    everyone = people(script)
    paragraphs = [sentences[i % len(sentences)].format(**everyone[n]) for i, n in enumerate(numbers)]
    return Leak([], [], paragraphs, ids_of(script, numbers))


def strangers(script) -> Leak:
    """Of the same shape, from the same first names and kinds of company: nobody in the directory."""
    first, count = GROUPS[script]
    suffix = {"french": "vaud", "polish": "czuk", "russian": "ский", "japanese": "々"}[script]
    rows = []
    for number, one in enumerate(people(script)):
        other = person(script, number, count, first + 5000)
        # Each Japanese character is a word of its own: there the family name must be another.
        name = "川口" + one["name"][2:] if script == "japanese" else one["name"] + suffix
        rows.append({**other, "name": name, "company": one["company"] + suffix, "phone": f"063998{9999 - number:04d}",
                     "email": "x" + other["email"]})
    return Leak(FIELDS, rows, [], set())


def recombined(script) -> Leak:
    """Each cell is of some customer's, no two of one; numbers, addresses and keys have pieces of several."""
    everyone = people(script)
    half = len(everyone) // 2
    rows = []
    for number in range(half):
        one, other = everyone[number], everyone[half + (number * 5 + 1) % half]
        local, domain = one["email"].split("@")
        rows.append({
            "id": one["id"][:4] + other["id"][4:] + "7",
            "name": one["name"],
            "email": local + "@" + ("example.org" if domain == "example.com" else "example.com"),
            "phone": one["phone"][:4] + "7" + other["phone"][5:],
            "function": other["function"],
            "company": other["company"],
            "service": other["service"],
        })
    return Leak(FIELDS, rows, [], set())


VARIANTS = {
    "whole": lambda script: table(script, range(GROUPS[script][1]), FIELDS),
    "half shuffled": shuffled_half,
    "re-cased": recased,
    "no accents": without_accents,
    "phones": other_phones,
    "columns": fewer_columns,
    "prose": prose,
    "strangers": strangers,
    "recombined": recombined,
}


def check_directory() -> None:
    """What the expectations rest on: names, addresses, numbers and pairs are of one person each."""
    everyone = directory()
    for column in ("id", "name", "email", "phone"):
        assert len({one[column] for one in everyone}) == len(everyone), column
    numbers = {one["phone"] for one in everyone}
    addresses = {one["email"] for one in everyone}
    keys = {one["id"] for one in everyone}
    for script in GROUPS:
        half = GROUPS[script][1] // 2
        for column in ("company", "function", "service"):
            first, second = ({one[column] for one in part} for part in (people(script)[:half], people(script)[half:]))
            assert not first & second, column
        for row in strangers(script).rows + recombined(script).rows:
            assert row["phone"] not in numbers and row["email"] not in addresses and row["id"] not in keys
