"""What a training made: the version of the text model, how good it is, and whether it decides now."""

from cli.api import Api, Json
from cli.screen import Screen
from infra.wording import number
from jobs.classify import LEAST_PRECISION

KIND = "classifier_train"


def training(screen: Screen, api: Api, task: Json) -> None:
    """Says nothing of what is no training, or made no version."""
    if task["kind"] != KIND or task["status"] != "completed":
        return
    found = (one for one in api.items("/classifier/models") if one["task_id"] == task["id"])
    if (model := next(found, None)) is None:
        return
    screen.line()
    screen.say(
        "cli.trained",
        version=model["version"],
        transactions=model["transactions"],
        categories=len(model["categories"]),
        accuracy=_percent(screen, model["accuracy"]),
        coverage=_percent(screen, model["coverage"]),
        threshold=_percent(screen, model["threshold"]),
    )
    if model["precision"] is not None:
        screen.say("cli.trained.precision", precision=_percent(screen, model["precision"]))
    code = standing(task, model)
    said = {"version": model["version"], "least": _percent(screen, LEAST_PRECISION)}
    screen.say(code, style="green" if model["active"] else "yellow", **said)


def standing(task: Json, model: Json) -> str:
    """Whether the version decides, and if not, why."""
    if model["active"]:
        return "cli.trained.active"
    if not task["params"].get("activate", True):
        return "cli.trained.kept_active"
    if (model["precision"] or 0) < LEAST_PRECISION:
        return "cli.trained.imprecise"
    return "cli.trained.replaced"


def _percent(screen: Screen, share: float) -> str:
    """``97,4 %``; rounded down, so that what is not reached is not said."""
    tenths = int(share * 1000 + 1e-6) / 10
    return screen.word("cli.percent", figure=number(tenths, screen.language))
