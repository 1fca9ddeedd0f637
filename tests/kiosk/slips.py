"""Sample slips for the tests of the printing."""

from typing import Any

LINK = "https://termine.musterstadt.example/t/8fK2mQ0xVb7LrT5nYw3zHa"


def a_job(**changes: Any) -> dict[str, Any]:
    """Give a print job's slip as the server sends it, in German."""
    return {
        "number": "417",
        "headline": "Ihre Nummer",
        "header": ["Rathaus am Markt", "Marktplatz 1, 12345 Musterstadt"],
        "lines": [
            {"label": "Anliegen", "value": "Personalausweis (2)"},
            {"label": "", "value": "Führungszeugnis (1)"},
            {"label": "Wartebereich", "value": "Erdgeschoß"},
            {"label": "Gezogen am", "value": "20.11.2026, 09:15 Uhr"},
            {"label": "Wartezeit", "value": "etwa 10–25 Minuten"},
        ],
        "qr": LINK,
        "qr_caption": "Ihr Platz in der Reihe",
        "footer": ["Bitte hören und schauen Sie auf den Bildschirm. Gebühr: 37 €"],
        "language": "de",
        **changes,
    }


UKRAINIAN: dict[str, Any] = {
    "language": "uk",
    "headline": "Ваш номер",
    "lines": [{"label": "Послуга", "value": "Посвідчення особи (2)"}, {"label": "Час", "value": "09:15"}],
    "qr_caption": "Ваша черга в телефоні",
    "footer": ["Будь ласка, дивіться на екран."],
}
ARABIC: dict[str, Any] = {
    "language": "ar",
    "direction": "rtl",
    "headline": "رقمك",
    "lines": [{"label": "الخدمة", "value": "بطاقة الهوية (2)"}, {"label": "الوقت", "value": "09:15"}],
    "qr_caption": "دورك على هاتفك",
    "footer": ["يرجى متابعة الشاشة."],
    "mark": "إعادة طباعة",
}
