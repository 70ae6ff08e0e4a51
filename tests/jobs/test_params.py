"""What a person writes beside a file never gets into the log."""

import re
from typing import Any

import pytest

from api.kinds import uploads
from jobs.params import ImportParams

MODELS: set[type[ImportParams]] = {upload.params for _, upload in uploads().values()}
# A text that can say little: a currency.
CODE = re.compile(r"\^\[A-Z\]\{\d\}\$")


def is_free(schema: dict[str, Any]) -> bool:
    """Whether anything may be written there."""
    if any(map(is_free, schema.get("anyOf", ()))) or schema.get("type") in ("object", "array"):
        return True
    closed = {"enum", "const", "format"} & set(schema) or CODE.fullmatch(schema.get("pattern", ""))
    return schema.get("type") == "string" and not closed


@pytest.mark.parametrize("model", sorted(MODELS, key=str))
def test_every_text_that_may_be_anything_is_kept_out(model: type[ImportParams]) -> None:
    fields = model.model_json_schema()["properties"]
    assert {name for name, schema in fields.items() if is_free(schema)} == model.free
