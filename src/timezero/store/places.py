"""Where a store is: a project folder, a file, or a server; and what lies beside it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from timezero.errors import InputRefused
from timezero.store.refusals import not_a_store

DATABASE_NAME = "timezero.db"
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]+)://", re.IGNORECASE)
_NETWORK = {
    "nfs",
    "nfs4",
    "cifs",
    "smb2",
    "smb3",
    "smbfs",
    "afs",
    "ncpfs",
    "ceph",
    "glusterfs",
    "lustre",
    "fuse.sshfs",
    "fuse.glusterfs",
    "fuse.rclone",
    "davfs",
    "fuse.davfs2",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a store is.

    Parameters
    ----------
    database : Path or None
        The SQLite file; None on a server.
    url : str
        Of the server, with its password; empty for a file.
    shown : str
        What may be printed.
    backups : Path
        Folder of automatic backups.
    """

    database: Path | None
    url: str
    shown: str
    backups: Path

    @property
    def backend(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return "postgresql" if self.database is None else "sqlite"

    def beside(self, ending: str) -> Path:
        """Return a companion of the SQLite file, such as ``timezero.head.json``."""
        if self.database is None:
            raise not_a_store(self.shown, "a store on a server has no files beside it")
        return self.database.with_suffix(ending)

    @property
    def head(self) -> Path | None:
        """The file with the head of the log, outside the database; None on a server."""
        return None if self.database is None else self.beside(".head.json")

    @property
    def blobs(self) -> Path | None:
        """The folder of blobs; None on a server, which keeps them in a table."""
        return None if self.database is None else self.beside(".blobs")


def find_place(given: str | Path) -> Place:
    """Return where a store is, without opening it.

    Parameters
    ----------
    given : str or Path
        A folder, a ``.db`` file, or ``postgresql://...``.

    Raises
    ------
    InputRefused
        It is none of these, or on a network drive.
    """
    scheme = _SCHEME.match(str(given)) if isinstance(given, str) else None
    if scheme is not None:
        return _server(str(given), scheme.group(1).lower())
    path = Path(given).expanduser()
    if path.is_file() and path.suffix != ".db":
        raise not_a_store(str(path), "this is a file, and no store")
    database = path if path.suffix == ".db" and not path.is_dir() else path / DATABASE_NAME
    _refuse_network(database)
    backups = database.with_suffix(".backups")
    return Place(database=database, url="", shown=str(path), backups=backups)


def _server(given: str, scheme: str) -> Place:
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    if scheme not in {"postgresql", "postgresql+psycopg", "postgres"}:
        raise not_a_store(f"{scheme}://...", "stores are kept in SQLite or PostgreSQL only")
    try:
        url = make_url(given).set(drivername="postgresql+psycopg")
    except ArgumentError as error:
        raise not_a_store("postgresql://...", "the address cannot be read") from error
    shown = url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)
    data = Path(os.environ.get("XDG_DATA_HOME") or "~/.local/share").expanduser()
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", f"{url.host or 'local'}_{url.database or ''}")
    return Place(
        database=None,
        url=url.render_as_string(hide_password=False),
        shown=shown,
        backups=data / "timezero" / "backups" / name,
    )


def _refuse_network(database: Path) -> None:
    kind = network_drive(database)
    if kind:
        raise InputRefused(
            what=f"the folder is on a network drive ({kind}), where SQLite cannot keep its word",
            where=str(database),
            mend="put the store on a disk of this computer, or use PostgreSQL",
            code="TZ-STO-13",
        )


def network_drive(path: Path, mounts: Iterable[str] | None = None) -> str:
    """Return the kind of network drive that a path is on; empty when none is recognised.

    Parameters
    ----------
    path : Path
    mounts : iterable of str, optional
        Lines as in ``/proc/self/mounts``; read from there when not given.
    """
    if str(path).startswith("\\\\"):
        return "a shared folder"
    if mounts is None:
        try:
            mounts = Path("/proc/self/mounts").read_text(errors="replace").splitlines()
        except OSError:
            return ""
    nearest, kind = -1, ""
    whole = path.resolve()
    for line in mounts:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(re.sub(r"\\(\d{3})", lambda m: chr(int(m.group(1), 8)), fields[1]))
        if whole.is_relative_to(point) and len(point.parts) >= nearest:
            nearest, kind = len(point.parts), fields[2]
    return kind if kind in _NETWORK else ""
