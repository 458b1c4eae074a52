/* SPDX-License-Identifier: MIT
 * Entry slippage per symbol over a sliding window. Integers: the mean is compared exactly. */
#include "slippage.h"

#include <string.h>

void slippage_init(struct slippage *slippage)
{
	memset(slippage, 0, sizeof(*slippage));
}

static ratio_t window_mean(const struct slippage_window *window, const struct limits *limits, ms_t now,
			   int64_t *fills)
{
	int64_t kept = window->count < SLIPPAGE_FILLS ? window->count : SLIPPAGE_FILLS;
	int64_t sum = 0; /* at most 64 x 1e9 */
	ratio_t mean;

	*fills = 0;
	for (int64_t back = 1; back <= kept; back++) { /* from the newest on: few of them are young */
		int64_t i = (window->count - back) % SLIPPAGE_FILLS;
		if (now - window->fill[i].newest_ms >= limits->slippage_window_ms)
			break;
		if (now - window->fill[i].at_ms >= limits->slippage_window_ms)
			continue;
		sum += window->fill[i].slippage;
		++*fills;
	}
	if (*fills == 0)
		return 0;
	mean = sum / *fills;
	return mean + (sum > mean * *fills); /* C truncates toward 0: up for losses, already up for gains */
}

bool slippage_step(struct slippage *slippage, const struct limits *limits, const struct fill *fill)
{
	struct slippage_window *window;
	int64_t fills, at, before;

	if (fill->role != ROLE_ENTRY || fill->book != BOOK_MAIN || fill->sym < 0 ||
	    fill->sym >= SYMBOLS_MAX || fill->slippage < -RATIO_ONE || fill->slippage > RATIO_ONE)
		return false;
	window = &slippage->of[fill->sym];
	at = window->count % SLIPPAGE_FILLS;
	before = (window->count + SLIPPAGE_FILLS - 1) % SLIPPAGE_FILLS;
	window->fill[at].newest_ms = window->count > 0 && window->fill[before].newest_ms > fill->at_ms
					     ? window->fill[before].newest_ms
					     : fill->at_ms;
	window->fill[at].at_ms = fill->at_ms;
	window->fill[at].slippage = fill->slippage;
	window->count++;
	if (window_mean(window, limits, fill->at_ms, &fills) <= limits->slippage ||
	    fills < limits->slippage_fills)
		return false;
	window->count = 0;
	window->until_ms = fill->at_ms + limits->slippage_close_ms;
	return true;
}

ratio_t slippage_mean(const struct slippage *slippage, const struct limits *limits, sym_t sym, ms_t now,
		      int64_t *fills)
{
	return window_mean(&slippage->of[sym], limits, now, fills);
}

ms_t slippage_until_ms(const struct slippage *slippage, sym_t sym)
{
	return slippage->of[sym].until_ms;
}
