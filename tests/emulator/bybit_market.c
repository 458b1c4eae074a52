/* SPDX-License-Identifier: MIT
 * See bybit_market.h. */
#include "bybit_market.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emu_text.h"
#include "timeframe.h"

#define TAKER_FEE (55 * BPS / 10)

static int open_files(struct market_source *source, const struct market_choice *choice,
		      struct emu_setup *setup, char *error, size_t size)
{
	struct candle_set *set = &source->set;

	if (candle_set_load(set, NULL, choice->candles, choice->candle_count, choice->timeframe,
			    choice->from_ms, choice->to_ms, choice->funding_dir, TAKER_FEE, NULL, error,
			    size) != 0)
		return -1;
	if (set->universe.count > SIM_SYMBOLS_MAX) {
		snprintf(error, size, "more than %d symbols", SIM_SYMBOLS_MAX);
		return -1;
	}
	for (size_t i = 0; i < set->universe.count; i++) {
		const struct candle_series *series = &set->series[i];
		source->tapes[i] = (struct sim_tape){.candles = series->candles,
						     .count = series->count,
						     .funding = series->funding,
						     .funding_count = series->funding_count};
	}
	setup->universe = &set->universe;
	setup->tapes = source->tapes;
	setup->market.timeframe_ms = set->timeframe_ms;
	return 0;
}

int market_open(struct market_source *source, const struct market_choice *choice, struct emu_setup *setup,
		char *error, size_t size)
{
	memset(source, 0, sizeof(*source));
	if (choice->candles != NULL) {
		if (open_files(source, choice, setup, error, size) != 0)
			return -1;
	} else {
		ms_t frame_ms =
			choice->timeframe != NULL ? timeframe_from_text(choice->timeframe) : MINUTE_MS;
		if (frame_ms == UNKNOWN || frame_ms > DAY_MS) {
			snprintf(error, size, "--timeframe %s: one of %s", choice->timeframe, TIMEFRAME_LIST);
			return -1;
		}
		sim_universe_generate(&source->generated, (size_t)choice->symbols, TAKER_FEE);
		setup->universe = &source->generated;
		setup->market.timeframe_ms = frame_ms;
		setup->market.start_ms = choice->start_ms / frame_ms * frame_ms;
		setup->market.bars = choice->days * (DAY_MS / frame_ms);
		setup->market.preroll = choice->preroll;
	}
	setup->market.seed = choice->seed;
	setup->market.symbols = (int64_t)setup->universe->count;
	return 0;
}

void market_free(struct market_source *source)
{
	candle_set_free(&source->set);
}

struct dump {
	struct sim_market market;
	struct events heard;
	FILE *candles[SIM_SYMBOLS_MAX], *funding[SIM_SYMBOLS_MAX];
};

static void dump_event(struct dump *dump, const struct event *event)
{
	char text[5][DECIMAL_TEXT_MAX];

	if (event->kind == EVENT_CANDLE && event->candle.closed) {
		const struct instrument *instrument = &dump->market.state.symbols[event->sym].instrument;
		const struct candle *bar = &event->candle.candle;
		/* in coins; a lot of contracts is so many coins */
		struct grid coins = {instrument->lot.step * instrument->contract.step,
				     instrument->lot.decimals + instrument->contract.decimals};
		number_grid(bar->open, &instrument->tick, text[0]);
		number_grid(bar->high, &instrument->tick, text[1]);
		number_grid(bar->low, &instrument->tick, text[2]);
		number_grid(bar->close, &instrument->tick, text[3]);
		number_grid(bar->volume, &coins, text[4]);
		fprintf(dump->candles[event->sym], "%lld,%s,%s,%s,%s,%s\n", (long long)bar->open_ms, text[0],
			text[1], text[2], text[3], text[4]);
	}
	if (event->kind == EVENT_FUNDING_RATE && event->funding.settled) {
		number_short(event->funding.rate, 9, text[0]);
		fprintf(dump->funding[event->sym], "%lld,%s\n", (long long)event->funding.settle_ms, text[0]);
	}
}

static FILE *dump_file(const char *folder, const char *wire, const char *tail, const char *head, char *error,
		       size_t size)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s-%s.csv", folder, wire, tail);
	FILE *file = fopen(path, "w");
	if (file == NULL)
		snprintf(error, size, "%s: %s", path, strerror(errno));
	else
		fprintf(file, "%s\n", head);
	return file;
}

static int dump_open(struct dump *dump, const struct emu_setup *setup, const char *folder, char *error,
		     size_t size)
{
	for (size_t i = 0; i < setup->universe->count; i++) {
		const char *wire = setup->universe->at[i].wire;
		dump->candles[i] = dump_file(folder, wire, timeframe_text(setup->market.timeframe_ms),
					     "ts_ms,open,high,low,close,volume", error, size);
		if (dump->candles[i] == NULL)
			return -1;
		dump->funding[i] = dump_file(folder, wire, "funding", "ts_ms,rate", error, size);
		if (dump->funding[i] == NULL)
			return -1;
	}
	return 0;
}

/* The settlement that is known at the end and comes after it: who reads the files knows of it, too. */
static void dump_coming(struct dump *dump, const struct emu_setup *setup)
{
	char text[DECIMAL_TEXT_MAX];

	for (size_t i = 0; i < setup->universe->count; i++) {
		const struct sim_market_symbol *symbol = &dump->market.state.symbols[i];
		if (setup->tapes != NULL || symbol->due_ms == NEVER_MS || symbol->funding_rate == UNKNOWN)
			continue;
		number_short(symbol->funding_rate, 9, text);
		fprintf(dump->funding[i], "%lld,%s\n", (long long)symbol->due_ms, text);
	}
}

int market_dump(const struct emu_setup *setup, const char *folder, char *error, size_t size)
{
	struct dump *dump = emu_grow(NULL, sizeof(*dump));
	struct exchange exchange = {&sim_market_ops, &dump->market};
	struct turn_out out = {.heard = &dump->heard};
	int failed = -1;

	memset(dump, 0, sizeof(*dump));
	sim_market_init(&dump->market, &setup->market);
	if (sim_market_attach(&dump->market, setup->universe, setup->tapes) != 0 ||
	    dump->market.state.setup.end_ms == INT64_MAX)
		snprintf(error, size, "a market without an end cannot be written");
	else
		failed = dump_open(dump, setup, folder, error, size);
	for (ms_t now; !failed && (now = exchange.ops->next_ms(&exchange)) != NEVER_MS;) {
		struct wire_in in = {.at_ms = now, .kind = WIRE_TIME};
		dump->heard.count = 0;
		exchange.ops->on_wire(&exchange, &in, &out);
		for (size_t i = 0; i < dump->heard.count; i++)
			dump_event(dump, &dump->heard.at[i]);
	}
	if (!failed)
		dump_coming(dump, setup);
	for (size_t i = 0; i < SIM_SYMBOLS_MAX; i++) {
		if (dump->candles[i] != NULL && fclose(dump->candles[i]) != 0)
			failed = -1;
		if (dump->funding[i] != NULL && fclose(dump->funding[i]) != 0)
			failed = -1;
	}
	free(dump);
	return failed;
}
