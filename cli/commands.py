"""Commands to be pasted: the import of a file as it was asked for, with all that was said of it."""

import json
import os
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cli.api import Json
from jobs.base import Upload

# What a shell takes as it is; letters of any alphabet among them.
_PLAIN = re.compile(r"[\w@%+=:,./-]+")
_NO_OPTIONS = frozenset({"file_name", "preview", "mapping"})
_OPTIONS = ("template", "sheet", "header_row", "batch_size", "control_totals")


@dataclass(frozen=True, slots=True)
class ImportCommand:
    """``file`` as it was typed, else its name; ``options`` as they stand behind ``--kind``."""

    file: str
    kind: str
    options: tuple[str, ...] = ()

    def line(self, *more: str) -> str:
        """With ``more`` behind it."""
        file = f"./{self.file}" if self.file.startswith("-") else self.file
        return line("import", file, "--kind", self.kind, *self.options, *more)

    def with_row(self, row: int) -> "ImportCommand":
        """With this row as the header's, unless one was said."""
        if "--header-row" in self.options:
            return self
        return replace(self, options=(*self.options, "--header-row", str(row)))


def import_of(task: Json) -> ImportCommand:
    """What loads a task's file as the task did, of what the server knows: the file's folder is not in it."""
    params = task["params"]
    kind = {"stock_import": "stock"}.get(task["kind"], task["kind"].replace("_", "-"))
    said = {name: value for name, value in params.items() if value != _defaults(task["kind"]).get(name)}
    options: list[str] = []
    for name in _OPTIONS:
        if name in said:
            options += [f"--{name.replace('_', '-')}", str(said.pop(name))]
    if said.pop("auto_classify", None) is False:
        options.append("--no-classify")
    options += pairs("--mapping", params.get("mapping") or {})
    options += pairs("--param", {name: said[name] for name in sorted(said.keys() - _NO_OPTIONS)})
    return ImportCommand(str(params.get("file_name") or "FILE"), kind, tuple(options))


def unsaid(task: Json, groups: Iterable[Json]) -> list[str]:
    """Parameters that would have given the value for want of which rows were rejected: ``warehouse`` where
    the file has none. ``groups`` are those of the rejected rows, with the field as the file calls it."""
    missing = {str(one["field"]) for one in groups if one["code"] == "value_missing"}
    if not missing or "file_name" not in task["params"]:
        return []
    upload = _upload(task["kind"])
    fields = upload.layout.fields if upload is not None and upload.layout is not None else ()
    return [
        field.name
        for field in fields
        if upload is not None
        and field.name in upload.params.model_fields.keys() - task["params"].keys()
        and missing & {field.name, *field.aliases}
    ]


def pairs(option: str, said: Mapping[str, Any]) -> Iterable[str]:
    """``--mapping quantity=B``, as often as there are some."""
    for name, value in said.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield from (option, f"{name}={text}")


def line(*arguments: str) -> str:
    """A command of ours as a shell takes it, called as this one was (the launcher says how)."""
    return " ".join(map(shell_name, [os.environ.get("TIDEMARK_CALLED_AS") or "tidemark", *arguments]))


def shell_name(name: str) -> str:
    """As it is typed; quoted only where a shell would take it apart."""
    return name if _PLAIN.fullmatch(name) else shlex.quote(name)


def _defaults(kind: str) -> Mapping[str, Any]:
    upload = _upload(kind)
    if upload is None:
        return {}
    return {name: field.default for name, field in upload.params.model_fields.items()}


def _upload(kind: str) -> Upload | None:
    # Not with every command: the kinds bring a database's driver along.
    from jobs.kinds.registry import kinds

    return found.upload if (found := kinds().get(kind)) is not None else None
