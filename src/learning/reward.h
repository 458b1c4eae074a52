/* SPDX-License-Identifier: MIT
 * The reward of one closed trade: journalled with it, for analysis and for optimisation runs. It decides
 * nothing while trading. Pure integers; every term is a share of C at entry.
 *
 *   reward = net / C - 2 x drawdown increase - volatility exposure - 0.5 x size excess - breach
 *
 * net / C is the change of equity before costs, less costs (fees and funding): costs are counted once.
 * Drawdown increase: the account's drawdown at exit less that at the decision to enter, when it grew.
 * Volatility exposure: approved risk / C x (P - 50 %), when the percentile P at the signal was above the
 * median. Size excess: what the position was worth at entry over its allowed share of C. Breach: the trade
 * closed on a day whose loss reached the daily limit. A risk violation is no number: it ends an optimisation
 * run. */
#ifndef LEARNING_REWARD_H
#define LEARNING_REWARD_H

#include "tradebot/order.h"

struct reward_settings {
	ratio_t drawdown_weight; /* 2 */
	ratio_t size_weight;     /* 0.5 */
	ratio_t breach;          /* 1: as bad as losing all of C */
	ratio_t position_share;  /* of C that one position may be worth; 0.20, as sizing has it */
};
extern const struct reward_settings reward_settings_default;

/* Rounded against us (gains down, penalties up). UNKNOWN if C is not known or anything is out of range. A
 * trade of unknown volatility has no volatility term. All of its causes are columns of the trade. */
ratio_t reward_of(const struct trade *trade, const struct reward_settings *settings);

#endif
