/* SPDX-License-Identifier: MIT
 * What the gate would say: orders of a CSV file, judged by the same risk_assess and ladder_step that live
 * trading and backtests call. What a column does not tell stays unknown and is printed as not judged. */
#ifndef APP_JUDGE_H
#define APP_JUDGE_H

#include "tradebot/instrument.h"
#include "tradebot/limits.h"

#include <stdio.h>

struct judge_options {
	struct limits limits;
	ratio_t taker_fee; /* of notional, paid at the entry and at the stop */
	/* The grids of the instrument: a price or size between two steps is refused. A step of 0: not given;
	 * then prices are read to 1e-8 (1e-11 where a row needs it), sizes to 1e-8, and finer digits are
	 * rounded against the order. */
	struct grid tick, lot;
};

/* Judges every row of text (len bytes, borrowed) and writes one CSV line for each to out, after a header: id,
 * verdict, rule, limit, actual, largest_qty, not_judged. Limits and actual values are in the unit of their
 * column. Warnings and usage errors go to err. EXIT_DONE, or EXIT_USAGE if the header or a grid is not
 * usable. */
int judge_csv(const char *text, size_t len, const struct judge_options *options, FILE *out, FILE *err);

#endif
