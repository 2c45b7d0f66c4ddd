"""The store of warehouses: a folder of finished builds, one of which is in place.

    <folder>/builds/<id>/           a finished build: nrs.duckdb, nrs_published.duckdb, manifest.json, forms/, errors/
    <folder>/current                link to the build in place; replacing it is the one atomic step
    <folder>/nrs.duckdb             link to current/nrs.duckdb; likewise nrs_published.duckdb and forms
    <folder>/labels/<label>         link to a build that is kept for good
    <folder>/.build-<run>/          a build at work; what a dead run leaves here, the next run removes
    <folder>/.lock                  held by whoever changes the store; .lock.holder says who

Only file-system steps stand here; each may be the last one of a process (docs/decisions/0009-store-of-builds.md).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

WAREHOUSE, PUBLISHED, FORMS, MANIFEST = "nrs.duckdb", "nrs_published.duckdb", "forms", "manifest.json"
LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
BUILD_ID = re.compile(r"\d{8}T\d{6}Z-(?:[0-9a-f]{6}|unmanaged)")
AT_WORK = re.compile(r"\.build-\d+-[0-9a-f]{6}")

Manifest = dict[str, dict[str, str | int | None]]


class StoreError(Exception):
    """What keeps the store from doing what was asked, with the remedy."""


@dataclass(frozen=True)
class Build:
    """A finished build: its id, folder and labels, and whether it is the one in place."""

    id: str
    folder: Path
    labels: tuple[str, ...]
    is_current: bool

    def manifest(self) -> Manifest | None:
        """What `manifest.json` says; None where there is none (a warehouse that was found, not built here).

        Raises StoreError where it can't be read.
        """
        try:
            return json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StoreError(f"{MANIFEST} of build {self.id} can't be read ({error}). Choose another build.") from error

    def facts(self) -> dict[str, str | int | None]:
        """What the manifest says of the build itself; nothing where there is no manifest that can be read."""
        try:
            return (self.manifest() or {}).get("build", {})
        except StoreError:
            return {}

    def differences(self) -> list[str]:
        """The files that are not as the manifest has them, each with what is wrong; every byte is read."""
        expected = (self.manifest() or {}).get("file_sha256", {})
        found = {name: sha256(self.folder / name) for name in files_below(self.folder) if name != MANIFEST}
        wrong = {name: "missing" if name not in found else "new" if name not in expected else "changed" for name in expected.keys() | found.keys()}
        return sorted(f"{name} {what}" for name, what in wrong.items() if expected.get(name) != found.get(name))


@dataclass(frozen=True)
class Work:
    """A build at work: its id, when it began (UTC), the folder that will be the build, and one for what is thrown away."""

    id: str
    began: datetime
    folder: Path
    scratch: Path


class Store:
    """The store around a warehouse path, e.g. `warehouse/nrs.duckdb`; nothing is touched before a method is called."""

    def __init__(self, warehouse: Path) -> None:
        # The path itself is a link into the store: its folder is resolved, it is not.
        self.folder = warehouse.expanduser().parent.resolve()
        self.builds_folder = self.folder / "builds"
        self.labels_folder = self.folder / "labels"
        self.current = self.folder / "current"
        self.warehouse = self.folder / warehouse.name
        self.published = self.folder / f"{warehouse.stem}_published{warehouse.suffix}"
        self.forms = self.folder / FORMS
        self.links = {self.warehouse: WAREHOUSE, self.published: PUBLISHED, self.forms: FORMS}

    def current_id(self) -> str | None:
        """The id of the build in place; None where there is none."""
        return self.current.resolve().name if self.current.exists() else None

    def builds(self) -> list[Build]:
        """Every finished build, the oldest first."""
        labels = [(link.name, Path(os.readlink(link)).name) for link in sorted(self.labels_folder.glob("*")) if link.is_symlink()]
        return [
            Build(folder.name, folder, tuple(label for label, build_id in labels if build_id == folder.name), folder.name == self.current_id())
            for folder in sorted(self.builds_folder.glob("*"))
            if BUILD_ID.fullmatch(folder.name) and folder.is_dir()
        ]

    def find(self, name: str) -> Build:
        """The build with the id or label `name`; raises StoreError where there is none."""
        for build in self.builds():
            if name == build.id or name in build.labels:
                return build
        raise StoreError(f"No build with the id or label '{name}' in {self.folder}. `nrs.py builds` lists them.")

    @contextmanager
    def new_build(self, label: str | None = None) -> Iterator[Work]:
        """A work folder for a build that may get `label`; it is removed at the end, whatever happened, and what was placed isn't.

        Raises StoreError where another process is at work, the label is taken, or the folder isn't a store's.
        """
        with self._at_work("build") as scratch:
            if label:
                self._check_label(label)
            began = datetime.now(UTC)
            folder = scratch / "build"
            folder.mkdir()
            yield Work(f"{began:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}", began, folder, scratch)

    def place(self, work: Work, manifest: Manifest, label: str | None = None, keep: int = 5) -> Build:
        """Finish a build and put it in place; then label it, and remove all but the last `keep`.

        `manifest` is completed by the size and hash of each file. Raises OSError; up to the switch of `current`, what was
        in place stays.
        """
        seal(work.folder, manifest)
        self._adopt_unmanaged(work.scratch)
        self.builds_folder.mkdir(exist_ok=True)
        os.rename(work.folder, self.builds_folder / work.id)
        sync(self.builds_folder)
        self._switch(work.id, work.scratch)
        if label:
            self._link_label(work.id, label)
        self._prune(keep, work.scratch)
        return self.find(work.id)

    def label(self, name: str, label: str) -> Build:
        """Give a build a label, which keeps it for good; raises StoreError where the label is taken or no safe name."""
        with self._at_work("label"):
            self._check_label(label)
            self._link_label(self.find(name).id, label)
            return self.find(label)

    def restore(self, name: str) -> Build:
        """Put an earlier build in place; raises StoreError where its files are not as they were built."""
        with self._at_work("restore") as scratch:
            build = self.find(name)
            if not (build.folder / WAREHOUSE).exists():
                raise StoreError(f"Build {build.id} has no {WAREHOUSE}. Choose another; `nrs.py builds` lists them.")
            if build.manifest() and (differences := build.differences()):
                raise StoreError(f"Build {build.id} is not as it was built: {', '.join(differences)}. Choose another, or build anew from the same extracts.")
            self._adopt_unmanaged(scratch)
            self._switch(build.id, scratch)
            return self.find(build.id)

    @contextmanager
    def _at_work(self, doing: str) -> Iterator[Path]:
        """Hold the store's lock, without what dead runs left, with a scratch folder on the store's file system."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / ".lock", timeout=0, fallback_to_soft=False)
            lock.acquire()
        except Timeout:
            raise StoreError(f"Another process is at work in {self.folder}: {self._holder()}. Try again when it has ended.") from None
        except OSError as error:
            raise StoreError(
                f"{self.folder} can't be written ({error.strerror}). Make it writable, or name another place with NRS_WAREHOUSE; it must be on a file "
                "system with locks and links."
            ) from error
        holder = self.folder / ".lock.holder"
        try:
            self._check_layout()
            holder.write_text(f"process {os.getpid()} on {socket.gethostname()}, `{doing}`, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", encoding="utf-8")
            # The lock is free for us alone: whoever made these folders is dead.
            for left in self.folder.iterdir():
                if AT_WORK.fullmatch(left.name):
                    shutil.rmtree(left, ignore_errors=True)
            scratch = self.folder / f".build-{os.getpid()}-{secrets.token_hex(3)}"
            scratch.mkdir(mode=0o700)
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def _holder(self) -> str:
        try:
            return (self.folder / ".lock.holder").read_text(encoding="utf-8") or "it has just begun"
        except OSError:
            return "it has just begun, or is about to end"

    def _check_layout(self) -> None:
        """Links that lead elsewhere and folders in their place are somebody's own: not ours to replace, nor to keep as a build."""
        if self.current.exists() and not self.current.is_symlink():
            raise StoreError(f"{self.current} is not a link, as if the store had been copied without its links. Move it away, then run this again.")
        for path, name in self.links.items():
            if path.is_symlink() and os.readlink(path) != f"current/{name}":
                raise StoreError(f"{path} is a link to {os.readlink(path)}, not into the store. Remove the link, or name another place with NRS_WAREHOUSE.")
            if name != FORMS and path.is_dir() and not path.is_symlink():
                raise StoreError(f"{path} is a folder, and a file belongs there. Move it away, or name a file in it or elsewhere with NRS_WAREHOUSE.")
        # An earlier version wrote forms beside its warehouse file.
        if self.forms.exists() and not self.forms.is_symlink() and not (self.warehouse.is_file() and not self.warehouse.is_symlink()):
            raise StoreError(f"{self.forms} belongs to no warehouse of this project. Move it away, or name another place with NRS_WAREHOUSE.")

    def _check_label(self, label: str) -> None:
        if not LABEL.fullmatch(label):
            raise StoreError(f"'{label}' can't be a label. Use letters, digits, '-', '_' and '.', at most 64, the first a letter or digit.")
        if BUILD_ID.fullmatch(label):
            raise StoreError(f"'{label}' can't be a label: it has the form of a build's id. Choose another.")
        if os.path.lexists(self.labels_folder / label):
            raise StoreError(f"The label '{label}' is taken by build {Path(os.readlink(self.labels_folder / label)).name}. Choose another.")

    def _link_label(self, build_id: str, label: str) -> None:
        self.labels_folder.mkdir(exist_ok=True)
        os.symlink(f"../builds/{build_id}", self.labels_folder / label)
        sync(self.labels_folder)

    def _switch(self, build_id: str, scratch: Path) -> None:
        """Put a finished build in place: the rename of `current` is the one step that readers see."""
        replace_link(self.current, f"builds/{build_id}", scratch)
        for path, name in self.links.items():
            if not path.is_symlink():
                replace_link(path, f"current/{name}", scratch)
        sync(self.folder)

    def _adopt_unmanaged(self, scratch: Path) -> None:
        """Move what stands where a link belongs (an earlier version's file, plain dbt's) into a build of its own, without a manifest.

        A file gets a second name there and its first one is replaced by a link: it can be opened at every moment. A log
        (.wal) that a killed writer left belongs to this file alone and must not stay beside the link.
        """
        found = {path: name for path, name in self.links.items() if path.exists() and not path.is_symlink()}
        if not found:
            return
        changed = datetime.fromtimestamp(next(iter(found)).stat().st_mtime, UTC)
        build = self.builds_folder / f"{changed:%Y%m%dT%H%M%SZ}-unmanaged"
        build.mkdir(parents=True, exist_ok=True)
        log = self.warehouse.with_name(f"{self.warehouse.name}.wal")
        files = {path: build / name for path, name in found.items() if path.is_file()}
        for path, target in {**files, **({log: build / f"{WAREHOUSE}.wal"} if self.warehouse in files and log.exists() else {})}.items():
            # After a death at this place the second name is there already.
            if not (target.exists() and target.samefile(path)):
                os.link(path, target)
            os.chmod(target, 0o400)
        for path, name in found.items():
            if path.is_dir():
                os.rename(path, build / name)
        sync(build)
        sync(self.builds_folder)
        if self.warehouse in files:
            replace_link(self.current, f"builds/{build.name}", scratch)
        for path in files:
            replace_link(path, f"current/{self.links[path]}", scratch)
        log.unlink(missing_ok=True)

    def _prune(self, keep: int, scratch: Path) -> None:
        """Remove all but the last `keep` builds; never the one in place, a labelled one, or one that wasn't built here."""
        built = [build for build in self.builds() if (build.folder / MANIFEST).exists()]
        for build in built[:-keep]:
            if not build.labels and not build.is_current:
                # One step takes it out of the store; what dies later is thrown away with the scratch folder.
                os.rename(build.folder, scratch / build.id)


def replace_link(path: Path, target: str, scratch: Path) -> None:
    """Make `path` a link to `target`, in one step, whatever file or link it was."""
    new = scratch / f"link-{path.name}"
    os.symlink(target, new)
    os.replace(new, path)


def seal(folder: Path, manifest: Manifest) -> None:
    """Write the manifest of a build, make its files read-only, and have them all on the disk.

    Whoever may pass (umask) reads the published file; everything else is the owner's alone.
    """
    if logs := sorted(log.name for log in folder.glob("*.wal")):
        raise StoreError(f"A database was not written to its end: {', '.join(logs)} is still beside it. Build again.")
    names = files_below(folder)
    hashes = {"file_bytes": {name: (folder / name).stat().st_size for name in names}, "file_sha256": {name: sha256(folder / name) for name in names}}
    (folder / MANIFEST).write_text(json.dumps({**manifest, **hashes}, indent=2) + "\n", encoding="utf-8")
    for path in [*folder.rglob("*"), folder]:
        mode = path.stat().st_mode
        if path == folder:
            path.chmod(mode & 0o711)
        elif path.is_dir():
            path.chmod(0o700)
        else:
            path.chmod(mode & 0o444 if path.name == PUBLISHED else 0o400)
        sync(path)


def files_below(folder: Path) -> list[str]:
    """The files of a folder and of those in it, as paths relative to it, in order."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def sha256(file: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk before the next step."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
