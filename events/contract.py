"""What others may rely on, derived from the models: a JSON Schema per event and one AsyncAPI document."""

from typing import Any

from pydantic.json_schema import models_json_schema

from events.base import Event
from events.cloudevents import REQUIRED
from events.registry import EVENTS
from events.topics import PARTITIONS, TopicSpec, topic_specs

Json = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_BINDING = {"bindingVersion": "0.5.0"}
_KEYS = {
    "task_id": "Id of the task: all events of one task are in order.",
    "task_id/batch_no": "Id of the task, a slash, number of the batch: one task is spread over all.",
    "partition": "Number of the partition of `tasks`: its roots are in order.",
}
_OPERATIONS = {
    "send": "Tidemark's producers and processors write here, nobody else.",
    "receive": "Tidemark's processors and projections read here; anybody may, in a group of their own.",
}


def schema(kind: type[Event]) -> Json:
    """The data of an event as JSON Schema 2020-12; its ``type`` is not in it, it travels in a header.

    What has a default may be missing: events stay that were written before the field was there.
    """
    written = kind.model_json_schema(mode="serialization")
    _as_read(written, kind.model_json_schema(mode="validation"))
    return {"$schema": DIALECT, "$id": f"{kind.model_fields['type'].default}.json"} | written


def _as_read(written: Json, read: Json) -> None:
    """Types as they are written (a Decimal is text), obligations as they are read."""
    for name, definition in written.get("$defs", {}).items():
        _as_read(definition, read["$defs"][name])
    properties = written.get("properties", {})
    properties.pop("type", None)
    written.pop("required", None)
    if read.get("required"):
        written["required"] = read["required"]


def asyncapi() -> Json:
    """AsyncAPI 3.0 of the log: who may attach to which topic and what it finds there."""
    return {
        "asyncapi": "3.0.0",
        "info": _INFO,
        "defaultContentType": "application/json",
        "channels": {spec.name: _channel(spec) for spec in topic_specs()},
        "operations": {
            f"{action}.{spec.name}": {
                "action": action,
                "channel": {"$ref": f"#/channels/{spec.name}"},
                "summary": summary,
            }
            for spec in topic_specs()
            for action, summary in _OPERATIONS.items()
        },
        "components": {"messages": {name: _message(name) for name in EVENTS}, "schemas": _components()},
    }


def _channel(spec: TopicSpec) -> Json:
    config: Json = {"cleanup.policy": [spec.config["cleanup.policy"]]}
    config["retention.ms"] = int(spec.config["retention.ms"])
    return {
        "address": spec.name,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in spec.carries},
        "bindings": {
            "kafka": {"topic": spec.name, "partitions": PARTITIONS, "topicConfiguration": config} | _BINDING
        },
    }


def _message(name: str) -> Json:
    kind = EVENTS[name]
    key = next(spec.key for spec in topic_specs() if name in spec.carries)
    return {
        "name": name,
        "summary": (kind.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " "),
        "contentType": "application/json",
        "headers": {
            "allOf": [
                {"$ref": "#/components/schemas/CloudEvent"},
                {"type": "object", "properties": {"ce_type": {"const": name}}},
            ]
        },
        "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
        "bindings": {"kafka": {"key": {"type": "string", "description": _KEYS[key]}} | _BINDING},
    }


def _components() -> Json:
    schemas: Json = {"CloudEvent": _CLOUD_EVENT}
    template = "#/components/schemas/{model}"
    kinds = EVENTS.values()
    written = models_json_schema([(k, "serialization") for k in kinds], ref_template=template)[1]["$defs"]
    read = models_json_schema([(k, "validation") for k in kinds], ref_template=template)[1]["$defs"]
    for name, definition in sorted(written.items()):
        _as_read(definition, read[name])
        schemas[name] = definition
    return schemas


_INFO: Json = {
    "title": "Tidemark: the log",
    "version": "1",
    "description": (
        "Every event is a CloudEvent 1.0 in binary mode: attributes in headers, data in the value. `tasks`"
        " is kept for ever and carries no row data; `batches.*` and `rejects` carry rows and are kept for 30"
        " days. A delivery may come twice: batches count once by (attempt, batch_no), the conductor's"
        " events once by (subject, seq)."
    ),
}

_CLOUD_EVENT: Json = {
    "type": "object",
    "title": "CloudEvent",
    "properties": {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {"type": "string", "description": "UUID; the same again when the event is sent again."},
        "ce_type": {"type": "string", "description": "Wire name with its version."},
        "ce_source": {"type": "string", "examples": ["/tidemark/conductor"]},
        "ce_time": {"type": "string", "format": "date-time", "description": "UTC, ending in Z."},
        "ce_subject": {
            "type": "string",
            "description": "Id of the task; of a root, the name of its partition.",
        },
        "ce_actor": {"type": "string", "examples": ["system:conductor"]},
        "ce_correlationid": {"type": "string", "description": "One for all that follows from one request."},
        "ce_causationid": {"type": "string", "description": "`ce_id` of the event that led to this one."},
        "content-type": {"const": "application/json"},
        "content-encoding": {"enum": ["zstd"], "description": "On `batches.*` only."},
    },
    "required": ["ce_specversion", *REQUIRED],
}
