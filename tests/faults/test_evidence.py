"""The evidence pack with real task processes and a real broker, one of them killed (issue 7, speed)."""


def test_a_pack_whose_worker_is_killed_in_the_middle_is_finished_by_another_as_one_right_file(figures_of):
    figures = figures_of("evidence")

    assert figures["state at the death"] == "waiting"
    assert 3 <= figures["steps at the death"] < 7
    assert (figures["moved before the silence was long enough"], figures["steps done again"]) == (0, 0)
    assert (figures["state"], figures["files"]) == ("ready", 1)
    assert figures["digest of the file is noted"]
    assert figures["same as never killed"]
