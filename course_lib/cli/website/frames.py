"""The pages of explorers, made to stand inside another page."""

from pathlib import Path

SCRIPT = Path(__file__).parent / "templates" / "frame.js"
_END = "</body>"


def fit(page: Path) -> None:
    """Let an explorer's page tell its height and take the colours of its frame.

    By messages: a page opened as a file may not look into its frames.

    Args:
        page: what `AttentionExplorer.to_html` wrote.
    """
    text = page.read_text(encoding="utf-8")
    head, _, tail = text.rpartition(_END)
    script = f"<script>\n{SCRIPT.read_text(encoding='utf-8')}</script>\n"
    page.write_text(f"{head}{script}{_END}{tail}", encoding="utf-8")
