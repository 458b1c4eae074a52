/* SPDX-License-Identifier: MIT
 * The weather of instruments: what is said when one is maintained, delisted, listed late, or gets a new grid
 * or fee; that bars, quotes, the scanner's table and history then speak on the new grid; and that a saved
 * market goes on through a storm as if nothing had been. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim_market.h"

#define T0      1700006400000LL /* 00:00 */
#define SYMBOLS 7               /* as far as ETC */

static struct universe universe;
static struct sim_market market;
static struct exchange exchange = {&sim_market_ops, &market};
static struct events heard;

static void begin(int64_t symbols, struct sim_weather_setup weather, int64_t bars)
{
	struct sim_market_setup setup = {.timeframe_ms = MINUTE_MS,
					 .start_ms = T0,
					 .bars = bars,
					 .symbols = symbols,
					 .seed = 11,
					 .preroll = SIM_PREROLL,
					 .weather = weather};
	sim_universe_generate(&universe, (size_t)symbols, 550000);
	sim_market_init(&market, &setup);
	assert_int_equal(sim_market_attach(&market, &universe, NULL), TB_OK);
	sim_market_renew(&market, &universe);
}

static int set_up(void **state)
{
	(void)state;
	begin(SYMBOLS, (struct sim_weather_setup){0}, 20000);
	return 0;
}

static sym_t find(const char *name)
{
	sym_t sym = universe_find(&universe, name);
	assert_int_not_equal(sym, SYM_NONE);
	return sym;
}

/* As the driver does: the universe follows the events. */
static void step(void)
{
	struct turn_out out = {.heard = &heard};
	struct wire_in wire = {.at_ms = sim_market_ops.next_ms(&exchange), .kind = WIRE_TIME};
	heard.count = 0;
	assert_int_equal(sim_market_ops.on_wire(&exchange, &wire, &out), TB_OK);
	for (size_t i = 0; i < heard.count; i++)
		if (heard.at[i].kind == EVENT_INSTRUMENT)
			universe.at[heard.at[i].sym] = *heard.at[i].instrument.now;
}

static void step_to(ms_t at_ms)
{
	while (sim_market_ops.next_ms(&exchange) < at_ms)
		step();
}

static size_t said(enum event_kind kind, sym_t sym)
{
	size_t count = 0;
	for (size_t i = 0; i < heard.count; i++)
		count += heard.at[i].kind == kind && heard.at[i].sym == sym;
	return count;
}

static const struct event *nth(enum event_kind kind, sym_t sym, size_t number)
{
	for (size_t i = 0; i < heard.count; i++)
		if (heard.at[i].kind == kind && heard.at[i].sym == sym && number-- == 0)
			return &heard.at[i];
	fail_msg("event of kind %d is missing", (int)kind);
	return NULL;
}

static int command(struct sim_market_command values)
{
	return sim_market_command(&market, &values);
}

static void maintenance_is_announced_then_nothing_is_said_then_trading_goes_on_with_a_gap(void **state)
{
	(void)state;
	sym_t btc = find("BTC/USDT:USDT"), eth = find("ETH/USDT:USDT");
	static struct candle bars[4000];

	step_to(T0 + 10 * MINUTE_MS - 1);
	assert_int_equal(command((struct sim_market_command){.kind = SIM_MAINTENANCE,
							     .sym = btc,
							     .notice_ms = 5 * MINUTE_MS,
							     .span_ms = 30 * MINUTE_MS}),
			 TB_OK);
	step_to(T0 + 10 * MINUTE_MS);
	step();
	assert_int_equal(heard.at[0].kind, EVENT_INSTRUMENT);
	assert_int_equal(heard.at[0].sym, btc);
	assert_int_equal(heard.at[0].instrument.now->status, INSTRUMENT_CLOSING);
	assert_int_equal(said(EVENT_CANDLE, btc), 2); /* still trading */
	step_to(T0 + 15 * MINUTE_MS);
	size_t before = sim_market_history_count(&market, btc);
	step();
	assert_int_equal(nth(EVENT_INSTRUMENT, btc, 0)->instrument.now->status, INSTRUMENT_SUSPENDED);
	assert_int_equal(said(EVENT_CANDLE, btc), 1); /* the last bar ends, none opens */
	assert_true(nth(EVENT_CANDLE, btc, 0)->candle.closed);
	price_t last = nth(EVENT_CANDLE, btc, 0)->candle.candle.close;
	while (sim_market_ops.next_ms(&exchange) < T0 + 45 * MINUTE_MS) {
		step();
		assert_int_equal(said(EVENT_CANDLE, btc) + said(EVENT_TICKER, btc), 0);
		assert_true(said(EVENT_CANDLE, eth) > 0);
	}
	step();
	assert_int_equal(nth(EVENT_INSTRUMENT, btc, 0)->instrument.now->status, INSTRUMENT_TRADING);
	const struct event *open = nth(EVENT_CANDLE, btc, 0);
	assert_int_equal(open->candle.candle.open_ms, T0 + 45 * MINUTE_MS);
	assert_true(llabs(open->candle.candle.open - last) > 20); /* half an hour unseen */
	step_to(T0 + 60 * MINUTE_MS);
	step();
	/* history has the hole */
	size_t count = sim_market_history(&market, btc, 0, bars, 4000);
	assert_int_equal(count, sim_market_history_count(&market, btc));
	assert_int_equal(count, before + 1 + 15);
	assert_int_equal(bars[before].open_ms, T0 + 14 * MINUTE_MS);
	assert_int_equal(bars[before + 1].open_ms, T0 + 45 * MINUTE_MS);
	struct candle one;
	assert_int_equal(sim_market_history(&market, btc, before + 1, &one, 1), 1);
	assert_memory_equal(&one, &bars[before + 1], sizeof(one));
}

static void a_delisted_instrument_may_be_left_then_is_gone_for_good(void **state)
{
	(void)state;
	sym_t btc = find("BTC/USDT:USDT");

	step_to(T0 + 5 * MINUTE_MS);
	assert_int_equal(
		command((struct sim_market_command){.kind = SIM_DELISTING, .sym = btc, .notice_ms = HOUR_MS}),
		TB_OK);
	step();
	assert_int_equal(universe.at[btc].status, INSTRUMENT_DELISTING);
	assert_int_equal(
		command((struct sim_market_command){.kind = SIM_MAINTENANCE, .sym = btc, .span_ms = HOUR_MS}),
		TB_EFULL);
	step_to(T0 + 65 * MINUTE_MS);
	assert_int_equal(universe.at[btc].status, INSTRUMENT_DELISTING);
	step();
	assert_int_equal(universe.at[btc].status, INSTRUMENT_GONE);
	size_t count = sim_market_history_count(&market, btc);
	step_to(T0 + 30 * HOUR_MS);
	assert_int_equal(sim_market_history_count(&market, btc), count);
	struct turn_out out = {.heard = &heard};
	struct intent watch = {.kind = INTENT_WATCH, .sym = btc, .value = 1};
	heard.count = 0;
	assert_int_equal(sim_market_ops.ask(&exchange, &watch, T0, &out), TB_OK);
	assert_int_equal(heard.count, 0);
	assert_int_equal(sim_market_scan(&market, T0 + 30 * HOUR_MS, &heard), TB_OK);
	assert_int_equal(heard.count, SYMBOLS); /* the other three, and the end */
	assert_int_equal(command((struct sim_market_command){.kind = SIM_FEE, .sym = btc, .fee = BPS}),
			 TB_EFULL);
}

static struct candle on_grid(struct candle bar, int64_t num, int64_t den)
{
	bar.open = (2 * bar.open * num / den + 1) / 2;
	bar.high = (2 * bar.high * num / den + 1) / 2;
	bar.low = (2 * bar.low * num / den + 1) / 2;
	bar.close = (2 * bar.close * num / den + 1) / 2;
	return bar;
}

static void a_coarser_tick_is_a_new_generation_and_everything_is_told_on_it(void **state)
{
	(void)state;
	sym_t btc = find("BTC/USDT:USDT");
	static struct candle old[4000], fresh[4000];

	step_to(T0 + 100 * MINUTE_MS);
	size_t count = sim_market_history(&market, btc, 0, old, 4000);
	money_t depth = market.state.symbols[btc].depth;
	struct candle last = market.state.symbols[btc].done; /* its end is said next */
	heard.count = 0;
	assert_int_equal(sim_market_scan(&market, T0 + 100 * MINUTE_MS, &heard), TB_OK);
	struct event row = *nth(EVENT_SCAN_ROW, btc, 0);
	assert_int_equal(command((struct sim_market_command){.kind = SIM_TICK, .sym = btc, .grid = {5, 1}}),
			 TB_OK);
	step();
	/* instrument, quote on its grid, then the open, then the bar that ended */
	assert_int_equal(heard.at[0].kind, EVENT_INSTRUMENT);
	const struct instrument *now = heard.at[0].instrument.now;
	assert_int_equal(now->generation, 1);
	assert_int_equal(now->tick.step, 5);
	assert_int_equal(now->value_num * 1, 5 * 10000); /* 0.5 USDT times 0.001 coins, in 1e-8 */
	assert_int_equal(heard.at[1].kind, EVENT_TICKER);
	struct candle ended = on_grid(last, 1, 5);
	assert_int_equal(heard.at[1].ticker.last, ended.close);
	assert_true(heard.at[1].ticker.bid < ended.close && heard.at[1].ticker.ask > ended.close);
	assert_true(heard.at[1].ticker.has_depth);
	assert_int_equal(heard.at[1].ticker.depth, depth);
	assert_memory_equal(&nth(EVENT_CANDLE, btc, 1)->candle.candle, &ended, sizeof(ended));
	assert_int_equal(sim_market_history(&market, btc, 0, fresh, 4000), count + 1);
	for (size_t i = 0; i < count; i++) {
		struct candle expected = on_grid(old[i], 1, 5);
		assert_memory_equal(&fresh[i], &expected, sizeof(expected));
	}
	heard.count = 0;
	assert_int_equal(sim_market_scan(&market, T0 + 101 * MINUTE_MS, &heard), TB_OK);
	const struct event *later = nth(EVENT_SCAN_ROW, btc, 0);
	assert_true(llabs(later->scan.high * 5 - row.scan.high) <= 2 &&
		    llabs(later->scan.low * 5 - row.scan.low) <= 2);
	assert_int_equal(later->scan.turnover, row.scan.turnover); /* money stays money */
}

static void a_finer_lot_makes_more_lots_of_the_same_volume_and_limits(void **state)
{
	(void)state;
	sym_t sym = find("ETC/USDT:USDT");
	static struct candle old[4000], fresh[4000];
	qty_t least = universe.at[sym].min_qty, most = universe.at[sym].max_qty;

	step_to(T0 + 20 * MINUTE_MS);
	size_t count = sim_market_history(&market, sym, 0, old, 4000);
	assert_int_equal(command((struct sim_market_command){.kind = SIM_LOT, .sym = sym, .grid = {1, 2}}),
			 TB_OK);
	step();
	assert_int_equal(universe.at[sym].generation, 1);
	assert_int_equal(universe.at[sym].min_qty, least * 10);
	assert_int_equal(universe.at[sym].max_qty, most * 10);
	step_to(T0 + 21 * MINUTE_MS);
	/* a contract of twenty coins instead of ten: half as many */
	assert_int_equal(
		command((struct sim_market_command){.kind = SIM_CONTRACT, .sym = sym, .grid = {20, 0}}),
		TB_OK);
	step();
	assert_int_equal(universe.at[sym].generation, 2);
	assert_int_equal(universe.at[sym].max_qty, most * 5);
	assert_true(sim_market_history(&market, sym, 0, fresh, 4000) > count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(fresh[i].close, old[i].close);
		assert_int_equal(fresh[i].volume, old[i].volume * 5);
	}
}

static void a_change_that_cannot_be_told_is_refused_and_a_fee_is_only_a_fee(void **state)
{
	(void)state;
	sym_t btc = find("BTC/USDT:USDT");
	const struct sim_market_command bad[] = {
		{.kind = SIM_TICK, .sym = btc, .grid = {10000, 0}}, /* six ticks */
		{.kind = SIM_TICK, .sym = btc, .grid = {0, 1}},
		{.kind = SIM_LOT, .sym = btc, .grid = {1, 12}},
		{.kind = SIM_LOT, .sym = btc, .grid = {1000000, 0}}, /* no order is so large */
		{.kind = SIM_FEE, .sym = btc, .fee = -1},
		{.kind = SIM_MAINTENANCE, .sym = btc, .span_ms = -1},
		{.kind = 99, .sym = btc},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(command(bad[i]), TB_EINVAL);
	assert_int_equal(command((struct sim_market_command){.kind = SIM_FEE, .sym = SYMBOLS, .fee = BPS}),
			 TB_ENOENT);
	assert_int_equal(command((struct sim_market_command){.kind = SIM_FEE, .sym = btc, .fee = 9 * BPS}),
			 TB_OK);
	assert_int_equal(command((struct sim_market_command){.kind = SIM_FEE, .sym = btc, .fee = BPS}),
			 TB_EFULL);
	step();
	assert_int_equal(said(EVENT_INSTRUMENT, btc), 1);
	assert_int_equal(universe.at[btc].taker_fee, 9 * BPS);
	assert_int_equal(universe.at[btc].generation, 0);
	assert_int_equal(command((struct sim_market_command){.kind = SIM_LISTING, .sym = btc}),
			 TB_EINVAL); /* too late */
}

static void a_symbol_that_is_listed_later_has_no_past(void **state)
{
	(void)state;
	sym_t btc = find("BTC/USDT:USDT");
	static struct candle bars[4000];

	assert_int_equal(
		command((struct sim_market_command){.kind = SIM_LISTING, .sym = btc, .span_ms = 2 * HOUR_MS}),
		TB_OK);
	sim_market_renew(&market, &universe);
	assert_int_equal(universe.at[btc].status, INSTRUMENT_SUSPENDED);
	assert_int_equal(universe.at[btc].listed_ms, UNKNOWN);
	while (sim_market_ops.next_ms(&exchange) < T0 + 2 * HOUR_MS) {
		step();
		assert_int_equal(
			said(EVENT_CANDLE, btc) + said(EVENT_FUNDING_RATE, btc) + said(EVENT_TICKER, btc), 0);
	}
	assert_int_equal(sim_market_history_count(&market, btc), 0);
	step();
	assert_int_equal(heard.at[0].kind, EVENT_INSTRUMENT);
	assert_int_equal(universe.at[btc].status, INSTRUMENT_TRADING);
	assert_int_equal(universe.at[btc].listed_ms, T0 + 2 * HOUR_MS);
	step_to(T0 + 3 * HOUR_MS);
	step();
	assert_int_equal(sim_market_history(&market, btc, 0, bars, 4000), 60);
	assert_int_equal(bars[0].open_ms, T0 + 2 * HOUR_MS);
	/* the same bars as in a market in which it was always listed */
	static struct candle twin[4000];
	begin(SYMBOLS, (struct sim_weather_setup){0}, 20000);
	step_to(T0 + 3 * HOUR_MS);
	step();
	assert_int_equal(sim_market_history(&market, btc, SIM_PREROLL + 120, twin, 4000), 60);
	assert_memory_equal(bars, twin, 60 * sizeof(bars[0]));
}

static void tapes_are_suspended_and_told_anew_as_well(void **state)
{
	(void)state;
	static struct candle candles[400];
	struct sim_tape tapes[1] = {{.candles = candles, .count = 400}};
	struct sim_market_setup setup = {.timeframe_ms = MINUTE_MS, .symbols = 1};
	static struct candle bars[400];

	for (int i = 0; i < 400; i++)
		candles[i] = (struct candle){T0 + i * MINUTE_MS, 600000 + i, 600010 + i,
					     599990 + i,         600005 + i, 1000 + i};
	sim_universe_generate(&universe, 1, 550000);
	sim_market_init(&market, &setup);
	assert_int_equal(sim_market_attach(&market, &universe, tapes), TB_OK);
	step_to(T0 + 50 * MINUTE_MS);
	assert_int_equal(command((struct sim_market_command){.kind = SIM_MAINTENANCE, .span_ms = HOUR_MS}),
			 TB_OK);
	step_to(T0 + 200 * MINUTE_MS);
	assert_int_equal(command((struct sim_market_command){.kind = SIM_TICK, .grid = {1, 2}}), TB_OK);
	step_to(T0 + 250 * MINUTE_MS);
	assert_int_equal(
		command((struct sim_market_command){.kind = SIM_DELISTING, .notice_ms = 10 * MINUTE_MS}),
		TB_OK);
	while (!sim_market_ended(&market))
		step();
	assert_int_equal(universe.at[0].status, INSTRUMENT_GONE);
	/* announced at 50, away from 51 to 110, gone at 260 */
	assert_int_equal(sim_market_history(&market, 0, 0, bars, 400), 260 - 60);
	assert_int_equal(bars[50].open_ms, T0 + 50 * MINUTE_MS);
	assert_int_equal(bars[51].open_ms, T0 + 111 * MINUTE_MS);
	assert_int_equal(bars[51].high, candles[111].high * 10);
	assert_int_equal(bars[199].open_ms, T0 + 259 * MINUTE_MS);
}

/* The scanner's row, from the bars. */
static void expect_row(const struct event *row, const struct candle *bars, size_t count,
		       const struct instrument *instrument)
{
	const ms_t part = 15 * MINUTE_MS;
	int64_t newest = bars[count - 1].open_ms / part;
	price_t open = 0, high = 0, low = INT64_MAX;
	money_t turnover = 0;

	for (size_t i = 0; i < count; i++) {
		if (bars[i].open_ms / part <= newest - SIM_DAY_PARTS)
			continue;
		open = open ? open : bars[i].open;
		high = bars[i].high > high ? bars[i].high : high;
		low = bars[i].low < low ? bars[i].low : low;
		turnover += notional_down(instrument, bars[i].close, bars[i].volume);
	}
	assert_int_equal(row->scan.open, open);
	assert_int_equal(row->scan.high, high);
	assert_int_equal(row->scan.low, low);
	assert_int_equal(row->scan.turnover, turnover);
	assert_int_equal(row->scan.last, bars[count - 1].close);
}

static void the_moving_window_says_what_its_bars_come_to(void **state)
{
	(void)state;
	static struct candle bars[20000];

	for (int n = 0; n < 400; n++) {
		step_to(T0 + (7 + n * 37) * MINUTE_MS);
		struct events *table = &heard;
		table->count = 0;
		assert_int_equal(sim_market_scan(&market, T0, table), TB_OK);
		for (sym_t s = 0; s < SYMBOLS; s++) {
			size_t count = sim_market_history(&market, s, 0, bars, 20000);
			/* the bar whose end is not said yet counts too */
			bars[count++] = market.state.symbols[s].done;
			if (bars[count - 1].open_ms == bars[count - 2].open_ms)
				count--;
			expect_row(&table->at[s], bars, count, &universe.at[s]);
		}
	}
}

static void the_same_storm_comes_again_after_a_restart_and_leaves_a_market(void **state)
{
	(void)state;
	static struct sim_market other;
	static struct events first;
	static struct candle streamed[90000], read_again[90000];
	static const struct sim_weather_setup storm = {.seed = 5, .sky = SIM_SKY_STORM};
	struct exchange twin = {&sim_market_ops, &other};
	size_t changes[INSTRUMENT_STATUS_COUNT] = {0}, grids = 0, fees = 0, gone = 0, restarts = 0;
	static struct universe was;

	begin(16, storm, 60 * 1440);
	sim_universe_generate(&was, 16, 550000);
	assert_int_equal(sim_market_attach(&other, &was, NULL), TB_EINVAL); /* never begun */
	while (!sim_market_ended(&market)) {
		struct turn_out out = {.heard = &first};
		struct wire_in wire = {.at_ms = sim_market_ops.next_ms(&exchange), .kind = WIRE_TIME};
		bool again = wire.at_ms % (7 * HOUR_MS) == 0;
		if (again) { /* killed and started again, with the first universe and with the renewed one */
			memset(&other, 0xa5, sizeof(other));
			memcpy(&other.state, &market.state, sim_market_state_bytes(&market.state));
			assert_int_equal(sim_market_attach(&other, restarts++ % 2 ? &was : &universe, NULL),
					 TB_OK);
			first.count = 0;
			memset(first.at, 0, 512 * sizeof(first.at[0]));
			assert_int_equal(sim_market_ops.on_wire(&twin, &wire, &out), TB_OK);
			memset(heard.at, 0, 512 * sizeof(heard.at[0]));
		}
		static struct universe before;
		before = universe;
		step();
		for (size_t i = 0; again && i < heard.count; i++) {
			if (first.at[i].kind == EVENT_INSTRUMENT) {
				assert_memory_equal(first.at[i].instrument.now, heard.at[i].instrument.now,
						    sizeof(struct instrument));
				first.at[i].instrument.now = heard.at[i].instrument.now;
			}
			assert_memory_equal(&first.at[i], &heard.at[i], sizeof(first.at[i]));
		}
		for (size_t i = 0; i < heard.count; i++) {
			sym_t sym = heard.at[i].sym;
			if (heard.at[i].kind != EVENT_INSTRUMENT)
				continue;
			changes[universe.at[sym].status] += universe.at[sym].status != before.at[sym].status;
			fees += universe.at[sym].taker_fee != before.at[sym].taker_fee;
			if (universe.at[sym].generation == before.at[sym].generation)
				continue;
			grids++;
			assert_int_equal(universe.at[sym].generation, before.at[sym].generation + 1);
			size_t bars = sim_market_history_count(&market, sym);
			assert_true(bars <= 2 * SIM_PREROLL + 1);
		}
	}
	assert_true(restarts > 200);
	for (sym_t s = 0; s < 16; s++)
		gone += universe.at[s].status == INSTRUMENT_GONE;
	print_message(
		"60 days of storm, 16 symbols: %zu maintenances, %zu new grids, %zu new fees, %zu delisted\n",
		changes[INSTRUMENT_SUSPENDED], grids, fees, gone);
	assert_true(changes[INSTRUMENT_CLOSING] > 50 && changes[INSTRUMENT_SUSPENDED] > 50);
	assert_true(grids > 50 && fees > 20 && gone <= 4);
	/* What history says after all that is the same from any reader. */
	sim_market_renew(&market, &was);
	assert_memory_equal(&was.at[3], &universe.at[3], sizeof(was.at[3]));
	memcpy(&other.state, &market.state, sim_market_state_bytes(&market.state));
	assert_int_equal(sim_market_attach(&other, &was, NULL), TB_OK);
	for (sym_t s = 0; s < 16; s++) {
		size_t count = sim_market_history(&market, s, 0, streamed, 90000);
		for (size_t from = 0; from < count; from += 997)
			sim_market_history(&other, s, from, read_again + from, 997);
		assert_memory_equal(streamed, read_again, count * sizeof(streamed[0]));
		for (size_t i = 1; i < count; i++)
			assert_true(streamed[i].open_ms > streamed[i - 1].open_ms && streamed[i].low > 0 &&
				    streamed[i].low <= streamed[i].close &&
				    streamed[i].close <= streamed[i].high);
	}
}

static void a_calm_sky_changes_nothing(void **state)
{
	(void)state;
	size_t changed = 0;

	while (!sim_market_ended(&market)) {
		step();
		for (sym_t s = 0; s < SYMBOLS; s++)
			changed += said(EVENT_INSTRUMENT, s);
	}
	assert_int_equal(changed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			maintenance_is_announced_then_nothing_is_said_then_trading_goes_on_with_a_gap,
			set_up),
		cmocka_unit_test_setup(a_delisted_instrument_may_be_left_then_is_gone_for_good, set_up),
		cmocka_unit_test_setup(a_coarser_tick_is_a_new_generation_and_everything_is_told_on_it,
				       set_up),
		cmocka_unit_test_setup(a_finer_lot_makes_more_lots_of_the_same_volume_and_limits, set_up),
		cmocka_unit_test_setup(a_change_that_cannot_be_told_is_refused_and_a_fee_is_only_a_fee,
				       set_up),
		cmocka_unit_test_setup(a_symbol_that_is_listed_later_has_no_past, set_up),
		cmocka_unit_test_setup(tapes_are_suspended_and_told_anew_as_well, set_up),
		cmocka_unit_test_setup(the_moving_window_says_what_its_bars_come_to, set_up),
		cmocka_unit_test_setup(the_same_storm_comes_again_after_a_restart_and_leaves_a_market,
				       set_up),
		cmocka_unit_test_setup(a_calm_sky_changes_nothing, set_up),
	};

	return cmocka_run_group_tests_name("sim market changes", tests, NULL, NULL);
}
