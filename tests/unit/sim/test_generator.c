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
	assert_true(gaps > 20 * count / 3 && gaps < 20 * count * 2 / 3);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void funding_comes_at_each_instruments_own_hours_and_moves_with_the_trend(void **state)
{
	(void)state;
	size_t settled[SYMBOLS] = {0}, all = 0, negative = 0;
	price_t last[SYMBOLS] = {0}, before[SYMBOLS] = {0};
	double with_trend = 0, pairs = 0;

	begin(SYMBOLS, 6, 40 * 1440);
	while (!sim_market_ended(&market)) {
		step();
		for (size_t i = 0; i < heard.count; i++) {
			const struct event *event = &heard.at[i];
			if (event->kind == EVENT_CANDLE)
				last[event->sym] = event->candle.candle.close;
			if (event->kind != EVENT_FUNDING_RATE || !event->funding.settled)
				continue;
			ms_t every = universe.at[event->sym].funding_every_ms;
			assert_int_equal(event->at_ms % every, 0);
			assert_int_equal(event->funding.settle_ms, event->at_ms);
			assert_in_range(event->funding.rate + 20 * BPS, 0, 40 * BPS);
			settled[event->sym]++, all++;
			negative += event->funding.rate < 0;
			if (before[event->sym] && every == 8 * HOUR_MS) {
				bool rose = last[event->sym] > before[event->sym];
				with_trend += rose == (event->funding.rate > BPS);
				pairs++;
			}
			before[event->sym] = last[event->sym];
		}
	}
	for (sym_t s = 0; s < SYMBOLS; s++)
		assert_int_equal(settled[s], 40 * DAY_MS / universe.at[s].funding_every_ms + 1);
	assert_true(universe.at[universe_find(&universe, "1000PEPE/USDT:USDT")].funding_every_ms ==
		    4 * HOUR_MS);
	assert_true(negative > all / 50 && negative < all / 2);
	print_message("funding was above its base rate after a rise and below after a fall in %.0f %%\n",
		      100 * with_trend / pairs);
	assert_true(with_trend > 0.8 * pairs);
}

/* Means over the calmest and the wildest fifth of the bars, by the range of the last 30. */
static void spread_and_depth_move_with_volatility(void **state)
{
	(void)state;
	enum { KEPT = 20000 };
	static double range[KEPT], spread[KEPT], depth[KEPT], sorted[KEPT];
	double smooth = 0;
	size_t count = 0;

	begin(1, 8, KEPT);
	while (!sim_market_ended(&market)) {
		step();
		if (heard.count < 2 || heard.at[1].kind != EVENT_TICKER)
			continue;
		const struct candle *bar = &heard.at[0].candle.candle;
		double close = (double)bar->close;
		smooth += ((double)(bar->high - bar->low) / close - smooth) / 30;
		range[count] = sorted[count] = smooth;
		spread[count] = (double)(heard.at[1].ticker.ask - heard.at[1].ticker.bid) / close * 1e4;
		depth[count++] = (double)heard.at[1].ticker.depth / (double)MONEY_ONE;
	}
	assert_int_equal(count, KEPT);
	qsort(sorted, count, sizeof(sorted[0]), by_value);
	double sums[2][2] = {{0}}, parts[2] = {0};
	for (size_t i = 0; i < count; i++) {
		int wild = range[i] >= sorted[count / 5 * 4] ? 1 : range[i] <= sorted[count / 5] ? 0 : 2;
		if (wild == 2)
			continue;
		sums[wild][0] += spread[i], sums[wild][1] += depth[i], parts[wild]++;
	}
	double calm_spread = sums[0][0] / parts[0], wild_spread = sums[1][0] / parts[1];
	double calm_depth = sums[0][1] / parts[0], wild_depth = sums[1][1] / parts[1];
	print_message("spread %.2f bps when calm, %.2f when wild; depth %.0f and %.0f USDT\n", calm_spread,
		      wild_spread, calm_depth, wild_depth);
	assert_true(wild_spread > 1.1 * calm_spread);
	assert_true(wild_depth > 1.3 * calm_depth);
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
		cmocka_unit_test(funding_comes_at_each_instruments_own_hours_and_moves_with_the_trend),
		cmocka_unit_test(spread_and_depth_move_with_volatility),
		cmocka_unit_test(the_universe_is_sorted_settled_and_has_contracts),
		cmocka_unit_test(a_million_bars_pass_market_and_broker_quickly),
	};

	return cmocka_run_group_tests_name("sim generator", tests, NULL, NULL);
}
