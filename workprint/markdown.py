"""Foreign text inside our markdown."""


def cell(text: str) -> str:
    """Text that cannot break out of its line or its table cell."""
    return " ".join(text.split()).replace("|", "\\|")
