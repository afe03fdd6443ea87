"""Templates are read and reviewed as text: no line may be longer than a screen is wide."""

from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent.parent / "templates"
LONGEST = 140


def lines_longer_than(longest: int, folder: Path) -> list[str]:
    """Where in the HTML templates of ``folder`` a line is too long, as «file:line (characters)»."""
    return [
        f"{path.relative_to(folder)}:{number} ({len(line)})"
        for path in sorted(folder.rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if len(line) > longest
    ]


def test_no_line_of_a_template_is_too_long():
    assert lines_longer_than(LONGEST, TEMPLATES) == []


def test_a_line_that_is_too_long_is_told_with_its_file(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/page.html").write_text(f"<p>\n{'è' * LONGEST}\n{'è' * (LONGEST + 1)}\n</p>\n", encoding="utf-8")

    assert lines_longer_than(LONGEST, tmp_path) == ["deep/page.html:3 (141)"]
