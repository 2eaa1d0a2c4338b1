"""Where the claim of an audit comes from: a file, an article, a sentence, questions, the bundle."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from timezero.errors import InputRefused

if TYPE_CHECKING:
    from timezero.intake.article.draft import Draft
    from timezero.model.claim import Claim

LONGEST_PATH = 1_000
AROUND = 70


class HowToRead(Protocol):
    """What the command line says about reading."""

    @property
    def new(self) -> bool:
        """Whether the numbers are asked for one by one."""
        ...

    @property
    def yes(self) -> bool:
        """Whether defaults are taken."""
        ...

    @property
    def draft(self) -> Path | None:
        """Where the claim that was read is written."""
        ...

    @property
    def force(self) -> bool:
        """Whether a draft takes the place of one that is there."""
        ...


def given_path(given: str | None) -> Path | None:
    """Return what is given as a path, where it names a file or a folder, or is to be one.

    Parameters
    ----------
    given : str or None
        A path, the name of a bundled claim, a sentence, or None.
    """
    if given is None or len(given) > LONGEST_PATH or any(sign in given for sign in "\n\0"):
        return None
    path = Path(given)
    try:
        return path if given and (path.exists() or path.suffix.lower() == ".toml") else None
    except OSError:
        return None


def find_claim(
    given: str | None, reading: HowToRead, *, plain: bool, quiet: bool
) -> tuple[Claim, Path | None]:
    """Return the claim to audit, and the claim file it stands in.

    Parameters
    ----------
    given : str or None
        A path, the name of a bundled claim, a sentence, or None for the bundled claim.
    reading : HowToRead
    plain, quiet : bool
        In ASCII, without boxes; without a word on standard output.

    Raises
    ------
    InputRefused
        There is no such file or claim, nothing can be read in it, or its numbers contradict each
        other.
    """
    from timezero.intake.claim_file import read_claim, write_claim
    from timezero.intake.claims import claim_path, list_claims

    if reading.new:
        return _asked(given, reading, plain=plain, quiet=quiet), None
    if given is None or given in list_claims():
        path = claim_path() if given is None else claim_path(given)
    else:
        path = given_path(given)
        if path is None or path.suffix.lower() != ".toml":
            _refuse_one_word(given, path)
            return _from_text(given if path is None else path, reading, plain=plain, quiet=quiet)
    claim = read_claim(path)
    if reading.draft is not None:
        _keep(write_claim(claim), reading, plain=plain, quiet=quiet)
    return claim, path


def _refuse_one_word(given: str, path: Path | None) -> None:
    """Refuse a single word that names nothing; what is wrong with an address is said elsewhere."""
    if path is None and len(given.split()) < 2 and "://" not in given:
        raise InputRefused(
            what="there is no such file and no such bundled claim",
            where=repr(given[:80]),
            mend="check the path, put a sentence in quotation marks, or see "
            "`timezero audit --list`",
            code="TZ-CLI-07",
        )


def _asked(given: str | None, reading: HowToRead, *, plain: bool, quiet: bool) -> Claim:
    from timezero.cli._draft_file import refuse_taken
    from timezero.intake.ask_claim import ask_claim
    from timezero.intake.claim_file import write_claim

    if given is not None:
        raise InputRefused(
            what="both a claim and --new are given",
            where="the command line",
            mend="give one of them",
            code="TZ-CLI-08",
        )
    refuse_taken(reading.draft, force=reading.force)
    claim = ask_claim(lambda question, default: _answer(question, default, quiet=quiet))
    _keep(write_claim(claim), reading, plain=plain, quiet=quiet)
    return claim


def _answer(question: str, default: str, *, quiet: bool) -> str:
    """Ask one question; on standard error where standard output is for JSON alone."""
    prompt = f"{question} [{default}] " if default else f"{question} "
    try:
        if not quiet:
            return input(prompt) or default
        print(prompt, end="", flush=True, file=sys.stderr)
        return input() or default
    except (EOFError, RuntimeError, UnicodeError) as error:
        raise InputRefused(
            what="the questions were not answered to the end",
            where=question.strip()[-80:],
            mend="answer at a terminal, take the defaults with --yes, or write a claim file",
            code="TZ-CLI-09",
        ) from error


def _from_text(
    source: str | Path, reading: HowToRead, *, plain: bool, quiet: bool
) -> tuple[Claim, None]:
    from timezero.intake.article.answer import answered, with_defaults
    from timezero.intake.article.read import read_article
    from timezero.intake.claim_file import validated_claim, write_claim

    draft = read_article(source)
    _show(draft, plain=plain, quiet=quiet)
    taken: tuple[str, ...] = ()
    if draft.questions and not reading.yes and sys.stdin is not None and sys.stdin.isatty():
        answers = {
            q.key: _choice(q.text, q.options, q.default, quiet=quiet) for q in draft.questions
        }
        draft = answered(draft, answers)
    elif draft.questions:
        draft, taken = with_defaults(draft)
    for sentence in taken:
        _say(f"not asked, default taken: {sentence}", plain=plain, quiet=quiet)
    text = write_claim(draft.claim)
    place = _keep(text, reading, plain=plain, quiet=quiet)
    return validated_claim(tomllib.loads(text), where=place.name), None


def _choice(text: str, options: tuple[object, ...], default: str, *, quiet: bool) -> str:
    from timezero.intake.article.draft import Option

    known = {o.name: o.words for o in options if isinstance(o, Option)}
    _say(text, *(f"  {name}: {words}" for name, words in known.items()), quiet=quiet)
    while True:
        said = _answer("which one?", default, quiet=quiet).strip()
        if said in known:
            return said
        _say(f"answer one of: {', '.join(known)}", quiet=quiet)


def _show(draft: Draft, *, plain: bool, quiet: bool) -> None:
    """Print every number that got a role, inside its sentence, with the confidence."""
    from timezero.cli._printing import print_table

    roles = [m for m in draft.mentions if m.role]
    if roles and not quiet:
        cells = [
            (m.role, m.printed, f"{m.confidence:.0%}", _around(m.sentence, m.printed))
            for m in roles
        ]
        print_table(
            ("read as", "printed", "sure", "in"),
            [[_in_ascii(cell) if plain else cell for cell in row] for row in cells],
            plain=plain,
        )
    left = len(draft.mentions) - len(roles)
    others = f"numbers that are not part of the claim: {left}"
    _say(
        *([others] if left else []), *(f"note: {n}" for n in draft.notes), plain=plain, quiet=quiet
    )


def _around(sentence: str, printed: str) -> str:
    """Return the part of a sentence around a number."""
    flat = " ".join(sentence.split())
    at = max(flat.find(" ".join(printed.split())), 0)
    first = max(0, min(at - AROUND // 2, len(flat) - AROUND))
    cut = flat[first : first + AROUND]
    return f"{'...' if first else ''}{cut}{'...' if first + AROUND < len(flat) else ''}"


def _keep(text: str, reading: HowToRead, *, plain: bool, quiet: bool) -> Path:
    """Write the claim that was read, for editing, and say where."""
    from timezero.cli._draft_file import keep_draft

    place = keep_draft(text, reading.draft, force=reading.force)
    _say(f"draft: {place}; edit it and run `timezero audit {place}`\n", plain=plain, quiet=quiet)
    return place


def _say(*lines: str, plain: bool = False, quiet: bool) -> None:
    """Print lines without control characters; on standard error where quiet."""
    from timezero.cli._printing import printable

    to: TextIO = sys.stderr if quiet else sys.stdout
    for line in lines:
        print(printable(_in_ascii(line) if plain else line, keep="\n"), file=to)


def _in_ascii(text: str) -> str:
    from timezero.report.numbers import as_ascii

    return as_ascii(text).encode("ascii", "backslashreplace").decode()
