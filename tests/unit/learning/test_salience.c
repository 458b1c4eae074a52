/* SPDX-License-Identifier: MIT
 * The numbers of rules.md section 6: the salience formula with its pinned examples, the fading of old trades,
 * the standings with their weights, and the expected holding time. */
#include "salience.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define R(x) ((ratio_t)((x)*1e9))

static const struct learning_settings *const settings = &learning_settings_default;

static struct trade a_trade(double r)
{
	return (struct trade){
		.book = BOOK_MAIN,
		.strategy = STRATEGY_TREND,
		.regime = REGIME_TRENDING,
		.entry_ms = HOUR_MS,
		.exit_ms = 2 * HOUR_MS,
		.net = (money_t)(r * 1e8),
		.r = R(r),
	};
}

static struct score feed(struct learning *learning, const struct trade *trade)
{
	struct learning_news news;

	assert_true(learning_trade(learning, settings, trade, &news));
	return news.rows[0];
}

static struct score feed_r(struct learning *learning, double r)
{
	struct trade trade = a_trade(r);

	return feed(learning, &trade);
}

static void the_pinned_examples_of_the_rules_hold(void **state)
{
	(void)state;
	assert_true(salience(-1, 0.10, 100, 0.50, 2) == 0);
	assert_true(salience(-0.2, 0.35, 100, 0.20, 2) > 0);
	assert_true(salience(-0.2, 0.35, 100, 0.20, 2) < 0.06);
	assert_true(fabs(salience(0.15, 0.45, 100, 0.08, 2) - 0.51) < 0.005);
	assert_true(salience(1, 0.60, 100, 0.03, 2) > 0.9);
}

/* With the other factors at their worst or best, each weight and both ends of each range show by themselves.
 */
static void each_factor_has_its_weight_and_range(void **state)
{
	(void)state;
	assert_true(fabs(salience(0.60, 0.25, 20, 0.05, 2) - 0.4 / 0.9) < 1e-12);
	assert_true(fabs(salience(0.175, 0.25, 20, 0.05, 2) - 0.2 / 0.9) < 1e-12);
	assert_true(fabs(salience(9, 0.25, 20, 0.05, 2) - 0.4 / 0.9) < 1e-12);
	assert_true(fabs(salience(-0.25, 0.60, 20, 0.05, 2) - 0.3 / 0.9) < 1e-12);
	assert_true(fabs(salience(-0.25, 0.425, 20, 0.05, 2) - 0.15 / 0.9) < 1e-12);
	assert_true(fabs(salience(-0.25, 0.25, 200, 0.05, 2) - 0.2 / 0.9) < 1e-12);
	assert_true(fabs(salience(-0.25, 0.25, sqrt(20.0 * 200), 0.05, 2) - 0.1 / 0.9) < 1e-12);
	assert_true(fabs(salience(-0.25, 0.25, 5000, 0.05, 2) - 0.2 / 0.9) < 1e-12);
	assert_true(fabs(salience(0.60, 0.60, 200, 0.05, 2) - 1) < 1e-12);
	assert_true(fabs(salience(0.60, 0.60, 200, 0.25, 2) - 0.7) < 1e-12);
	assert_true(fabs(salience(0.60, 0.60, 200, 0.15, 2) - 0.85) < 1e-12);
	assert_true(fabs(salience(0.60, 0.60, 200, 0.90, 2) - 0.7) < 1e-12);
	assert_true(fabs(salience(0.60, 0.60, 200, 0.05, 8) - 0.8) < 1e-12);
	assert_true(fabs(salience(0.60, 0.60, 200, 0.05, 5) - 0.9) < 1e-12);
	assert_true(fabs(salience(0.60, 0.60, 200, 0.05, 80) - 0.8) < 1e-12);
}

static void salience_never_falls_when_a_factor_improves_and_reaches_every_band(void **state)
{
	static const double low[] = {-1, 0, 10, 0, 0}, high[] = {1.5, 1, 400, 0.5, 12};
	uint32_t random = 12345, archived = 0, active = 0, promoted = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		double x[5], better[5], before, after;
		for (int i = 0; i < 5; i++) {
			random = random * 1664525 + 1013904223;
			x[i] = low[i] + (high[i] - low[i]) * (random >> 8) / 16777216.0;
		}
		before = salience(x[0], x[1], x[2], x[3], x[4]);
		assert_true(before >= 0 && before <= 1);
		archived += before < 0.2;
		active += before >= 0.2 && before <= 0.8;
		promoted += before > 0.8;
		for (int i = 0; i < 5; i++) {
			memcpy(better, x, sizeof(x));
			better[i] += (i < 3 ? 0.07 : -0.07) * (high[i] - low[i]);
			after = salience(better[0], better[1], better[2], better[3], better[4]);
			assert_true(after >= before);
		}
	}
	assert_true(archived > 100 && active > 100 && promoted > 100);
}

static void under_twenty_trades_there_is_no_number_and_half_a_weight(void **state)
{
	struct learning learning;
	struct score score;

	(void)state;
	learning_init(&learning);
	score = learning_score(&learning, settings, BOOK_MAIN, STRATEGY_TREND, REGIME_TRENDING);
	assert_int_equal(score.trades, 0);
	assert_true(score.mean_r == UNKNOWN);
	for (int i = 1; i <= 19; i++) {
		score = feed_r(&learning, 1);
		assert_int_equal(score.trades, i);
		assert_int_equal(score.standing, STANDING_INSUFFICIENT);
		assert_true(score.salience == UNKNOWN);
		assert_int_equal(score.weight, RATIO_ONE / 2);
	}
	score = feed_r(&learning, 1);
	assert_int_equal(score.trades, 20);
	assert_int_not_equal(score.standing, STANDING_INSUFFICIENT);
	assert_true(score.salience >= 0 && score.salience <= RATIO_ONE);
}

static void active_weighs_three_quarters_and_promoted_weighs_one(void **state)
{
	struct learning learning;
	struct score score = {0};
	bool was_active = false, was_promoted = false;

	(void)state;
	learning_init(&learning);
	for (int i = 0; i < 200; i++) {
		score = feed_r(&learning, 1); /* 0.7 / 0.9 = 0.777 at 20 trades, 1 at 200 */
		if (score.standing == STANDING_ACTIVE) {
			was_active = true;
			assert_true(score.salience <= RATIO_ONE * 4 / 5);
			assert_int_equal(score.weight, RATIO_ONE * 3 / 4);
		}
		if (score.standing == STANDING_PROMOTED) {
			was_promoted = true;
			assert_true(score.salience > RATIO_ONE * 4 / 5);
			assert_int_equal(score.weight, RATIO_ONE);
		}
	}
	assert_true(was_active);
	assert_true(was_promoted);
	assert_int_equal(score.salience, RATIO_ONE);
	assert_int_equal(learning_weight(&learning, settings, BOOK_MAIN, STRATEGY_TREND, REGIME_TRENDING),
			 RATIO_ONE);
	assert_int_equal(learning_weight(&learning, settings, BOOK_MAIN, STRATEGY_TREND, REGIME_HIGH_VOL),
			 RATIO_ONE / 2);
}

static void an_archived_cell_stays_so_in_the_main_book_whatever_it_still_earns(void **state)
{
	struct learning learning;
	struct score score = {0};

	(void)state;
	learning_init(&learning);
	for (int i = 0; i < 20; i++)
		score = feed_r(&learning, -1);
	assert_int_equal(score.standing, STANDING_ARCHIVED);
	assert_int_equal(score.weight, 0);
	assert_int_equal(score.salience, 0);
	for (int i = 0; i < 400; i++)
		score = feed_r(&learning, 1);
	assert_true(score.salience > RATIO_ONE / 2);
	assert_int_equal(score.standing, STANDING_ARCHIVED);
	assert_int_equal(score.weight, 0);
}

static void a_shadow_record_can_rise_again(void **state)
{
	struct learning learning;
	struct trade trade = a_trade(-1);
	struct score score = {0};

	(void)state;
	learning_init(&learning);
	trade.book = BOOK_SHADOW;
	for (int i = 0; i < 20; i++)
		score = feed(&learning, &trade);
	assert_int_equal(score.standing, STANDING_ARCHIVED);
	trade.r = RATIO_ONE;
	trade.net = MONEY_ONE;
	for (int i = 0; i < 400; i++)
		score = feed(&learning, &trade);
	assert_int_equal(score.standing, STANDING_PROMOTED);
}

/* Two-pass oracle: every trade of the past weighted by 0.99^k. */
/* Archives the trend cell with 20 losses that end at the hours 2..21. */
static void archive(struct learning *learning, struct learning_news *news)
{
	learning_init(learning);
	for (int i = 1; i <= 20; i++) {
		struct trade trade = a_trade(-1);
		trade.seq = i;
		trade.entry_ms = i * HOUR_MS;
		trade.exit_ms = (i + 1) * HOUR_MS;
		assert_true(learning_trade(learning, settings, &trade, news));
	}
	assert_int_equal(news->rows[0].standing, STANDING_ARCHIVED);
}

static struct trade a_shadow_trade(int64_t seq, double r)
{
	struct trade trade = a_trade(r);

	trade.seq = seq;
	trade.book = BOOK_SHADOW;
	trade.entry_ms = (seq + 1) * HOUR_MS;
	trade.exit_ms = (seq + 2) * HOUR_MS;
	return trade;
}

static void archiving_opens_an_empty_shadow_record_and_older_shadow_trades_do_not_count_in_it(void **state)
{
	struct learning learning;
	struct learning_news news;
	struct trade early = a_shadow_trade(19, 1), late = a_shadow_trade(20, 1);

	(void)state;
	learning_init(&learning);
	assert_true(learning_trade(&learning, settings, &early, &news)); /* of the record before */
	archive(&learning, &news);
	assert_true(news.changed);
	assert_int_equal(news.count, 2);
	assert_int_equal(news.rows[1].book, BOOK_SHADOW);
	assert_int_equal(news.rows[1].record, 2);
	assert_int_equal(news.rows[1].trades, 0);
	assert_int_equal(news.rows[1].since_ms, 21 * HOUR_MS);
	assert_false(learning_trade(&learning, settings, &early, &news)); /* entered at 20 h */
	assert_int_equal(news.count, 0);
	assert_true(learning_trade(&learning, settings, &late, &news)); /* entered at 21 h */
	assert_int_equal(news.rows[0].trades, 1);
}

static void thirty_good_shadow_trades_bring_an_archived_strategy_back_with_an_empty_record(void **state)
{
	struct learning learning;
	struct learning_news news;
	struct trade straggler = a_trade(-1);

	(void)state;
	archive(&learning, &news);
	for (int i = 0; i < 29; i++) {
		struct trade trade = a_shadow_trade(21 + i, 1);
		assert_true(learning_trade(&learning, settings, &trade, &news));
		assert_false(news.returned);
		assert_int_equal(
			learning_weight(&learning, settings, BOOK_MAIN, STRATEGY_TREND, REGIME_TRENDING), 0);
	}
	struct trade last = a_shadow_trade(50, 1);
	assert_true(learning_trade(&learning, settings, &last, &news));
	assert_true(news.returned);
	assert_int_equal(news.count, 2);
	assert_int_equal(news.rows[1].book, BOOK_MAIN);
	assert_int_equal(news.rows[1].record, 2);
	assert_int_equal(news.rows[1].trades, 0);
	assert_int_equal(news.rows[1].standing, STANDING_INSUFFICIENT);
	assert_int_equal(news.rows[1].weight, RATIO_ONE / 2);
	straggler.entry_ms = last.exit_ms - 1; /* of the record that has ended */
	assert_false(learning_trade(&learning, settings, &straggler, &news));
	straggler.entry_ms = last.exit_ms;
	assert_true(learning_trade(&learning, settings, &straggler, &news));
	assert_int_equal(news.rows[0].trades, 1);
	assert_int_equal(news.rows[0].record, 2);
}

static void a_shadow_that_does_no_better_never_comes_back(void **state)
{
	struct learning learning;
	struct learning_news news;

	(void)state;
	archive(&learning, &news);
	for (int i = 0; i < 500; i++) {
		struct trade trade = a_shadow_trade(21 + i, i % 4 ? -0.4 : 0.9); /* 25 % won, mean -0.075 */
		assert_true(learning_trade(&learning, settings, &trade, &news));
		assert_false(news.returned);
	}
	assert_true(news.rows[0].salience < settings->return_salience);
	assert_int_equal(learning_weight(&learning, settings, BOOK_MAIN, STRATEGY_TREND, REGIME_TRENDING), 0);
}

static void what_came_back_can_be_archived_and_come_back_again(void **state)
{
	struct learning learning;
	struct learning_news news;
	int64_t seq = 100, returns = 0, archivings = 0;

	(void)state;
	learning_init(&learning);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 20; i++) {
			struct trade trade = a_shadow_trade(seq++, -1);
			trade.book = BOOK_MAIN;
			assert_true(learning_trade(&learning, settings, &trade, &news));
			archivings += news.changed && news.rows[0].standing == STANDING_ARCHIVED;
		}
		for (int i = 0; i < 30; i++) {
			struct trade trade = a_shadow_trade(seq++, 0.8);
			assert_true(learning_trade(&learning, settings, &trade, &news));
			returns += news.returned;
		}
	}
	assert_int_equal(archivings, 3);
	assert_int_equal(returns, 3);
	assert_int_equal(news.rows[1].record, 4);
}

static void old_trades_fade_by_count_in_r_w_d_and_v_but_not_in_n(void **state)
{
	enum { N = 300 };
	struct learning learning;
	struct score score = {0};
	double r[N], weight = 0, mean = 0, win = 0, square = 0, curve = 0, peak = 0, worst = 0;
	uint32_t random = 7;

	(void)state;
	learning_init(&learning);
	for (int i = 0; i < N; i++) {
		random = random * 1664525 + 1013904223;
		r[i] = (double)(random >> 20) / 1024.0 - 1.9; /* -1.9..2.1, exact in 1e-9 to half a unit */
		r[i] = (double)R(r[i]) / 1e9;
		score = feed_r(&learning, r[i]);
	}
	for (int i = 0; i < N; i++) {
		double w = pow(0.99, N - 1 - i);
		weight += w;
		mean += w * r[i];
		win += r[i] > 0 ? w : 0;
		curve += w * r[i];
		peak = fmax(peak, curve);
		worst = fmax(worst, peak - curve);
	}
	mean /= weight;
	for (int i = 0; i < N; i++)
		square += pow(0.99, N - 1 - i) * (r[i] - mean) * (r[i] - mean);
	assert_int_equal(score.trades, N);
	assert_true(fabs((double)score.mean_r / 1e9 - mean) < 2e-9);
	assert_true(fabs((double)score.win_rate / 1e9 - win / weight) < 2e-9);
	assert_true(fabs((double)score.variance_r / 1e9 - square / weight) < 2e-9);
	assert_true(worst > 1);
	assert_true(fabs((double)score.drawdown / 1e9 - worst * 0.01) < 2e-9);
}

static void three_losses_of_one_r_are_a_drawdown_of_three_percent_less_what_faded(void **state)
{
	struct learning learning;
	struct score score = {0};

	(void)state;
	learning_init(&learning);
	feed_r(&learning, -1);
	feed_r(&learning, -1);
	score = feed_r(&learning, -1);
	assert_true(llabs(score.drawdown - R(0.01 * (1 + 0.99 + 0.9801))) <= 1);
	assert_int_equal(score.mean_r, -RATIO_ONE);
	assert_int_equal(score.win_rate, 0);
	assert_int_equal(score.variance_r, 0);
}

static void a_trade_that_ends_even_is_not_a_win(void **state)
{
	struct learning learning;

	(void)state;
	learning_init(&learning);
	assert_int_equal(feed_r(&learning, 0).win_rate, 0);
}

static void books_strategies_and_regimes_do_not_mix(void **state)
{
	struct learning learning;
	struct trade trade = a_trade(1);

	(void)state;
	learning_init(&learning);
	feed(&learning, &trade);
	for (int book = 0; book < BOOK_COUNT; book++)
		for (int strategy = 0; strategy < STRATEGY_COUNT; strategy++)
			for (int regime = 0; regime < REGIME_COUNT; regime++)
				assert_int_equal(
					learning_score(&learning, settings, book, strategy, regime).trades,
					book == BOOK_MAIN && strategy == STRATEGY_TREND &&
						regime == REGIME_TRENDING);
}

static void replaying_the_same_trades_gives_the_same_bits(void **state)
{
	static struct learning once, again;
	uint32_t random = 99;

	(void)state;
	for (int pass = 0; pass < 2; pass++) {
		struct learning *learning = pass ? &again : &once;
		random = 99;
		memset(learning, pass ? 0xa5 : 0x5a, sizeof(*learning));
		learning_init(learning);
		for (int i = 0; i < 500; i++) {
			random = random * 1664525 + 1013904223;
			struct trade trade = a_trade((double)(random >> 20) / 1000 - 2);
			trade.strategy = random >> 8 & 1;
			trade.book = random >> 9 & 1;
			trade.exit_ms += random >> 16;
			feed(learning, &trade);
		}
	}
	assert_memory_equal(&once, &again, sizeof(once));
}

static void a_trade_without_a_usable_r_teaches_nothing(void **state)
{
	struct learning learning, untouched;
	struct trade trade = a_trade(1);
	struct learning_news news;

	(void)state;
	learning_init(&learning);
	learning_init(&untouched);
	trade.r = UNKNOWN;
	assert_false(learning_trade(&learning, settings, &trade, &news));
	trade = a_trade(1);
	trade.strategy = STRATEGY_COUNT;
	assert_false(learning_trade(&learning, settings, &trade, &news));
	trade = a_trade(1);
	trade.book = -1;
	assert_false(learning_trade(&learning, settings, &trade, &news));
	assert_memory_equal(&learning, &untouched, sizeof(learning));
}

static void an_enormous_r_is_shown_as_the_largest_and_breaks_nothing(void **state)
{
	struct learning learning;
	struct trade trade = a_trade(-1);
	struct score score = {0};

	(void)state;
	learning_init(&learning);
	trade.r = -VALUE_MAX;
	for (int i = 0; i < 30; i++)
		score = feed(&learning, &trade);
	assert_int_equal(score.salience, 0);
	assert_int_equal(score.standing, STANDING_ARCHIVED);
	assert_true(score.drawdown > 0 && score.drawdown <= VALUE_MAX);
}

static void holding_time_is_four_hours_until_fifty_trades_then_their_median(void **state)
{
	struct learning learning;
	struct trade trade = a_trade(1);

	(void)state;
	learning_init(&learning);
	for (int i = 0; i < 49; i++) {
		trade.exit_ms = trade.entry_ms + (i * 8 % 49 + 1) * MINUTE_MS; /* 1..49 minutes, shuffled */
		feed(&learning, &trade);
	}
	assert_int_equal(learning_holding_ms(&learning, STRATEGY_TREND), 4 * HOUR_MS);
	trade.exit_ms = trade.entry_ms + 50 * MINUTE_MS;
	feed(&learning, &trade);
	assert_int_equal(learning_holding_ms(&learning, STRATEGY_TREND), 25 * MINUTE_MS + 30 * SECOND_MS);
	assert_int_equal(learning_holding_ms(&learning, STRATEGY_BREAKOUT), 4 * HOUR_MS);
	for (int i = 0; i < 50; i++) { /* the ring forgets */
		trade.exit_ms = trade.entry_ms + 100 * MINUTE_MS;
		feed(&learning, &trade);
	}
	assert_int_equal(learning_holding_ms(&learning, STRATEGY_TREND), 100 * MINUTE_MS);
	trade.book = BOOK_SHADOW;
	trade.exit_ms = trade.entry_ms + MINUTE_MS;
	for (int i = 0; i < 50; i++)
		feed(&learning, &trade);
	assert_int_equal(learning_holding_ms(&learning, STRATEGY_TREND), 100 * MINUTE_MS);
	assert_int_equal(learning_holding_ms(&learning, -1), 4 * HOUR_MS);
}

static void the_defaults_are_those_of_the_rules(void **state)
{
	(void)state;
	assert_int_equal(settings->fade, 990000000);
	assert_int_equal(settings->weight_insufficient, 500000000);
	assert_int_equal(settings->weight_active, 750000000);
	assert_int_equal(settings->minimum_trades, 20);
	assert_int_equal(SALIENCE_ARCHIVED, 200000000);
	assert_int_equal(SALIENCE_PROMOTED, 800000000);
}

static void exactly_a_fifth_and_exactly_four_fifths_are_active(void **state)
{
	struct learning_settings own = *settings;
	struct learning learning;
	struct learning_news news;
	struct score score = {0};

	(void)state;
	own.fade = RATIO_ONE;
	learning_init(&learning);
	for (int i = 0; i < 20; i++) { /* mean 0.1325, one win in five: 0.4 x 0.45 / 0.9 */
		struct trade trade = a_trade(i % 5 ? -0.1 : 1.0625);
		assert_true(learning_trade(&learning, &own, &trade, &news));
		score = news.rows[0];
	}
	assert_int_equal(score.salience, 200000000);
	assert_int_equal(score.standing, STANDING_ACTIVE);
	learning_init(&learning);
	for (int i = 0; i < 200; i++) { /* mean 0.2175, all won, 200 trades: (0.4 x 0.55 + 0.3 + 0.2) / 0.9 */
		struct trade trade = a_trade(0.2175);
		assert_true(learning_trade(&learning, &own, &trade, &news));
		score = news.rows[0];
	}
	assert_int_equal(score.salience, 800000000);
	assert_int_equal(score.standing, STANDING_ACTIVE);
}

static void being_archived_for_one_trade_is_enough(void **state)
{
	struct learning learning;
	struct score score = {0};

	(void)state;
	learning_init(&learning);
	for (int i = 0; i < 20; i++)
		score = feed_r(&learning, -0.1);
	assert_int_equal(score.standing, STANDING_ARCHIVED);
	score = feed_r(&learning, 20);
	assert_true(score.variance_r > 8 * RATIO_ONE);
	assert_true(score.salience > RATIO_ONE / 5);
	assert_int_equal(score.standing, STANDING_ARCHIVED);
	assert_int_equal(learning_holding_ms(&learning, STRATEGY_COUNT), 4 * HOUR_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pinned_examples_of_the_rules_hold),
		cmocka_unit_test(each_factor_has_its_weight_and_range),
		cmocka_unit_test(salience_never_falls_when_a_factor_improves_and_reaches_every_band),
		cmocka_unit_test(under_twenty_trades_there_is_no_number_and_half_a_weight),
		cmocka_unit_test(active_weighs_three_quarters_and_promoted_weighs_one),
		cmocka_unit_test(an_archived_cell_stays_so_in_the_main_book_whatever_it_still_earns),
		cmocka_unit_test(a_shadow_record_can_rise_again),
		cmocka_unit_test(
			archiving_opens_an_empty_shadow_record_and_older_shadow_trades_do_not_count_in_it),
		cmocka_unit_test(
			thirty_good_shadow_trades_bring_an_archived_strategy_back_with_an_empty_record),
		cmocka_unit_test(a_shadow_that_does_no_better_never_comes_back),
		cmocka_unit_test(what_came_back_can_be_archived_and_come_back_again),
		cmocka_unit_test(old_trades_fade_by_count_in_r_w_d_and_v_but_not_in_n),
		cmocka_unit_test(three_losses_of_one_r_are_a_drawdown_of_three_percent_less_what_faded),
		cmocka_unit_test(a_trade_that_ends_even_is_not_a_win),
		cmocka_unit_test(books_strategies_and_regimes_do_not_mix),
		cmocka_unit_test(replaying_the_same_trades_gives_the_same_bits),
		cmocka_unit_test(a_trade_without_a_usable_r_teaches_nothing),
		cmocka_unit_test(an_enormous_r_is_shown_as_the_largest_and_breaks_nothing),
		cmocka_unit_test(holding_time_is_four_hours_until_fifty_trades_then_their_median),
		cmocka_unit_test(the_defaults_are_those_of_the_rules),
		cmocka_unit_test(exactly_a_fifth_and_exactly_four_fifths_are_active),
		cmocka_unit_test(being_archived_for_one_trade_is_enough),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
