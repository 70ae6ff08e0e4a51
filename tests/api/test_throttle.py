"""Who guesses passwords waits, and nobody else."""

from api.throttle import FREE, FREE_PER_ADDRESS, LONGEST, Throttle


def test_the_wait_doubles_and_others_are_not_slowed_down() -> None:
    now = 0.0
    throttle = Throttle(lambda: now)
    for _ in range(FREE + 3):
        throttle.failed("ivanova", "10.0.0.1")
    assert throttle.wait("ivanova", "10.0.0.1") == 8
    assert throttle.wait("Ivanova", "10.0.0.1") == 8
    assert throttle.wait("ivanova", "10.0.0.2") == 0
    assert throttle.wait("petrov", "10.0.0.1") == 0
    now = 9.0
    assert throttle.wait("ivanova", "10.0.0.1") == 0
    for n in range(FREE_PER_ADDRESS + 20):
        throttle.failed(str(n), "10.0.0.1")
    assert throttle.wait("petrov", "10.0.0.1") == LONGEST
    throttle.succeeded("ivanova", "10.0.0.1")
