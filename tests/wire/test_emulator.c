/* SPDX-License-Identifier: MIT
 * The codec and the feed against the emulated exchange. In calm weather what comes out is what the simulated
 * market says, event by event; in any weather each bar comes once, in order, as the exchange has it.
 *
 * wire_emulator [FIRST COUNT [PER_HOUR]]: other seeds than the usual ones. */
#include "wired.h"

#include "json_rows.h"

#include <stdio.h>

#define START_MS 1767225600000LL /* 2026-01-01 */
#define SYMBOLS  5
#define BARS     180

static uint64_t first_seed = 1, seed_count = 12;
static int64_t per_hour = 0; /* 0: by the seed */

static const struct bybit_setup *bybit_setup(void)
{
	static const struct bybit_setup setup = {.timeframe_ms = MINUTE_MS,
						 .book_levels = 200,
						 .taker_fee = 550000,
						 .maintenance = 5000000,
						 .seed = 3};

	return &setup;
}

static struct universe made;

static struct emu_setup emu_setup(uint64_t seed)
{
	sim_universe_generate(&made, SYMBOLS, 0);
	return (struct emu_setup){.universe = &made,
				  .padding = 250,
				  .market = {.timeframe_ms = MINUTE_MS,
					     .start_ms = START_MS,
					     .bars = BARS + 60,
					     .symbols = SYMBOLS,
					     .seed = seed,
					     .preroll = 1500}};
}

/* Wound until the listing is there, then attached. */
static void attach(struct wired *wired)
{
	for (ms_t until = wired->now_ms + HOUR_MS; feed_ops.listing(&wired->outside) == NULL;) {
		assert_true(wired->now_ms < until);
		wired_run(wired, wired->now_ms + 1000);
	}
	wired->universe = *feed_ops.listing(&wired->outside);
	feed_ops.attach(&wired->outside, &wired->universe);
}

static void watch_all(struct wired *wired)
{
	for (sym_t sym = 0; sym < wired->universe.count; sym++)
		assert_int_equal(wired_ask(wired, INTENT_WATCH, sym, 1), 0);
}

/* What is compared of an event, from the start on. */
struct tape {
	struct event *at;
	size_t count;
	ms_t from_ms;
};

static void record(void *ctx, const struct event *event)
{
	struct tape *tape = ctx;
	bool market = event->kind == EVENT_CANDLE || event->kind == EVENT_TICKER ||
		      event->kind == EVENT_DEPTH ||
		      (event->kind == EVENT_FUNDING_RATE && event->funding.settled);

	if (!market || event->at_ms < tape->from_ms)
		return;
	if (tape->count % 4096 == 0)
		tape->at = realloc(tape->at, (tape->count + 4096) * sizeof *tape->at);
	assert_non_null(tape->at);
	tape->at[tape->count++] = *event;
}

/* The market's own words, a ticker with a depth as the two that a stream makes of it. */
static void record_market(struct tape *tape, const struct emu_setup *setup, ms_t until_ms)
{
	struct sim_market *market = calloc(1, sizeof *market);
	struct exchange exchange = {&sim_market_ops, market};
	struct events *heard = calloc(1, sizeof *heard);

	assert_true(market != NULL && heard != NULL);
	sim_market_init(market, &setup->market);
	assert_int_equal(sim_market_attach(market, setup->universe, NULL), 0);
	for (ms_t now; (now = sim_market_ops.next_ms(&exchange)) < until_ms;) {
		struct wire_in in = {.kind = WIRE_TIME, .at_ms = now};
		struct turn_out out = {.heard = heard};
		heard->count = 0;
		assert_int_equal(sim_market_ops.on_wire(&exchange, &in, &out), 0);
		for (size_t i = 0; i < heard->count; i++) {
			struct event event = heard->at[i];
			record(tape, &event);
			if (event.kind != EVENT_TICKER || !event.ticker.has_depth ||
			    event.at_ms < tape->from_ms)
				continue;
			tape->at[tape->count - 1].ticker.has_depth = false;
			money_t depth = event.ticker.depth;
			event = (struct event){.kind = EVENT_DEPTH, .at_ms = event.at_ms, .sym = event.sym};
			event.depth.notional = depth;
			record(tape, &event);
		}
	}
	free(market);
	free(heard);
}

static void check_same(const struct event *said, const struct event *wanted)
{
	assert_int_equal(said->kind, wanted->kind);
	assert_int_equal(said->sym, wanted->sym);
	assert_int_equal(said->at_ms, wanted->at_ms);
	switch (said->kind) {
	case EVENT_CANDLE:
		assert_memory_equal(&said->candle.candle, &wanted->candle.candle, sizeof said->candle.candle);
		assert_int_equal(said->candle.closed, wanted->candle.closed);
		assert_false(said->candle.history);
		break;
	case EVENT_TICKER:
		assert_int_equal(said->ticker.bid, wanted->ticker.bid);
		assert_int_equal(said->ticker.ask, wanted->ticker.ask);
		assert_int_equal(said->ticker.mark, wanted->ticker.mark);
		assert_int_equal(said->ticker.last, wanted->ticker.last);
		assert_false(said->ticker.has_depth);
		break;
	case EVENT_FUNDING_RATE:
		assert_int_equal(said->funding.rate, wanted->funding.rate);
		assert_int_equal(said->funding.settle_ms, wanted->funding.settle_ms);
		break;
	default: assert_int_equal(said->depth.notional, wanted->depth.notional);
	}
}

static void in_calm_weather_the_market_is_heard_word_by_word(void **state)
{
	struct emu_setup setup = emu_setup(5);
	struct tape said = {.from_ms = START_MS + MINUTE_MS}, wanted = said;
	ms_t until_ms = START_MS + 9 * HOUR_MS; /* over a settlement */

	(void)state;
	setup.market.bars = 600;
	struct wired *wired = wired_new(&setup, bybit_setup());
	wired->hear = record, wired->ctx = &said;
	attach(wired);
	assert_int_equal(wired->universe.count, SYMBOLS);
	for (size_t i = 0; i < SYMBOLS; i++)
		assert_string_equal(wired->universe.at[i].name, made.at[i].name);
	watch_all(wired);
	wired_run(wired, until_ms - 1000);
	record_market(&wanted, &setup, until_ms - 1000);
	for (size_t i = 0; i < said.count && i < wanted.count; i++)
		check_same(&said.at[i], &wanted.at[i]);
	assert_int_equal(said.count, wanted.count);
	assert_true(said.count > 9 * 60 * SYMBOLS * 4);
	assert_int_equal(
		wired->feed.counts.holes + wired->feed.counts.unconfirmed + wired->feed.counts.silences, 0);
	free(said.at), free(wanted.at);
	wired_free(wired);
}

/* The closed bars of each symbol, as told. */
struct bars {
	struct candle at[SYMBOLS][BARS + 200];
	size_t count[SYMBOLS];
	int64_t live, garbage, downs, depths, tickers;
};

static void keep_bars(void *ctx, const struct event *event)
{
	struct bars *bars = ctx;

	bars->garbage += event->kind == EVENT_GARBAGE;
	bars->depths += event->kind == EVENT_DEPTH;
	bars->tickers += event->kind == EVENT_TICKER;
	bars->downs += event->kind == EVENT_LINK && event->link.state == LINK_DOWN;
	if (event->kind != EVENT_CANDLE || !event->candle.closed)
		return;
	assert_true(event->sym < SYMBOLS && bars->count[event->sym] < BARS + 200);
	bars->at[event->sym][bars->count[event->sym]++] = event->candle.candle;
	bars->live += !event->candle.history;
}

static int64_t steps_of(struct json_slice text, const struct grid *grid)
{
	struct json_arena arena;
	static _Alignas(16) unsigned char memory[256];
	const struct cJSON *value;
	int64_t steps = -1;

	json_arena_init(&arena, memory, sizeof memory);
	assert_int_equal(json_parse(&arena, text.text, text.len, &value), JSON_OK);
	assert_int_equal(json_grid_down(value, grid, &steps), JSON_OK);
	return steps;
}

/* The exchange's own list of a symbol's bars from `from` to `to`, oldest first. */
static size_t true_bars(struct wired *wired, sym_t sym, ms_t from, ms_t to, struct candle *out)
{
	static const char *const result_key[] = {"result"}, *const list_key[] = {"list"};
	const struct instrument *instrument = &wired->universe.at[sym];
	struct json_slice result, list, row, cell[7];
	struct emu_reply reply;
	struct json_rows rows;
	char target[200];
	size_t count = 0;

	snprintf(target, sizeof target,
		 "/v5/market/kline?category=linear&symbol=%s&interval=1&start=%lld&end=%lld&limit=1000",
		 instrument->wire, (long long)from, (long long)to);
	emu_http(wired->emu, wired->now_ms,
		 &(struct emu_request){.method = "GET", .target = target, .head = "", .body = ""}, &reply);
	assert_int_equal(
		json_slice_members((struct json_slice){reply.body, reply.len}, 1, result_key, &result),
		JSON_OK);
	assert_int_equal(json_slice_members(result, 1, list_key, &list), JSON_OK);
	assert_int_equal(json_rows_open(list, &rows), JSON_OK);
	while (json_rows_next(&rows, &row)) {
		struct json_rows cells;
		assert_int_equal(json_rows_open(row, &cells), JSON_OK);
		for (int i = 0; i < 7; i++)
			assert_true(json_rows_next(&cells, &cell[i]));
		struct candle *candle = &out[count++];
		assert_int_equal(json_slice_int64(cell[0], &candle->open_ms), JSON_OK);
		candle->open = steps_of(cell[1], &instrument->tick);
		candle->high = steps_of(cell[2], &instrument->tick);
		candle->low = steps_of(cell[3], &instrument->tick);
		candle->close = steps_of(cell[4], &instrument->tick);
		candle->volume = steps_of(cell[5], &instrument->lot);
	}
	for (size_t i = 0; i < count / 2; i++) {
		struct candle swap = out[i];
		out[i] = out[count - 1 - i];
		out[count - 1 - i] = swap;
	}
	return count;
}

static void check_bars(struct wired *wired, const struct bars *bars, sym_t sym, ms_t end_ms)
{
	static struct candle truth[1000];
	const struct candle *told = bars->at[sym];
	size_t count = true_bars(wired, sym, told[0].open_ms, end_ms - MINUTE_MS, truth);

	assert_true(bars->count[sym] > 0);
	for (size_t i = 0; i < count && i < bars->count[sym]; i++)
		if (memcmp(&truth[i], &told[i], sizeof truth[i]) != 0)
			fail_msg("symbol %d: bar %zu opens at %lld, told %lld; close %lld, told %lld", sym, i,
				 (long long)truth[i].open_ms, (long long)told[i].open_ms,
				 (long long)truth[i].close, (long long)told[i].close);
	assert_int_equal(bars->count[sym], count);
}

static void one_storm(uint64_t seed)
{
	struct emu_setup setup = emu_setup(seed);
	struct bars *bars = calloc(1, sizeof *bars);
	bool traffic = seed % 64 == 0; /* ten quotes and books a second: slow */
	ms_t end_ms = START_MS + (traffic ? 20 : BARS) * MINUTE_MS;

	assert_non_null(bars);
	setup.traffic = traffic;
	setup.weather =
		(struct emu_weather){.seed = seed, .per_hour = per_hour ? per_hour : 20 << (seed % 5)};
	struct wired *wired = wired_new(&setup, bybit_setup());
	wired->hear = keep_bars, wired->ctx = bars;
	attach(wired);
	watch_all(wired);
	for (size_t i = 0; i < wired->universe.count && seed % 2 == 1; i++) /* warming up */
		assert_int_equal(wired_ask(wired, INTENT_HISTORY, (sym_t)i, 100), 0);
	wired_run(wired, end_ms);
	emu_calm(wired->emu);
	end_ms += 25 * MINUTE_MS; /* longer than any silence that was ordered */
	wired_run(wired, end_ms + 30 * SECOND_MS);
	for (size_t i = 0; i < wired->universe.count; i++)
		check_bars(wired, bars, (sym_t)i, end_ms);
	print_message("seed %llu, %lld an hour: %lld live bars, %lld in holes, %lld corrected, %lld "
		      "unconfirmed, %lld "
		      "silences, %lld garbage, %lld downs, %lld gaps, %lld requests\n",
		      (unsigned long long)seed, (long long)setup.weather.per_hour, (long long)bars->live,
		      (long long)wired->feed.counts.missing, (long long)wired->feed.counts.corrected,
		      (long long)wired->feed.counts.unconfirmed, (long long)wired->feed.counts.silences,
		      (long long)bars->garbage, (long long)bars->downs,
		      (long long)bybit_counts(&wired->inside)->gaps,
		      (long long)link_counts(wired->link)->requests);
	wired_free(wired);
	free(bars);
}

static void in_any_weather_each_bar_comes_once_and_true(void **state)
{
	(void)state;
	for (uint64_t seed = first_seed; seed < first_seed + seed_count; seed++)
		one_storm(seed);
}

int main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_calm_weather_the_market_is_heard_word_by_word),
		cmocka_unit_test(in_any_weather_each_bar_comes_once_and_true),
	};

	if (argc > 2)
		first_seed = strtoull(argv[1], NULL, 10), seed_count = strtoull(argv[2], NULL, 10);
	if (argc > 3)
		per_hour = strtoll(argv[3], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
