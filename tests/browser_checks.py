"""What every page must pass in a real browser, whatever it reports."""

from __future__ import annotations

from pathlib import Path
from typing import Any

WIDTHS = (320, 390, 1280)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"
WRONG_WORDS = """() => {
          const bad = [];
          for (const svg of document.querySelectorAll('svg')) {
            const frame = svg.getBoundingClientRect();
            if (frame.width === 0) continue;
            const boxes = [...svg.querySelectorAll('text')]
              .map(t => [t.textContent.trim(), t.getBoundingClientRect()])
              .filter(([words, box]) => words && box.width > 0);
            for (const [words, box] of boxes)
              if (box.left < frame.left - 1 || box.right > frame.right + 1 ||
                  box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
                bad.push('cut: ' + words);
            for (let i = 0; i < boxes.length; i++)
              for (let j = i + 1; j < boxes.length; j++) {
                const [a, p] = boxes[i], [b, q] = boxes[j];
                const x = Math.min(p.right, q.right) - Math.max(p.left, q.left);
                const y = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
                if (x > 2 && y > 0.35 * Math.min(p.height, q.height))
                  bad.push('over: ' + a + ' | ' + b);
              }
          }
          return bad;
        }"""


def opened(browser: Any, place: Path, *, width: int, details: bool = True) -> Any:
    """Open a page at a width, with everything that can be unfolded unfolded."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(place.as_uri())
    if details:
        page.evaluate(OPEN_ALL)
    return page


def axe_report(browser: Any, place: Path, *, width: int) -> Any:
    """Run the accessibility checker on a page."""
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, place, width=width)
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": WCAG}})
    page.close()
    assert found.response["passes"], "axe ran no rule"
    return found


def width_needed(browser: Any, place: Path, *, width: int) -> int:
    """Return how wide a page is that is shown at a width."""
    page = opened(browser, place, width=width)
    needed = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    return needed


def requests_and_complaints(browser: Any, place: Path) -> tuple[list[str], list[str]]:
    """Return the addresses that a page asks for, and what the browser says about it."""
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(place.as_uri())
    page.close()
    return asked, said


def wrong_words(browser: Any, place: Path, *, width: int) -> list[str]:
    """Return the words of pictures that are cut at an edge or stand on top of other words."""
    page = opened(browser, place, width=width, details=False)
    wrong = page.evaluate(WRONG_WORDS)
    page.close()
    return wrong


def pictures_seen(browser: Any, place: Path, *, section: str, width: int) -> list[str]:
    """Return the classes of the pictures of a section that take up room at a width."""
    page = opened(browser, place, width=width)
    seen = page.evaluate(
        f"[...document.querySelectorAll('#{section} .picture')]"
        ".filter(p => p.offsetWidth > 0).map(p => p.className)"
    )
    page.close()
    return seen
