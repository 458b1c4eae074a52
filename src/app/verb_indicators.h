/* SPDX-License-Identifier: MIT
 * The body of `tradebotd indicators`, apart from the command line so that tests can call it. */
#ifndef APP_VERB_INDICATORS_H
#define APP_VERB_INDICATORS_H

#include <stdio.h>

#include "candle_text.h"
#include "series.h"

#define INDICATORS_HEADER                                                                                    \
	"ts_ms,sma10,sma30,bb_mid,bb_upper,bb_lower,atr14,hh20,ll20,sigma20,vol_pct,er100,regime,signals"

/* A header and one CSV line a bar: prices in price units, vol_pct in percent, hh20 and ll20 of the 20 bars
 * before the line's; empty where there is no value yet. series is working memory. EXIT_DONE, or EXIT_FAILED
 * when out could not be written. */
int indicators_print(const struct candle_table *table, const struct signal_settings *settings,
		     struct series *series, FILE *out);

#endif
