/* SPDX-License-Identifier: MIT
 * The ladder of states, sentence by sentence, and what must hold after any sequence of facts. */
#include "risk_fixture.h"
#include "random.h"

#define DAY0       (20000 * DAY_MS)
#define PERCENT(n) (NAV_ONE / 100 * (n))

static struct desk a_desk(void)
{
	struct desk desk;
	desk_init(&desk);
	ladder_step(&limits_default, &desk,
		    &(struct fact){.kind = FACT_NAV, .at_ms = DAY0, .value = NAV_ONE});
	return desk;
}

static bool step(struct desk *desk, enum fact_kind kind, ms_t at_ms, int64_t value)
{
	return ladder_step(&limits_default, desk,
			   &(struct fact){.kind = kind, .at_ms = at_ms, .value = value});
}

static void lose(struct desk *desk, ms_t at_ms)
{
	const struct fact loss = {FACT_TRADE, at_ms, -1, USDT(10), USDT(1000), false};
	assert_true(ladder_step(&limits_default, desk, &loss));
}

static void a_daily_loss_of_exactly_five_percent_halts_until_midnight(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	step(&desk, FACT_NAV, DAY0 + 1, PERCENT(95) + 1);
	assert_int_equal(desk.halted_until_ms, 0);
	step(&desk, FACT_NAV, DAY0 + 2, PERCENT(95));
	assert_int_equal(desk.halted_until_ms, DAY0 + DAY_MS);
	assert_int_equal(desk_daily_loss(&desk), 50000000);
	step(&desk, FACT_NAV, DAY0 + 3, NAV_ONE); /* a recovery does not end it, nor does a verb */
	step(&desk, FACT_RESUME, DAY0 + 4, 0);
	step(&desk, FACT_UNLOCK, DAY0 + 4, 0);
	step(&desk, FACT_TIME, DAY0 + DAY_MS - 1, 0);
	assert_int_equal(desk.halted_until_ms, DAY0 + DAY_MS);
	assert_true(step(&desk, FACT_TIME, DAY0 + DAY_MS, 0));
	assert_int_equal(desk.halted_until_ms, 0);
}

static void a_stricter_daily_loss_is_obeyed_and_a_looser_one_is_not(void **state)
{
	(void)state;
	struct limits limits = limits_default;
	struct desk desk = a_desk();
	limits.daily_loss = RATIO_ONE / 50;
	ladder_step(&limits, &desk,
		    &(struct fact){.kind = FACT_NAV, .at_ms = DAY0 + 1, .value = PERCENT(98)});
	assert_int_equal(desk.halted_until_ms, DAY0 + DAY_MS);
	limits.daily_loss = RATIO_ONE / 2;
	desk = a_desk();
	ladder_step(&limits, &desk,
		    &(struct fact){.kind = FACT_NAV, .at_ms = DAY0 + 1, .value = PERCENT(95)});
	assert_int_equal(desk.halted_until_ms, DAY0 + DAY_MS);
}

static void the_fifth_losing_trade_in_a_row_cools_down_for_a_day(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	for (int i = 0; i < 4; i++)
		lose(&desk, DAY0 + i);
	assert_int_equal(desk.cooldown_until_ms, 0);
	lose(&desk, DAY0 + 4);
	assert_int_equal(desk.cooldown_until_ms, DAY0 + 4 + DAY_MS);
	assert_int_equal(desk.loss_streak, 0);
	for (int i = 0; i < 5; i++) /* losses that close during it count */
		lose(&desk, DAY0 + HOUR_MS + i);
	assert_int_equal(desk.cooldown_until_ms, DAY0 + HOUR_MS + 4 + DAY_MS);
	step(&desk, FACT_TRADE, DAY0 + 2 * HOUR_MS, 1); /* a win does not end it */
	step(&desk, FACT_RESUME, DAY0 + 2 * HOUR_MS, 0);
	assert_int_equal(desk.cooldown_until_ms, DAY0 + HOUR_MS + 4 + DAY_MS);
	step(&desk, FACT_TIME, DAY0 + HOUR_MS + 4 + DAY_MS, 0);
	assert_int_equal(desk.cooldown_until_ms, 0);
}

static void a_winning_trade_ends_the_streak_and_rule_10_and_an_even_one_neither(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	lose(&desk, DAY0);
	assert_int_equal(desk.loss_streak, 1);
	assert_int_equal(desk.loss_risk, USDT(10));
	assert_int_equal(desk.loss_capital, USDT(1000));
	assert_int_equal(desk.loss_ms, DAY0);
	assert_false(step(&desk, FACT_TRADE, DAY0 + 1, 0));
	assert_true(step(&desk, FACT_TRADE, DAY0 + 2, 1));
	assert_int_equal(desk.loss_streak, 0);
	assert_int_equal(desk.loss_risk, 0);
}

static void a_forced_loss_counts_but_does_not_set_rule_10(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	const struct fact forced = {FACT_TRADE, DAY0, -1, USDT(10), USDT(1000), true};
	ladder_step(&limits_default, &desk, &forced);
	assert_int_equal(desk.loss_streak, 1);
	assert_int_equal(desk.loss_risk, 0);
}

/* A day that begins where the last one ended and ends at that NAV; the next one begins. */
static void day(struct desk *desk, int n, int64_t nav)
{
	step(desk, FACT_NAV, DAY0 + n * DAY_MS, desk->nav);
	step(desk, FACT_NAV, DAY0 + n * DAY_MS + HOUR_MS, nav);
	step(desk, FACT_TIME, DAY0 + (n + 1) * DAY_MS, 0);
}

static void three_red_days_bring_safe_mode_until_a_green_one(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	day(&desk, 0, 999000000000);
	day(&desk, 1, 998000000000);
	day(&desk, 2, 998000000000); /* neutral: neither counts nor breaks the run */
	assert_int_equal(desk.red_days, 2);
	assert_false(desk.safe_mode);
	day(&desk, 3, 997000000000);
	assert_true(desk.safe_mode);
	assert_true(desk.half_size);
	day(&desk, 4, 997000000000);
	step(&desk, FACT_RESUME, DAY0 + 5 * DAY_MS, 0);
	assert_true(desk.safe_mode);
	day(&desk, 5, 998000000000);
	assert_false(desk.safe_mode);
	assert_false(desk.half_size);
	assert_int_equal(desk.red_days, 0);
}

static void a_change_of_exactly_005_percent_is_neutral(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	day(&desk, 0, NAV_ONE - 500000000);
	assert_int_equal(desk.red_days, 0);
	desk = a_desk();
	day(&desk, 0, NAV_ONE - 500000001);
	assert_int_equal(desk.red_days, 1);
	desk.nav = desk.nav_day = NAV_ONE;
	day(&desk, 1, NAV_ONE + 500000000);
	assert_int_equal(desk.red_days, 1);
	desk.nav = desk.nav_day = NAV_ONE;
	desk.nav_peak = 2 * NAV_ONE;
	day(&desk, 2, NAV_ONE + 500000001);
	assert_int_equal(desk.red_days, 0);
}

/* Falls or rises to that NAV on a day of its own, so that no daily halt is in the way of reading. */
static ms_t move(struct desk *desk, ms_t at_ms, int64_t nav)
{
	step(desk, FACT_NAV, at_ms, nav);
	return at_ms + DAY_MS;
}

static void drawdown_of_exactly_ten_percent_halves_sizes_and_ends_below_it(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	ms_t at = move(&desk, DAY0, PERCENT(90) + 1);
	assert_false(desk.half_size);
	at = move(&desk, at, PERCENT(90));
	assert_true(desk.half_size);
	step(&desk, FACT_RESUME, at, 0);
	assert_true(desk.half_size);
	move(&desk, at, PERCENT(90) + 1);
	assert_false(desk.half_size);
}

static void drawdown_of_exactly_fifteen_percent_pauses_and_resume_rearms_deeper(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	ms_t at = move(&desk, DAY0, PERCENT(85) + 1);
	assert_false(desk.paused);
	at = move(&desk, at, PERCENT(85));
	assert_true(desk.paused);
	at = move(&desk, at, PERCENT(89)); /* latched */
	assert_true(desk.paused);
	assert_true(step(&desk, FACT_RESUME, at, 0));
	assert_false(desk.paused);
	assert_true(desk.half_size);
	assert_int_equal(desk.pause_at, 175000000);
	at = move(&desk, at, 825000000001);
	assert_false(desk.paused);
	at = move(&desk, at, 825000000000);
	assert_true(desk.paused);
	step(&desk, FACT_RESUME, at, 0);
	assert_int_equal(desk.pause_at, LOCK_DRAWDOWN);
	at = move(&desk, at, PERCENT(80)); /* 20 % locks whatever was resumed */
	assert_true(desk.locked);
	step(&desk, FACT_RESUME, at, 0);
	assert_true(desk.locked);
}

static void a_resume_below_the_rearmed_pause_waits_below_the_drawdown_that_stands(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	ms_t at = move(&desk, DAY0, PERCENT(82));
	step(&desk, FACT_RESUME, at, 0);
	assert_int_equal(desk.pause_at, 205000000);
	move(&desk, at, PERCENT(82));
	assert_false(desk.paused);
}

static void a_pause_is_never_armed_deeper_than_losing_everything(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	desk.nav = NAV_ONE / 2;
	desk.paused = 1;
	desk.pause_at = RATIO_ONE - 1;
	step(&desk, FACT_RESUME, DAY0 + 1, 0);
	assert_int_equal(desk.paused, 0);
	assert_int_equal(desk.pause_at, RATIO_ONE);
}

static void a_pause_is_back_at_fifteen_percent_once_the_drawdown_is_over(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	ms_t at = move(&desk, DAY0, PERCENT(85));
	step(&desk, FACT_RESUME, at, 0);
	at = move(&desk, at, PERCENT(91));
	assert_int_equal(desk.pause_at, PAUSE_DRAWDOWN);
	move(&desk, at, PERCENT(85));
	assert_true(desk.paused);
}

static void a_lock_is_left_by_unlock_after_a_day_at_ten_percent_drawdown(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	step(&desk, FACT_NAV, DAY0 + 7, PERCENT(80) + 1);
	assert_false(desk.locked);
	step(&desk, FACT_NAV, DAY0 + 8, PERCENT(80));
	assert_true(desk.locked);
	assert_int_equal(desk.locked_ms, DAY0 + 8);
	step(&desk, FACT_UNLOCK, DAY0 + 7 + DAY_MS, 0);
	assert_true(desk.locked);
	assert_int_equal(desk.nav_peak, NAV_ONE);
	step(&desk, FACT_UNLOCK, DAY0 + 8 + DAY_MS, 0);
	assert_false(desk.locked);
	assert_false(desk.paused);
	assert_true(desk.half_size);
	assert_int_equal(desk.pause_at, PAUSE_DRAWDOWN);
	assert_in_range(desk_drawdown(&desk), HALF_SIZE_DRAWDOWN, HALF_SIZE_DRAWDOWN + 1);
	assert_false(step(&desk, FACT_UNLOCK, DAY0 + 9 + DAY_MS, 0));
}

static void the_accounts_equity_twenty_percent_below_its_peak_locks_too(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	step(&desk, FACT_EQUITY, DAY0, USDT(1000));
	step(&desk, FACT_EQUITY, DAY0, USDT(800) + 1);
	assert_false(desk.locked);
	step(&desk, FACT_EQUITY, DAY0, USDT(800));
	assert_true(desk.locked);
	step(&desk, FACT_UNLOCK, DAY0 + DAY_MS, USDT(900));
	assert_false(desk.locked);
	assert_int_equal(desk.equity_peak, USDT(1000));
	step(&desk, FACT_EQUITY, DAY0 + DAY_MS, UNKNOWN);
	assert_false(desk.locked);
	step(&desk, FACT_EQUITY, DAY0 + DAY_MS, -1);
	assert_true(desk.locked);
}

static void several_days_down_roll_at_once_and_count_as_one(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	step(&desk, FACT_ENTRY, DAY0, 0);
	step(&desk, FACT_FEE, DAY0, USDT(1));
	step(&desk, FACT_NAV, DAY0 + 1, PERCENT(99));
	step(&desk, FACT_TIME, DAY0 + 5 * DAY_MS + 7, 0);
	assert_int_equal(desk.day_ms, DAY0 + 5 * DAY_MS);
	assert_int_equal(desk.red_days, 1);
	assert_int_equal(desk.nav_day, PERCENT(99));
	assert_int_equal(desk.entries_day, 0);
	assert_int_equal(desk.fees_day, 0);
}

static void a_day_starts_at_the_last_sample_before_it_or_if_we_were_down_at_a_higher_first_one(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	step(&desk, FACT_NAV, DAY0 + 1, PERCENT(99));
	step(&desk, FACT_NAV, DAY0 + DAY_MS + 1, PERCENT(97));
	assert_int_equal(desk.nav_day, PERCENT(99));
	step(&desk, FACT_NAV, DAY0 + DAY_MS + 2, PERCENT(100)); /* only the first one raises it */
	assert_int_equal(desk.nav_day, PERCENT(99));
	step(&desk, FACT_NAV, DAY0 + 2 * DAY_MS + 1, PERCENT(110));
	assert_int_equal(desk.nav_day, PERCENT(110));
	/* nav_day * (1 + day_closed + open) is still 110 % with the 10 % that are open since the last sample
	 */
	assert_int_equal(desk.day_closed, -NAV_ONE / 10);
	/* up at 00:00: what is gained after it is the new day's */
	step(&desk, FACT_NAV, DAY0 + 3 * DAY_MS - MINUTE_MS, PERCENT(111));
	step(&desk, FACT_NAV, DAY0 + 3 * DAY_MS + MINUTE_MS, PERCENT(112));
	assert_int_equal(desk.nav_day, PERCENT(111));
}

static void entries_and_fees_are_counted_by_minute_and_day(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	step(&desk, FACT_ENTRY, DAY0 + 1, 0);
	step(&desk, FACT_ENTRY, DAY0 + MINUTE_MS - 1, 0);
	assert_int_equal(desk.entries_minute, 2);
	step(&desk, FACT_ENTRY, DAY0 + MINUTE_MS, 0);
	assert_int_equal(desk.entries_minute, 1);
	assert_int_equal(desk.entries_day, 3);
	step(&desk, FACT_FEE, DAY0, 5);
	step(&desk, FACT_FEE, DAY0, -3);
	assert_int_equal(desk.fees_day, 5);
	step(&desk, FACT_FEE, DAY0, INT64_MAX);
	assert_int_equal(desk.fees_day, VALUE_MAX);
}

static void time_that_runs_backwards_changes_nothing(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	step(&desk, FACT_NAV, DAY0 + 10, PERCENT(99));
	assert_false(step(&desk, FACT_NAV, DAY0 + 9, PERCENT(50)));
	assert_false(step(&desk, FACT_TIME, DAY0 - 1, 0));
	assert_false(step(&desk, FACT_NAV, DAY0 - 1, PERCENT(50)));
	assert_false(step(&desk, FACT_EQUITY, DAY0 - 1, 1));
	assert_false(step(&desk, FACT_HALT, 0, 0));
	assert_false(step(&desk, FACT_HALT, UNKNOWN, 0));
}

static void halt_and_resume_belong_to_the_operator(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	assert_true(step(&desk, FACT_HALT, DAY0, 0));
	assert_true(desk.operator_halt);
	assert_false(step(&desk, FACT_HALT, DAY0, 0));
	step(&desk, FACT_TIME, DAY0 + DAY_MS, 0);
	assert_true(desk.operator_halt);
	assert_true(step(&desk, FACT_RESUME, DAY0 + DAY_MS, 0));
	assert_false(desk.operator_halt);
}

/* A random fact, a random while after the last one; times never run backwards. */
static struct fact random_fact(struct random *random, const struct desk *desk, ms_t *now)
{
	struct fact fact = {.kind = (enum fact_kind)random_below(random, FACT_UNLOCK + 1)};

	*now += (ms_t)random_below(random, random_below(random, 4) ? HOUR_MS : 3 * DAY_MS);
	fact.at_ms = *now;
	fact.value = (int64_t)random_below(random, 2000) - 1000;
	if (fact.kind == FACT_NAV) /* 90 % to 108 % of the last */
		fact.value = desk->nav / 100 * (90 + (int64_t)random_below(random, 19));
	if (fact.kind == FACT_EQUITY)
		fact.value = USDT(850 + (int64_t)random_below(random, 150));
	fact.risk = USDT(10);
	fact.capital = USDT(1000);
	fact.forced = random_below(random, 8) == 0;
	return fact;
}

static void extra_times_change_nothing(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct random random;
		struct desk plain = a_desk(), often = plain;
		ms_t now = DAY0;
		random_seed(&random, seed);
		for (int i = 0; i < 300; i++) {
			ms_t before = now;
			struct fact fact = random_fact(&random, &plain, &now);
			ms_t between = before + (ms_t)random_below(&random, (uint64_t)(now - before) + 1);
			step(&often, FACT_TIME, between, 0);
			assert_false(step(&often, FACT_TIME, between, 0));
			ladder_step(&limits_default, &plain, &fact);
			step(&often, FACT_TIME, now, 0);
			ladder_step(&limits_default, &often, &fact);
			assert_memory_equal(&plain, &often, sizeof(plain));
		}
	}
}

static void the_peak_falls_only_by_unlock_and_states_agree_with_the_numbers(void **state)
{
	(void)state;
	int unlocks = 0;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct random random;
		struct desk desk = a_desk();
		ms_t now = DAY0;
		random_seed(&random, seed);
		for (int i = 0; i < 300; i++) {
			struct fact fact = random_fact(&random, &desk, &now);
			struct desk before = desk;
			bool changed = ladder_step(&limits_default, &desk, &fact);
			assert_int_equal(changed, memcmp(&before, &desk, sizeof(desk)) != 0);
			bool unlocked = before.locked && !desk.locked;
			unlocks += unlocked;
			assert_true(!unlocked || fact.kind == FACT_UNLOCK);
			assert_true(desk.nav_peak >= before.nav_peak || unlocked);
			assert_true(desk.nav_peak >= desk.nav);
			assert_int_equal(desk.half_size,
					 desk_drawdown(&desk) >= HALF_SIZE_DRAWDOWN || desk.safe_mode);
			assert_true(desk.locked || desk_drawdown(&desk) < LOCK_DRAWDOWN);
			assert_true(!before.paused || desk.paused || fact.kind == FACT_RESUME || unlocked);
			assert_true(before.cooldown_until_ms <= fact.at_ms ||
				    desk.cooldown_until_ms >= before.cooldown_until_ms);
			assert_true(before.halted_until_ms <= fact.at_ms ||
				    desk.halted_until_ms == before.halted_until_ms);
			assert_in_range(desk.loss_streak, 0, COOLDOWN_STREAK - 1);
		}
	}
	assert_true(unlocks > 100); /* or the test has not been anywhere */
}

static void after_any_sequence_the_desk_can_trade_again(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct random random;
		struct given given = a_good_entry();
		ms_t now = DAY0;
		random_seed(&random, seed);
		given.desk = a_desk();
		for (int i = 0; i < 300; i++) {
			struct fact fact = random_fact(&random, &given.desk, &now);
			ladder_step(&given.limits, &given.desk, &fact);
		}
		now += 2 * DAY_MS;
		step(&given.desk, FACT_TIME, now, 0);
		step(&given.desk, FACT_UNLOCK, now, USDT(900));
		step(&given.desk, FACT_RESUME, now, 0);
		step(&given.desk, FACT_NAV, now, given.desk.nav);
		given.enter.decided_ms = given.quote.ticker_ms = given.quote.bar_ms = given.quote.depth_ms =
			now;
		given.enter.confidence = 9 * RATIO_ONE / 10;
		assert_passes(&given);
	}
}

static void a_desk_that_lost_all_still_answers(void **state)
{
	(void)state;
	struct desk desk = a_desk();
	step(&desk, FACT_NAV, DAY0, INT64_MIN);
	assert_true(desk.locked);
	step(&desk, FACT_UNLOCK, DAY0 + DAY_MS, 0);
	step(&desk, FACT_NAV, DAY0 + DAY_MS, 0);
	assert_false(desk.locked);
	step(&desk, FACT_NAV, DAY0 + DAY_MS, INT64_MAX);
	step(&desk, FACT_NAV, DAY0 + 2 * DAY_MS, INT64_MAX);
	assert_int_equal(desk_drawdown(&desk), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_daily_loss_of_exactly_five_percent_halts_until_midnight),
		cmocka_unit_test(a_stricter_daily_loss_is_obeyed_and_a_looser_one_is_not),
		cmocka_unit_test(the_fifth_losing_trade_in_a_row_cools_down_for_a_day),
		cmocka_unit_test(a_winning_trade_ends_the_streak_and_rule_10_and_an_even_one_neither),
		cmocka_unit_test(a_forced_loss_counts_but_does_not_set_rule_10),
		cmocka_unit_test(three_red_days_bring_safe_mode_until_a_green_one),
		cmocka_unit_test(a_change_of_exactly_005_percent_is_neutral),
		cmocka_unit_test(drawdown_of_exactly_ten_percent_halves_sizes_and_ends_below_it),
		cmocka_unit_test(drawdown_of_exactly_fifteen_percent_pauses_and_resume_rearms_deeper),
		cmocka_unit_test(a_resume_below_the_rearmed_pause_waits_below_the_drawdown_that_stands),
		cmocka_unit_test(a_pause_is_never_armed_deeper_than_losing_everything),
		cmocka_unit_test(a_pause_is_back_at_fifteen_percent_once_the_drawdown_is_over),
		cmocka_unit_test(a_lock_is_left_by_unlock_after_a_day_at_ten_percent_drawdown),
		cmocka_unit_test(the_accounts_equity_twenty_percent_below_its_peak_locks_too),
		cmocka_unit_test(several_days_down_roll_at_once_and_count_as_one),
		cmocka_unit_test(
			a_day_starts_at_the_last_sample_before_it_or_if_we_were_down_at_a_higher_first_one),
		cmocka_unit_test(entries_and_fees_are_counted_by_minute_and_day),
		cmocka_unit_test(time_that_runs_backwards_changes_nothing),
		cmocka_unit_test(halt_and_resume_belong_to_the_operator),
		cmocka_unit_test(extra_times_change_nothing),
		cmocka_unit_test(the_peak_falls_only_by_unlock_and_states_agree_with_the_numbers),
		cmocka_unit_test(after_any_sequence_the_desk_can_trade_again),
		cmocka_unit_test(a_desk_that_lost_all_still_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
