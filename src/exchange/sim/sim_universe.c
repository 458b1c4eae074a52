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
	int64_t maintenance_bps;
	struct sim_profile profile;
} rows[] = {
	/* coin       tick     lot     contract  min  max        mmr  price   sigma turnover  beta */
	{"BTC", {1, 1}, {1, 3}, {1, 0}, 1, 120000, 40, {60000, 34, 9e6, 1.0}},
	{"ETH", {1, 2}, {1, 3}, {1, 0}, 1, 2000000, 50, {3000, 36, 7e6, 1.2}},
	{"SOL", {1, 3}, {1, 1}, {1, 0}, 1, 500000, 50, {150, 48, 2.5e6, 1.4}},
	{"XRP", {1, 4}, {1, 1}, {1, 0}, 1, 20000000, 50, {2.2, 46, 1.6e6, 1.2}},
	{"BNB", {1, 2}, {1, 2}, {1, 0}, 1, 200000, 65, {620, 42, 9e5, 0.9}},
	{"DOGE", {1, 5}, {1, 0}, {1, 0}, 1, 30000000, 65, {0.2, 52, 1.2e6, 1.4}},
	{"ETC", {1, 3}, {1, 1}, {10, 0}, 1, 100000, 100, {21, 50, 6e5, 1.2}},
	{"1000PEPE", {1, 7}, {100, 0}, {1, 0}, 1, 5000000, 100, {0.011, 68, 1.0e6, 1.6}},
	{"LINK", {1, 3}, {1, 1}, {1, 0}, 1, 500000, 75, {16, 50, 8e5, 1.3}},
	{"ADA", {1, 4}, {1, 0}, {1, 0}, 1, 8000000, 75, {0.75, 50, 8e5, 1.3}},
	{"AVAX", {1, 3}, {1, 0}, {1, 0}, 1, 200000, 75, {22, 54, 6e5, 1.4}},
	{"LTC", {1, 2}, {1, 3}, {1, 0}, 1, 20000000, 65, {95, 38, 5e5, 1.0}},
	{"SUI", {1, 4}, {1, 1}, {1, 0}, 1, 5000000, 100, {3.6, 62, 9e5, 1.5}},
	{"DOT", {1, 3}, {1, 0}, {1, 0}, 1, 1000000, 75, {4.2, 50, 3.5e5, 1.3}},
	{"BCH", {1, 2}, {1, 3}, {1, 0}, 1, 3000000, 75, {410, 44, 4e5, 1.1}},
	{"NEAR", {1, 3}, {1, 0}, {1, 0}, 1, 1000000, 100, {2.8, 58, 3.5e5, 1.4}},
	{"APT", {1, 3}, {1, 1}, {1, 0}, 1, 3000000, 100, {5.1, 58, 3e5, 1.4}},
	{"ARB", {1, 4}, {1, 1}, {1, 0}, 1, 40000000, 100, {0.42, 60, 3e5, 1.4}},
	{"OP", {1, 4}, {1, 1}, {1, 0}, 1, 20000000, 100, {0.75, 60, 2.5e5, 1.4}},
	{"UNI", {1, 3}, {1, 0}, {1, 0}, 1, 500000, 75, {7.5, 54, 3e5, 1.3}},
	{"ATOM", {1, 3}, {1, 2}, {1, 0}, 1, 50000000, 100, {4.6, 50, 2e5, 1.2}},
	{"FIL", {1, 3}, {1, 1}, {1, 0}, 1, 5000000, 100, {2.7, 52, 2e5, 1.2}},
	{"TRX", {1, 5}, {1, 0}, {1, 0}, 1, 30000000, 75, {0.27, 46, 4e5, 0.6}},
	{"XLM", {1, 5}, {1, 0}, {1, 0}, 1, 30000000, 100, {0.29, 48, 2.5e5, 1.2}},
	{"AAVE", {1, 2}, {1, 1}, {1, 0}, 1, 100000, 75, {250, 54, 4e5, 1.3}},
	{"INJ", {1, 3}, {1, 1}, {1, 0}, 1, 1000000, 100, {12.5, 62, 2e5, 1.5}},
	{"TIA", {1, 4}, {1, 0}, {1, 0}, 1, 1000000, 100, {2.3, 64, 2e5, 1.5}},
	{"SEI", {1, 4}, {1, 0}, {1, 0}, 1, 20000000, 100, {0.22, 62, 1.5e5, 1.4}},
	{"WLD", {1, 4}, {1, 0}, {1, 0}, 1, 10000000, 100, {1.1, 66, 3e5, 1.5}},
	{"ICP", {1, 3}, {1, 0}, {1, 0}, 1, 500000, 100, {5.4, 52, 1.5e5, 1.2}},
	{"HBAR", {1, 5}, {1, 0}, {1, 0}, 1, 50000000, 100, {0.18, 56, 2.5e5, 1.3}},
	{"ALGO", {1, 4}, {1, 1}, {1, 0}, 1, 90000000, 100, {0.2, 52, 1.2e5, 1.2}},
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
		.funding_every_ms = 8 * HOUR_MS,
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
