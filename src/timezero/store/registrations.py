"""Studies, protocols, recipes and inputs: each is registered once, by its key."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select

from timezero.errors import InputRefused, UnknownName, nearest_first
from timezero.store.blobs import Blobs
from timezero.store.durable_files import sha256_of
from timezero.store.records import KnownInput, Registered, RegisteredInput
from timezero.store.refusals import in_words
from timezero.store.session import Session, Writing, clean
from timezero.store.tables import INPUTS, PROTOCOLS, RECIPES, STUDIES


class Registrations:
    """The part of a store that says what there is to be analysed, and how.

    Parameters
    ----------
    session : Session
    blobs : Blobs
    """

    def __init__(self, session: Session, blobs: Blobs) -> None:
        self._session = session
        self._blobs = blobs

    def register_study(self, name: str, *, title: str = "", why: str = "") -> Registered:
        """Register a study, or return the one of that name.

        Parameters
        ----------
        name : str
            Its key.
        title, why : str
            For readers.

        Raises
        ------
        InputRefused
            The name is empty or has signs that cannot be printed.
        """
        if not name.strip() or not name.isprintable() or len(name) > 200:
            raise InputRefused(
                what="a study needs a name of 1 to 200 signs that can be printed",
                where="the name of the study",
                mend="give it a short name, such as the name of its study file",
                code="TZ-STO-16",
            )
        with self._session.writing(reserve=True) as work:
            row = work.find(STUDIES, clean(name))
            if row is None:
                work.insert(STUDIES, name=clean(name), title=clean(title), at=work.at)
                work.log("study registered", why=why, new={"study": clean(name)})
            at = work.at if row is None else row["at"]
        return Registered(key=clean(name), known=row is not None, at=at, study=clean(name))

    def register_protocol(self, text: str, *, study: str, why: str = "") -> Registered:
        """Register the text of a protocol under its SHA-256.

        Parameters
        ----------
        text : str
        study : str
        why : str

        Raises
        ------
        UnknownName
            There is no such study.
        """
        with self._session.writing(reserve=True) as work:
            return self._text(work, PROTOCOLS, text, study=study, why=why, seq=work.next_seq)

    def register_recipe(
        self, text: str, *, study: str, name: str = "", why: str = ""
    ) -> Registered:
        """Register the text of a recipe for reading a file under its SHA-256.

        Parameters
        ----------
        text : str
        study : str
        name, why : str

        Raises
        ------
        UnknownName
            There is no such study.
        """
        with self._session.writing(reserve=True) as work:
            return self._text(work, RECIPES, text, study=study, why=why, name=clean(name))

    def _text(
        self, work: Writing, table: Table, text: str, *, study: str, why: str, **more: Any
    ) -> Registered:
        refuse_unknown_study(work, study)
        kind = table.name.removesuffix("s")
        if clean(text) != text:
            raise InputRefused(
                what=f"the {kind} holds signs that are no text",
                where=f"{kind} of study {study}",
                mend="save the file as UTF-8 text",
                code="TZ-STO-17",
            )
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        row = work.find(table, sha256)
        if row is not None:
            return Registered(key=sha256, known=True, at=row["at"], study=row["study"])
        work.insert(table, sha256=sha256, study=study, text=text, at=work.at, **more)
        work.log(f"{kind} registered", why=why, new={"study": study, kind: sha256})
        return Registered(key=sha256, known=False, at=work.at, study=study)

    def register_input(
        self,
        content: bytes | Path,
        *,
        study: str,
        name: str = "",
        canonical_digest: str = "",
        keep: bool = False,
        why: str = "",
    ) -> RegisteredInput:
        """Register data by their content, and say who registered the same bytes before.

        Parameters
        ----------
        content : bytes or Path
        study : str
        name : str
            Of the file. It goes into the table of inputs, not into the log.
        canonical_digest : str
            Digest of the data in a form that does not depend on the file's format; the SHA-256 of
            the bytes where not given. Analyses are counted by it.
        keep : bool
            Also keep the bytes. By default only their digest is kept.
        why : str

        Raises
        ------
        InputRefused
            The file cannot be read, or the disk is too full.
        UnknownName
            There is no such study.
        """
        with in_words(str(name or "the input")):
            sha256, size, kept = _measured(content, keep=keep)
        if kept is not None:
            self._session.refuse_little_room(size)
            self._blobs.place_file(kept)
        with self._session.writing(reserve=True) as work:
            refuse_unknown_study(work, study)
            query = select(INPUTS).where(INPUTS.c.sha256 == sha256).order_by(INPUTS.c.seq)
            rows = work.connection.execute(query).mappings().all()
            if kept is not None:
                self._blobs.insert_row(work, kept, sha256)
            own = next((row for row in rows if row["study"] == study), None)
            digest = canonical_digest or (own["canonical_digest"] if own else sha256)
            values = {"canonical_digest": digest, "blob": None if kept is None else sha256}
            if own is None:
                same = {"study": study, "sha256": sha256, "at": work.at, "seq": work.next_seq}
                work.insert(INPUTS, **same, **values, name=clean(name), size=size)
                work.log(
                    "input registered", why=why, new={"study": study, "input": sha256, "size": size}
                )
            elif digest != own["canonical_digest"] or (kept is not None and own["blob"] is None):
                values["blob"] = values["blob"] or own["blob"]
                work.update(INPUTS, study, sha256, **values)
                work.log(
                    "input described anew",
                    why=why,
                    old={"canonical_digest": own["canonical_digest"]},
                    new={"input": sha256, "canonical_digest": digest},
                )
        known = tuple(KnownInput(study=r["study"], name=r["name"], at=r["at"]) for r in rows)
        return RegisteredInput(sha256=sha256, size=size, known=bool(known), known_as=known)


def _measured(content: bytes | Path, *, keep: bool) -> tuple[str, int, bytes | None]:
    if isinstance(content, Path) and not keep:
        return sha256_of(content), content.stat().st_size, None
    whole = content.read_bytes() if isinstance(content, Path) else content
    return hashlib.sha256(whole).hexdigest(), len(whole), whole if keep else None


def refuse_unknown_study(work: Writing, study: str) -> None:
    """Refuse a study that is not registered, and name the nearest ones."""
    if work.find(STUDIES, study) is None:
        names = list(work.connection.execute(select(STUDIES.c.name)).scalars())
        raise unknown("study", study, names)


def unknown(kind: str, name: str, valid: list[str]) -> UnknownName:
    """Return the refusal of a name that the store does not hold."""
    nearest = ", ".join(nearest_first(name, valid)[:5])
    return UnknownName(
        what=f"the store holds no {kind} {name[:64]!r}",
        where="the study store",
        mend=f"register it first, or name one of: {nearest}" if nearest else "register it first",
        code="TZ-STO-18",
    )
