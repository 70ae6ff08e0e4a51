"""placeholder"""

from rich.console import Console

from stack.home import Home
from stack.up import Stack


class DoesNotAddUp(Exception):
    """x"""


async def show(stack: Stack, once: bool, console: Console) -> None:
    return


async def show_on_running(home: Home, once: bool, console: Console) -> None:
    return
