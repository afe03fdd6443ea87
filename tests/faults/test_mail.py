"""The outbox with real task processes, a real broker and a real mail server, under faults (events spec 18.2)."""


def test_of_a_worker_killed_in_mid_delivery_only_the_letter_in_flight_arrives_twice_under_its_own_message_id(
    figures_of,
):
    figures = figures_of("mail", "killed")

    assert figures["after the death"]["sending"] == 1
    assert figures["states"] == {"sent": 40}
    assert (figures["lost"], figures["doubled"], figures["unknown ids"], figures["taken"]) == (0, 1, 0, 41)


def test_two_beats_at_once_and_two_workers_send_each_letter_once(figures_of):
    figures = figures_of("mail", "beats")

    assert (figures["beats"], figures["states"]) == ([0, 0], {"sent": 200})
    assert (figures["lost"], figures["doubled"], figures["attempts"]) == (0, 0, 200)


def test_a_server_that_refuses_cuts_and_dawdles_loses_and_doubles_nothing(figures_of):
    figures = figures_of("mail", "refused")

    assert figures["states"] == {"failed": 4, "sent": 16}
    assert (figures["lost"], figures["doubled"], figures["unknown ids"]) == (0, 0, 0)
    assert figures["tries"] == {"twice451": [3], "unknown": [1], "cut": [2], "slow": [1], "plain": [1]}


def test_a_server_slower_than_our_patience_gets_the_same_letter_again_and_holds_up_no_other(figures_of):
    figures = figures_of("mail", "slower")

    assert figures["states"] == {"sent": 13}
    assert (figures["lost"], figures["unknown ids"]) == (0, 0)
    assert figures["doubled"] == figures["taken after we gave up"] == 3
    assert figures["others in the first round"] == 10
    assert figures["tries"] == {"late": [2], "plain": [1]}
