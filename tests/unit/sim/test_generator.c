/* SPDX-License-Identifier: MIT
 * The generated market: made by its seed alone, consistent bar by bar, and of a kind in which every regime of
 * the rules occurs; and what market and broker cost together. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "sim_broker.h"
#include "sim_market.h"

#define T0      1700006400000LL /* 00:00 */
#define SYMBOLS 8
#define BARS    30000

static struct universe universe;
static struct sim_market market;
static struct exchange exchange = {&sim_market_ops, &market};
static struct events heard;
static struct candle series[BARS], others[BARS];

static void begin(size_t symbols, uint64_t seed, int64_t bars)
{
	struct sim_market_setup setup = {.timeframe_ms = MINUTE_MS,
					 .start_ms = T0,
					 .bars = bars,
					 .seed = seed,
					 .preroll = SIM_PREROLL};
	sim_universe_generate(&universe, symbols, 550000);
	setup.symbols = (int64_t)universe.count;
	sim_market_init(&market, &setup);
	assert_int_equal(sim_market_attach(&market, &universe, NULL), TB_OK);
}

static void step(void)
{
	struct turn_out out = {.heard = &heard};
	struct wire_in wire = {.at_ms = sim_market_ops.next_ms(&exchange), .kind = WIRE_TIME};
	heard.count = 0;
	assert_int_equal(sim_market_ops.on_wire(&exchange, &wire, &out), TB_OK);
}

/* All bars of one symbol after `bars` bars. */
static size_t grow(size_t symbols, uint64_t seed, int64_t bars, const char *name, struct candle *out)
{
	begin(symbols, seed, bars);
	while (!sim_market_ended(&market))
		step();
	sym_t sym = universe_find(&universe, name);
	assert_int_not_equal(sym, SYM_NONE);
	return sim_market_history(&market, sym, 0, out, BARS);
}

static void the_same_seed_makes_the_same_market_and_another_seed_another(void **state)
{
	(void)state;
	size_t count = grow(4, 1, 2000, "BTC/USDT:USDT", series);
	assert_int_equal(count, 2000 + SIM_PREROLL);
	assert_int_equal(grow(4, 1, 2000, "BTC/USDT:USDT", others), count);
	assert_memory_equal(series, others, count * sizeof(series[0]));
	grow(4, 2, 2000, "BTC/USDT:USDT", others);
	size_t same = 0;
	for (size_t i = 0; i < count; i++)
		same += series[i].close == others[i].close;
	assert_true(same < count / 50);
}

static void a_symbol_moves_the_same_whoever_else_is_there(void **state)
{
	(void)state;
	size_t count = grow(2, 9, 500, "ETH/USDT:USDT", series);
	grow(20, 9, 500, "ETH/USDT:USDT", others);
	assert_memory_equal(series, others, count * sizeof(series[0]));
}

static void history_equals_what_was_streamed(void **state)
{
	(void)state;
	static struct candle streamed[SYMBOLS][3000];
	size_t counts[SYMBOLS] = {0};

	begin(SYMBOLS, 5, 3000);
	while (!sim_market_ended(&market)) {
		step();
		for (size_t i = 0; i < heard.count; i++)
			if (heard.at[i].kind == EVENT_CANDLE && heard.at[i].candle.closed)
				streamed[heard.at[i].sym][counts[heard.at[i].sym]++] =
					heard.at[i].candle.candle;
	}
	for (sym_t s = 0; s < SYMBOLS; s++) {
		assert_int_equal(counts[s], 3000);
		/* in chunks, from anywhere */
		for (size_t from = 0; from < 3000; from += 700) {
			size_t count = sim_market_history(&market, s, SIM_PREROLL + from, others, 700);
			assert_memory_equal(others, &streamed[s][from], count * sizeof(others[0]));
		}
		assert_int_equal(sim_market_history(&market, s, 0, others, 1), 1);
		assert_int_equal(others[0].open_ms, T0 - SIM_PREROLL * MINUTE_MS);
	}
}

static void every_bar_is_consistent_and_opens_where_the_last_one_closed_or_near(void **state)
{
	(void)state;
	size_t count = grow(20, 4, 20000, "1000PEPE/USDT:USDT", series), gaps = 0;
	for (sym_t s = 0; s < 20; s++) {
		count = sim_market_history(&market, s, 0, series, BARS);
		for (size_t i = 0; i < count; i++) {
			const struct candle *bar = &series[i];
			assert_true(bar->low > 0 && bar->low <= bar->open && bar->low <= bar->close);
			assert_true(bar->high >= bar->open && bar->high >= bar->close && bar->volume > 0);
			assert_int_equal(bar->open_ms, series[0].open_ms + (ms_t)i * MINUTE_MS);
			if (i == 0)
				continue;
			price_t gap = bar->open - series[i - 1].close;
			gaps += gap != 0;
			assert_true(llabs(gap) * 100 < bar->open);
		}
	}
	assert_true(gaps > 0 && gaps < 20 * count / 20);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Median of (high - low) / close in percent, smoothed over 14 bars: close to what Wilder's range gives. */
static double median_range(size_t count)
{
	static double range[BARS];
	double smooth = 0;
	for (size_t i = 0; i < count; i++) {
		smooth += ((double)(series[i].high - series[i].low) - smooth) / 14;
		range[i] = 100 * smooth / (double)series[i].close;
	}
	qsort(range + 20, count - 20, sizeof(range[0]), by_value);
	return range[20 + (count - 20) / 2];
}

/* Shares of high_vol, low_vol, trending, mean_revert by rules.md section 2, without hysteresis, on every 5th
 * bar. */
static void regime_shares(size_t count, double share[4])
{
	static double move[BARS], key[BARS];
	size_t seen[4] = {0}, all = 0;

	for (size_t i = 1; i < count; i++)
		move[i] = log((double)series[i].close / (double)series[i - 1].close);
	for (size_t i = 20; i < count; i++) {
		double mean = 0, square = 0;
		for (size_t k = i - 19; k <= i; k++)
			mean += move[k] / 20;
		for (size_t k = i - 19; k <= i; k++)
			square += (move[k] - mean) * (move[k] - mean);
		key[i] = square;
	}
	for (size_t i = 1100; i < count; i += 5) {
		size_t below = 0;
		double path = 0;
		for (size_t k = i - 999; k <= i; k++)
			below += key[k] < key[i];
		for (size_t k = i - 99; k <= i; k++)
			path += fabs((double)(series[k].close - series[k - 1].close));
		double ratio = fabs((double)(series[i].close - series[i - 100].close)) / path;
		seen[below >= 800 ? 0 : below < 200 ? 1 : ratio >= 0.15 ? 2 : 3]++;
		all++;
	}
	for (int k = 0; k < 4; k++)
		share[k] = (double)seen[k] / (double)all;
}

static void volatility_is_that_of_real_markets_and_every_regime_occurs(void **state)
{
	(void)state;
	grow(SYMBOLS, 1, 25000, "BTC/USDT:USDT", series);
	for (sym_t s = 0; s < SYMBOLS; s++) {
		size_t count = sim_market_history(&market, s, 0, series, BARS);
		double range = median_range(count), share[4];
		regime_shares(count, share);
		print_message("%-20s median range %.3f %%; high_vol %.2f low_vol %.2f trending %.2f "
			      "mean_revert %.2f\n",
			      universe.at[s].name, range, share[0], share[1], share[2], share[3]);
		assert_true(range > 0.045 && range < 0.14);
		for (int k = 0; k < 4; k++)
			assert_true(share[k] > 0.05);
	}
}

static double kurtosis_and_memory(size_t count, double *memory)
{
	static double move[BARS];
	double square = 0, fourth = 0, mean = 0, variance = 0, covariance = 0;
	for (size_t i = 1; i < count; i++) {
		move[i] = fabs(log((double)series[i].close / (double)series[i - 1].close));
		square += move[i] * move[i] / (double)count;
		fourth += move[i] * move[i] * move[i] * move[i] / (double)count;
		mean += move[i] / (double)count;
	}
	for (size_t i = 11; i < count; i++) {
		variance += (move[i] - mean) * (move[i] - mean);
		covariance += (move[i] - mean) * (move[i - 10] - mean);
	}
	*memory = covariance / variance;
	return fourth / (square * square);
}

static void tails_are_fat_and_volatility_clusters(void **state)
{
	(void)state;
	grow(3, 1, 25000, "BTC/USDT:USDT", series);
	for (sym_t s = 0; s < 3; s++) {
		size_t count = sim_market_history(&market, s, 0, series, BARS);
		double memory, kurtosis = kurtosis_and_memory(count, &memory);
		print_message("%-20s kurtosis %.1f, |return| remembers 10 bars by %.2f\n",
			      universe.at[s].name, kurtosis, memory);
		assert_true(kurtosis > 4 && kurtosis < 60);
		assert_true(memory > 0.08);
	}
}

static void funding_comes_every_eight_hours_within_its_clamp(void **state)
{
	(void)state;
	size_t settled = 0, negative = 0;
	begin(SYMBOLS, 6, 20 * 1440);
	while (!sim_market_ended(&market)) {
		step();
		for (size_t i = 0; i < heard.count; i++) {
			const struct event *event = &heard.at[i];
			if (event->kind != EVENT_FUNDING_RATE || !event->funding.settled)
				continue;
			assert_int_equal(event->at_ms % (8 * HOUR_MS), 0);
			assert_int_equal(event->funding.settle_ms, event->at_ms);
			assert_in_range(event->funding.rate + 5 * BPS, 0, 10 * BPS);
			settled++;
			negative += event->funding.rate < 0;
		}
	}
	assert_int_equal(settled, SYMBOLS * (20 * 3 + 1));
	assert_true(negative > settled / 50 && negative < settled / 2);
}

static void the_universe_is_sorted_settled_and_has_contracts(void **state)
{
	(void)state;
	size_t contracts = 0;
	sim_universe_generate(&universe, 1000, 550000);
	assert_int_equal(universe.count, SIM_GENERATED_MAX);
	for (size_t i = 0; i < universe.count; i++) {
		const struct instrument *instrument = &universe.at[i];
		assert_true(instrument->value_num > 0 && instrument->value_den > 0);
		assert_true(i == 0 || strcmp(universe.at[i - 1].name, instrument->name) < 0);
		contracts += instrument->contract.step != 1;
	}
	assert_int_equal(contracts, 1);
	assert_int_equal(universe_find(&universe, "BTC/USDT:USDT") == SYM_NONE, 0);
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* An idle account beside the market; every event passes the broker. Fails only where something is badly
 * wrong: the figure is for the log. */
static double cost_of(const struct sim_tape *tapes, int64_t bars, size_t *events)
{
	static struct sim_broker broker;
	static struct events said;
	struct exchange account = {&sim_broker_ops, &broker};
	struct turn_out out = {.heard = &said};
	struct sim_broker_setup setup = {.balance = 10000 * MONEY_ONE, .latency_ms = 250};
	struct sim_market_setup values = {
		.timeframe_ms = MINUTE_MS, .start_ms = T0, .bars = bars, .symbols = 8, .seed = 1};
	sim_market_init(&market, &values);
	assert_int_equal(sim_market_attach(&market, &universe, tapes), TB_OK);
	assert_int_equal(sim_broker_init(&broker, &setup, &universe), TB_OK);
	double start = seconds();
	while (!sim_market_ended(&market)) {
		step();
		for (size_t i = 0; i < heard.count; i++)
			sim_broker_ops.on_market(&account, &heard.at[i], &out);
		*events += heard.count;
	}
	assert_int_equal(said.count, 0);
	return (seconds() - start) * 1e9 / (double)(bars * 8);
}

static void a_million_bars_pass_market_and_broker_quickly(void **state)
{
	(void)state;
	enum { PER_SYMBOL = 125000 };
	struct candle *bars = calloc(8 * PER_SYMBOL, sizeof(*bars));
	struct sim_tape tapes[8];
	size_t events = 0;

	assert_non_null(bars);
	sim_universe_generate(&universe, 8, 550000);
	double generated = cost_of(NULL, PER_SYMBOL, &events);
	for (size_t s = 0; s < 8; s++) {
		tapes[s] = (struct sim_tape){.candles = bars + s * PER_SYMBOL, .count = PER_SYMBOL};
		assert_int_equal(sim_market_history(&market, (sym_t)s, 0, bars + s * PER_SYMBOL, PER_SYMBOL),
				 PER_SYMBOL);
	}
	double taped = cost_of(tapes, PER_SYMBOL, &events);
	print_message("market and broker: %.0f ns a bar from tapes, %.0f ns generated\n", taped, generated);
	free(bars);
	assert_true(events > 5 * 8 * PER_SYMBOL);
	assert_true(taped < 20000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_makes_the_same_market_and_another_seed_another),
		cmocka_unit_test(a_symbol_moves_the_same_whoever_else_is_there),
		cmocka_unit_test(history_equals_what_was_streamed),
		cmocka_unit_test(every_bar_is_consistent_and_opens_where_the_last_one_closed_or_near),
		cmocka_unit_test(volatility_is_that_of_real_markets_and_every_regime_occurs),
		cmocka_unit_test(tails_are_fat_and_volatility_clusters),
		cmocka_unit_test(funding_comes_every_eight_hours_within_its_clamp),
		cmocka_unit_test(the_universe_is_sorted_settled_and_has_contracts),
		cmocka_unit_test(a_million_bars_pass_market_and_broker_quickly),
	};

	return cmocka_run_group_tests_name("sim generator", tests, NULL, NULL);
}
