/* SPDX-License-Identifier: MIT
 * A live market and a simulated account: what is said only after it was recorded, and that it trades exactly
 * as a backtest does. */
#include "live_stand.h"
#include "sim_world.h"

#include "log.h"

static void open_stand(int64_t days)
{
	char error[512] = "";

	stand_make(days);
	if (stand_open_live(START_MS - 1, error, sizeof error) != 0)
		fail_msg("%s", error);
	stand_begin(START_MS - 1);
	stand_settle(START_MS - 1);
}

static void close_stand(void)
{
	live_world_close(&stand->live);
	stand_remove();
}

static int sim_commit(void *ctx, const struct turn_records *turn)
{
	struct sim_world *sim = ctx;

	for (size_t i = 0; i < turn->wants->record_count; i++)
		tally_record(&sim->tally, &turn->wants->records[i]);
	return 0;
}

static void backtest_digest(const struct config *config, int64_t days, char out[static DIGEST_HEX_SIZE])
{
	struct sim_options options = {.config = config,
				      .symbols = 4,
				      .seed = 5,
				      .start_ms = START_MS,
				      .end_ms = START_MS + days * DAY_MS,
				      .balance = config->sim.balance,
				      .taker_fee = config->taker_fee,
				      .stage = RATIO_ONE,
				      .instance = 9};
	struct sim_world *sim = calloc(1, sizeof *sim);
	char error[512] = "";
	ms_t next_ms;

	assert_non_null(sim);
	if (sim_world_open(sim, &options, error, sizeof error) != 0)
		fail_msg("%s", error);
	sim->world.sink = (struct sink){.ctx = sim, .commit = sim_commit};
	if (sim_world_start(sim, error, sizeof error) != 0)
		fail_msg("%s", error);
	while (sim_world_next(sim, &next_ms))
		sim_world_turn(sim, next_ms);
	assert_true(sim->tally.own_count > 3);
	tally_digest(&sim->tally, out);
	sim_world_close(sim);
	free(sim);
}

static void frame_by_frame_it_decides_and_trades_as_a_backtest_does(void **state)
{
	char live[DIGEST_HEX_SIZE], simulated[DIGEST_HEX_SIZE];

	(void)state;
	open_stand(3);
	assert_true(live_world_ready(&stand->live));
	while (stand_step())
		continue;
	assert_int_equal(sim_broker_check(&stand->live.accounts.broker), 0);
	tally_digest(&stand->live.tally, live);
	backtest_digest(&stand->config, 3, simulated);
	assert_string_equal(live, simulated);
	close_stand();
}

/* Each thing that is said has a commit before it, since it was last said. */
static void nothing_is_said_before_the_turn_that_wants_it_is_recorded(void **state)
{
	(void)state;
	open_stand(1);
	assert_true(stand->said > 5);
	assert_int_equal(stand->log[0], 'c');
	for (size_t i = 1; i < stand->log_count; i++)
		if (stand->log[i] == 's')
			assert_int_equal(stand->log[i - 1], 'c');
	close_stand();
}

static void a_codec_speaks_although_nothing_can_be_recorded(void **state)
{
	char error[512] = "";

	(void)state;
	stand_make(1);
	assert_int_equal(stand_open_live(START_MS - 1, error, sizeof error), 0);
	stand->fail_commits = 1000;
	stand_begin(START_MS - 1);
	stand_settle(START_MS - 1);
	assert_true(stand->venue.watches >= 2);
	assert_true(stand->said >= 5);
	assert_int_equal(stand->live.world.unsaved_count > 0, 1);
	stand->fail_commits = 0;
	while (stand->live.world.unsaved_count > 0)
		assert_true(stand_step());
	close_stand();
}

static void the_account_knows_what_is_watched_and_nothing_else(void **state)
{
	(void)state;
	open_stand(1);
	for (size_t i = 0; i < stand->live.universe.count; i++)
		assert_int_equal(stand->live.accounts.broker.slot_of[i] != 0, stand->venue.watched[i]);
	assert_int_equal(stand->venue.attached, 1);
	close_stand();
}

static void it_is_not_ready_before_the_market_has_been_seen(void **state)
{
	char error[512] = "";

	(void)state;
	stand_make(1);
	assert_int_equal(stand_open_live(START_MS - 1, error, sizeof error), 0);
	assert_false(live_world_ready(&stand->live));
	stand_begin(START_MS - 1);
	assert_false(live_world_ready(&stand->live));
	stand_settle(START_MS - 1);
	assert_true(live_world_ready(&stand->live));
	close_stand();
}

static void a_symbol_that_is_not_listed_is_no_reason_to_stop_if_another_is(void **state)
{
	char error[512] = "";

	(void)state;
	stand_make(1);
	strcpy(stand->config.symbols.at[0], "NOSUCH/USDT:USDT");
	assert_int_equal(stand_open_live(START_MS - 1, error, sizeof error), 0);
	live_world_close(&stand->live);
	stand->config.symbols.count = 1;
	stand->config.scanner.enabled = false;
	assert_int_equal(stand_open_live(START_MS - 1, error, sizeof error), TB_EINVAL);
	assert_non_null(strstr(error, "nothing to trade"));
	close_stand();
}

static void more_symbols_than_the_account_has_room_for_are_refused(void **state)
{
	char error[512] = "";

	(void)state;
	stand_make(1);
	stand->config.limits.positions = 100;
	assert_int_equal(stand_open_live(START_MS - 1, error, sizeof error), TB_EINVAL);
	assert_non_null(strstr(error, "takes 64"));
	close_stand();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frame_by_frame_it_decides_and_trades_as_a_backtest_does),
		cmocka_unit_test(nothing_is_said_before_the_turn_that_wants_it_is_recorded),
		cmocka_unit_test(a_codec_speaks_although_nothing_can_be_recorded),
		cmocka_unit_test(the_account_knows_what_is_watched_and_nothing_else),
		cmocka_unit_test(it_is_not_ready_before_the_market_has_been_seen),
		cmocka_unit_test(a_symbol_that_is_not_listed_is_no_reason_to_stop_if_another_is),
		cmocka_unit_test(more_symbols_than_the_account_has_room_for_are_refused),
	};
	return cmocka_run_group_tests(tests, stand_be_quiet, stand_speak);
}
