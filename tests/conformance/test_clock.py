from tests.harness.clock import LabClock


async def test_what_falls_due_on_the_way_happens_at_its_own_moment_in_order() -> None:
    clock = LabClock()
    start, seen = clock.time(), list[tuple[str, int]]()
    clock.call_later(30, lambda: seen.append(("late", round(clock.time() - start))))
    clock.call_later(10, lambda: seen.append(("early", round(clock.time() - start))))

    await clock.advance(60)

    assert seen == [("early", 10), ("late", 30)]
    clock.close()


async def test_a_follower_learns_the_present_offset_and_each_later_one() -> None:
    clock, offsets = LabClock(), list[int]()
    clock.follow(lambda offset: offsets.append(round(offset)))

    await clock.advance(3600)

    assert offsets == [0, 3600]
    clock.close()


async def test_a_cancelled_timer_never_fires() -> None:
    clock, seen = LabClock(), list[str]()
    clock.call_later(5, lambda: seen.append("fired")).cancel()

    await clock.advance(10)

    assert seen == []
    clock.close()
