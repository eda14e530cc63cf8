"""Where the measures write what they found: sections of docs/benchmarks.md between two marks, the rest is ours by hand."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs/benchmarks.md"


def write_section(name: str, text: str) -> None:
    """Put `text` between the marks of this name; raises ValueError where the page has none."""
    begin, end = f"<!-- {name}: written by make bench -->", f"<!-- /{name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    page = PAGE.read_text()
    if not pattern.search(page):
        raise ValueError(f"{PAGE.name} has no section {name}")
    PAGE.write_text(pattern.sub(lambda _: f"{begin}\n{text}\n{end}", page))
