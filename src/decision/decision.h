/* SPDX-License-Identifier: MIT
 * Decide (rules.md section 3): from a signal and the market to a proposal that is worth its costs and sized
 * to the limits, or to the reason why not. Pure. It sizes with the numbers the gate will judge by, so a
 * well-formed proposal passes; it never judges, and the gate never resizes. */
#ifndef TRADEBOT_DECISION_DECISION_H
#define TRADEBOT_DECISION_DECISION_H

#include "tradebot/ticket.h"
#include "tradebot/record.h"

struct decision_settings {
	ratio_t edge;         /* least (target - costs) / (stop + costs) */
	ratio_t moved;        /* a proposal dies when the mid moved by more than this share of R */
	ms_t life_ms;         /* ... or when it is older */
	int64_t pause_bars;   /* no entry for so many bars after an exit */
	ratio_t leverage;     /* the setting orders are sent with, at most 2 */
	ratio_t margin_share; /* of the available margin that one entry may use */
};
extern const struct decision_settings decision_settings_default;

/* What one decision reads of the market. funding_rate: of the settlement at funding_ms, UNKNOWN if none was
 * heard. hold_ms: expected. */
struct decision_input {
	const struct signal *signal;
	const struct quote *quote;
	const struct instrument *instrument;
	price_t close;    /* of the bar that signalled */
	ratio_t slippage; /* recent mean entry slippage, >= 0 */
	ratio_t funding_rate;
	ms_t funding_ms, hold_ms;
	ms_t now_ms;
};

/* And of the account, for the size. scanned_exposure: notional of all scanner-picked positions. available:
 * free margin, UNKNOWN if it is. */
struct decision_account {
	const struct limits *limits;
	const struct desk *desk;
	const struct standing *standing;
	bool scanned;
	money_t scanned_exposure;
	money_t available;
	ratio_t weight; /* salience weight, 0..1 */
};

/* What a round trip costs, as a ratio of the entry price, rounded up: taker fee twice, spread, recent
 * slippage, and funding if a settlement falls inside the expected holding time and would be paid. */
ratio_t decision_costs(const struct decision_input *in);

/* Where it would enter and leave, and whether that is worth its costs, which three of four signals are not.
 * NOTE_ENTERED: *out is a proposal but for its size. Otherwise the reason (NOTE_QUOTE, NOTE_MOVED, NOTE_COSTS)
 * with limit and actual in *why (ratios for COSTS, ticks for MOVED), and *out has as much of the proposal as
 * there was. */
enum note decision_place(const struct decision_settings *settings, const struct decision_input *in,
			 struct enter *out, struct finding *why);

/* The size of what was placed. NOTE_ENTERED: *out is a proposal. NOTE_QUOTE: nobody knows what the account
 * has. NOTE_SIZE: too little, limit and actual in *why are lots. */
enum note decision_size(const struct decision_settings *settings, const struct decision_input *in,
			const struct decision_account *account, struct enter *out, struct finding *why);

/* The fewest lots an order may have at this price; VALUE_MAX if that cannot be told. */
qty_t decision_least_lots(const struct instrument *instrument, price_t entry);

/* The least C with which the sizing above can reach that many lots, when nothing else is open and the stop is
 * as near as stops may be. scanned: the scanner picked the symbol. VALUE_MAX if no C is enough. */
money_t decision_least_capital(const struct decision_settings *settings, const struct limits *limits,
			       const struct instrument *instrument, price_t entry, bool scanned);

#endif
