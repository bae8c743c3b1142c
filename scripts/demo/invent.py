"""Invents customers. Deterministic; every name, address and number is made up (example.com, and phone numbers from the range
that the French regulator keeps for fiction: 06 39 98 00 00 to 06 39 98 99 99)."""

import csv

FIRST_NAMES = """Adèle Bruno Chloé Damien Élodie Florian Gaëlle Hugo Inès Jérôme Karine Loïc Maëlys Noé Océane Pascal Quentin
Romane Sylvain Thaïs Ulysse Valérie William Xavier Yasmine Zoé""".split()
LAST_NAMES = """Abbadie Berthelot Carpentier Delacroix Escoffier Fontanel Garrigue Hautecoeur Imbault Jaubert Kerouac Lachenal
Montagnier Noailles Ostermann Peyrefitte Quesnel Rochambeau Sabatier Tournesac Urvoy Vasseur Wattignies Xaintrailles Yvetot
Zurfluh""".split()
FUNCTIONS = ["RSSI", "DSI", "Responsable SOC", "Administrateur", "DPO", "Acheteur"]
SERVICES = ["Micro-SOC", "Audit", "EDR managé", "Astreinte"]
FIELDS = ["id", "name", "email", "phone", "function", "company", "service"]


def plain(name: str) -> str:
    """A name as it stands in a mail address."""
    accents = str.maketrans("àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc")
    return name.lower().translate(accents)


def customer(number: int) -> dict:
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    last = LAST_NAMES[(number // len(FIRST_NAMES)) % len(LAST_NAMES)]
    company = f"Société {number // 4 + 1:03d}"
    return {
        "id": f"C{number + 1:05d}",
        "name": f"{first} {last}",
        "email": f"{plain(first)}.{plain(last)}.{number + 1}@s{number // 4 + 1:03d}.example.com",
        "phone": f"06 39 98 {number // 100:02d} {number % 100:02d}",
        "function": FUNCTIONS[number % len(FUNCTIONS)],
        "company": company,
        "service": SERVICES[number % len(SERVICES)],
    }


def customers(count: int) -> list[dict]:
    return [customer(number) for number in range(count)]


def write_csv(path, rows: list[dict], fields=FIELDS) -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fields, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
