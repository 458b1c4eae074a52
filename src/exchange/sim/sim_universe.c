/* SPDX-License-Identifier: MIT
 * The instruments of the generated market: grids, minima and habits as real venues have them, so that sizes
 * and prices meet the same roundings as they would live. ETC counts contracts of ten coins. */
#include <string.h>

#include "sim_generator.h"

#define LISTED_MS 1546300800000LL /* 2019-01-01 */

static const struct row {
	const char *coin;
	struct grid tick, lot, contract;
	qty_t min_qty, max_qty; /* lots */
	int64_t maintenance_bps, funding_hours;
	struct sim_profile profile;
} rows[] = {
	/* coin       tick     lot     contract  min  max        mmr  hours price   sigma turnover  beta */
	{"BTC", {1, 1}, {1, 3}, {1, 0}, 1, 120000, 40, 8, {60000, 31, 9e6, 1.0}},
	{"ETH", {1, 2}, {1, 3}, {1, 0}, 1, 2000000, 50, 8, {3000, 32, 7e6, 1.2}},
	{"SOL", {1, 3}, {1, 1}, {1, 0}, 1, 500000, 50, 8, {150, 43, 2.5e6, 1.4}},
	{"XRP", {1, 4}, {1, 1}, {1, 0}, 1, 20000000, 50, 8, {2.2, 41, 1.6e6, 1.2}},
	{"BNB", {1, 2}, {1, 2}, {1, 0}, 1, 200000, 65, 8, {620, 39, 9e5, 0.9}},
	{"DOGE", {1, 5}, {1, 0}, {1, 0}, 1, 30000000, 65, 8, {0.2, 48, 1.2e6, 1.4}},
	{"ETC", {1, 3}, {1, 1}, {10, 0}, 1, 100000, 100, 8, {21, 45, 6e5, 1.2}},
	{"1000PEPE", {1, 7}, {100, 0}, {1, 0}, 1, 5000000, 100, 4, {0.011, 61, 1.0e6, 1.6}},
	{"LINK", {1, 3}, {1, 1}, {1, 0}, 1, 500000, 75, 8, {16, 45, 8e5, 1.3}},
	{"ADA", {1, 4}, {1, 0}, {1, 0}, 1, 8000000, 75, 8, {0.75, 45, 8e5, 1.3}},
	{"AVAX", {1, 3}, {1, 0}, {1, 0}, 1, 200000, 75, 8, {22, 49, 6e5, 1.4}},
	{"LTC", {1, 2}, {1, 3}, {1, 0}, 1, 20000000, 65, 8, {95, 34, 5e5, 1.0}},
	{"SUI", {1, 4}, {1, 1}, {1, 0}, 1, 5000000, 100, 4, {3.6, 57, 9e5, 1.5}},
	{"DOT", {1, 3}, {1, 0}, {1, 0}, 1, 1000000, 75, 8, {4.2, 45, 3.5e5, 1.3}},
	{"BCH", {1, 2}, {1, 3}, {1, 0}, 1, 3000000, 75, 8, {410, 40, 4e5, 1.1}},
	{"NEAR", {1, 3}, {1, 0}, {1, 0}, 1, 1000000, 100, 8, {2.8, 52, 3.5e5, 1.4}},
	{"APT", {1, 3}, {1, 1}, {1, 0}, 1, 3000000, 100, 4, {5.1, 52, 3e5, 1.4}},
	{"ARB", {1, 4}, {1, 1}, {1, 0}, 1, 40000000, 100, 4, {0.42, 54, 3e5, 1.4}},
	{"OP", {1, 4}, {1, 1}, {1, 0}, 1, 20000000, 100, 4, {0.75, 54, 2.5e5, 1.4}},
	{"UNI", {1, 3}, {1, 0}, {1, 0}, 1, 500000, 75, 8, {7.5, 49, 3e5, 1.3}},
	{"ATOM", {1, 3}, {1, 2}, {1, 0}, 1, 50000000, 100, 8, {4.6, 45, 2e5, 1.2}},
	{"FIL", {1, 3}, {1, 1}, {1, 0}, 1, 5000000, 100, 8, {2.7, 48, 2e5, 1.2}},
	{"TRX", {1, 5}, {1, 0}, {1, 0}, 1, 30000000, 75, 8, {0.27, 41, 4e5, 0.6}},
	{"XLM", {1, 5}, {1, 0}, {1, 0}, 1, 30000000, 100, 8, {0.29, 43, 2.5e5, 1.2}},
	{"AAVE", {1, 2}, {1, 1}, {1, 0}, 1, 100000, 75, 8, {250, 49, 4e5, 1.3}},
	{"INJ", {1, 3}, {1, 1}, {1, 0}, 1, 1000000, 100, 8, {12.5, 57, 2e5, 1.5}},
	{"TIA", {1, 4}, {1, 0}, {1, 0}, 1, 1000000, 100, 4, {2.3, 58, 2e5, 1.5}},
	{"SEI", {1, 4}, {1, 0}, {1, 0}, 1, 20000000, 100, 2, {0.22, 57, 1.5e5, 1.4}},
	{"WLD", {1, 4}, {1, 0}, {1, 0}, 1, 10000000, 100, 1, {1.1, 59, 3e5, 1.5}},
	{"ICP", {1, 3}, {1, 0}, {1, 0}, 1, 500000, 100, 8, {5.4, 48, 1.5e5, 1.2}},
	{"HBAR", {1, 5}, {1, 0}, {1, 0}, 1, 50000000, 100, 8, {0.18, 50, 2.5e5, 1.3}},
	{"ALGO", {1, 4}, {1, 1}, {1, 0}, 1, 90000000, 100, 8, {0.2, 48, 1.2e5, 1.2}},
};
_Static_assert(sizeof(rows) / sizeof(rows[0]) == SIM_GENERATED_MAX, "the header says how many there are");

static void join(char out[static SYMBOL_TEXT_MAX], const char *coin, const char *tail)
{
	size_t head = strlen(coin), rest = strlen(tail) + 1;

	memcpy(out, coin, head);
	memcpy(out + head, tail, rest);
}

static struct instrument instrument_of(const struct row *row, ratio_t taker_fee)
{
	struct instrument instrument = {
		.status = INSTRUMENT_TRADING,
		.tick = row->tick,
		.lot = row->lot,
		.contract = row->contract,
		.min_qty = row->min_qty,
		.max_qty = row->max_qty,
		.min_notional = 5 * MONEY_ONE,
		.maintenance = row->maintenance_bps * BPS,
		.taker_fee = taker_fee,
		.listed_ms = LISTED_MS,
		.funding_every_ms = row->funding_hours * HOUR_MS,
	};

	join(instrument.name, row->coin, "/USDT:USDT");
	join(instrument.wire, row->coin, "USDT");
	instrument_settle(&instrument);
	return instrument;
}

void sim_universe_generate(struct universe *universe, size_t symbols, ratio_t taker_fee)
{
	size_t count = symbols < SIM_GENERATED_MAX ? symbols : SIM_GENERATED_MAX;

	universe->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct instrument next = instrument_of(&rows[i], taker_fee);
		size_t at = universe->count++;
		for (; at > 0 && strcmp(universe->at[at - 1].name, next.name) > 0; at--)
			universe->at[at] = universe->at[at - 1];
		universe->at[at] = next;
	}
}

struct sim_profile sim_profile_find(const char *name)
{
	for (size_t i = 0; i < SIM_GENERATED_MAX; i++) {
		size_t length = strlen(rows[i].coin);
		if (!strncmp(name, rows[i].coin, length) && name[length] == '/')
			return rows[i].profile;
	}
	return (struct sim_profile){.price = 100, .sigma = 50, .turnover = 5e5, .beta = 1};
}
