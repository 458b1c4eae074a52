/* SPDX-License-Identifier: MIT
 * What the probe order hears: one symbol's market, what is in the account, its own orders and fills. Pure:
 * events in, nothing out. */
#ifndef TRADEBOT_APP_PROBE_BOOK_H
#define TRADEBOT_APP_PROBE_BOOK_H

#include "series.h"
#include "tradebot/event.h"

#define PROBE_ORDERS_MAX 128 /* of one probe: entry, stops, targets, a reduce a second for a minute */

struct probe_order {
	int64_t id;
	int64_t state; /* enum order_state; INTENT: nothing was told of it */
	qty_t qty, filled;
	price_t price; /* trigger of a stop or target, as it is told */
	int64_t absences;
	ms_t sent_ms; /* ours */
	char reason[48];
};

enum probe_list { PROBE_POSITIONS = 1, PROBE_OPEN_ORDERS = 2, PROBE_BALANCE = 4, PROBE_LISTS = 7 };
struct probe_book {
	sym_t sym;
	const struct instrument *instrument; /* the owner's; follows EVENT_INSTRUMENT */
	const struct signal_settings *signal;
	bool regridded; /* it has changed since probe_book_begin */

	struct quote quote; /* all but spread and volatility */
	struct series series;
	bool history; /* it has been told */

	bool up;
	ms_t off_ms; /* of their clock; UNKNOWN */
	char trouble[64];

	money_t equity, wallet; /* of USDT; UNKNOWN */
	int64_t side;
	qty_t qty; /* of the position, as last listed; UNKNOWN: it was not */
	ratio_t leverage;
	int64_t lists;               /* bits of enum probe_list: told since they were last asked for */
	bool listed_ours;            /* the list of positions, which is being told, has the symbol */
	int64_t foreign;             /* orders in the symbol that are not the probe's, in the last list */
	int64_t positions;           /* in other symbols */
	money_t others[SYMBOLS_MAX]; /* what they were bought or sold for; UNKNOWN: not told; 0: none */

	size_t order_count;
	struct probe_order orders[PROBE_ORDERS_MAX];
	qty_t bought, sold;
	money_t cost, proceeds, fees; /* of both; fees: paid > 0 */
};

/* Of no symbol yet: it hears the link. signal outlives it. */
void probe_book_init(struct probe_book *book, const struct signal_settings *signal);
/* From now on of this one. instrument outlives it. */
void probe_book_begin(struct probe_book *book, sym_t sym, const struct instrument *instrument);
void probe_book_hear(struct probe_book *book, const struct event *event);
/* Before positions, orders and balance are asked for. */
void probe_book_ask_lists(struct probe_book *book);

/* An order of the probe's that is about to be sent; NULL: too many. */
struct probe_order *probe_book_add(struct probe_book *book, int64_t id, ms_t now_ms);
/* NULL: none of the probe's. */
struct probe_order *probe_book_find(struct probe_book *book, int64_t id);
/* What it holds by its own fills. */
qty_t probe_book_own(const struct probe_book *book);
/* The quote as the gate wants it. */
struct quote probe_book_quote(const struct probe_book *book);
/* Of all symbols but this one. UNKNOWN: of one it was not told. */
money_t probe_book_exposure(const struct probe_book *book);

#endif
