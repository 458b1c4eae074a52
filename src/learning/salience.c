/* SPDX-License-Identifier: MIT
 * Faded records per book x strategy x regime, and the score they make. Doubles, because a score only advises;
 * it is rounded to 1e-9 before it is compared with a threshold, so that the number shown is the number
 * judged. */
#include "salience.h"

#include <math.h>
#include <string.h>

#define R_CAPITAL 0.01 /* the R curve: 1 % of capital per R */
#define SHOWN_MAX 1e8  /* the largest average a row can show */

const struct learning_settings learning_settings_default = {
	.fade = 99 * RATIO_ONE / 100,
	.weight_insufficient = RATIO_ONE / 2,
	.weight_active = 3 * RATIO_ONE / 4,
	.minimum_trades = 20,
	.return_salience = 3 * RATIO_ONE / 10,
	.return_trades = 30,
};

static double clamp01(double value)
{
	if (value >= 1)
		return 1;
	return value > 0 ? value : 0;
}

double salience(double avg_r, double win, double trades, double drawdown, double variance)
{
	double r = clamp01((avg_r + 0.25) / 0.85);
	double w = clamp01((win - 0.25) / 0.35);
	double n = trades > 20 ? clamp01(log(trades / 20) / log(10)) : 0;
	double d = clamp01((drawdown - 0.05) / 0.20);
	double v = clamp01((variance - 2) / 6);

	return clamp01((0.4 * r + 0.3 * w + 0.2 * n) / 0.9 - 0.3 * d - 0.2 * v);
}

void learning_init(struct learning *learning)
{
	memset(learning, 0, sizeof(*learning));
}

static bool in_range(int64_t book, int64_t strategy, int64_t regime)
{
	return book >= 0 && book < BOOK_COUNT && strategy >= 0 && strategy < STRATEGY_COUNT && regime >= 0 &&
	       regime < REGIME_COUNT;
}

/* A double of the record as a ratio; the sign is kept, the size is bounded. */
static ratio_t shown(double value)
{
	double size = fabs(value) < SHOWN_MAX ? fabs(value) : SHOWN_MAX;
	ratio_t ratio = integer_near(size * (double)RATIO_ONE);

	return value < 0 ? -ratio : ratio;
}

static void cell_add(struct learning_cell *cell, const struct learning_settings *settings,
		     const struct trade *trade)
{
	double fade = (double)settings->fade / (double)RATIO_ONE;
	double r = (double)trade->r / (double)RATIO_ONE;
	double off = r - cell->mean_r;

	cell->trades++;
	cell->last_seq = trade->seq;
	cell->last_ms = trade->exit_ms;
	cell->weight = fade * cell->weight + 1;
	cell->mean_r += off / cell->weight;
	cell->square_r = fade * cell->square_r + off * (r - cell->mean_r);
	cell->win_rate += ((trade->net > 0 ? 1.0 : 0.0) - cell->win_rate) / cell->weight;
	cell->drawdown_now = fmax(0, fade * cell->drawdown_now - r);
	cell->drawdown_worst = fmax(fade * cell->drawdown_worst, cell->drawdown_now);
	cell->salience = shown(salience(cell->mean_r, cell->win_rate, (double)cell->trades,
					cell->drawdown_worst * R_CAPITAL, cell->square_r / cell->weight));
}

/* The median is kept, not looked for: it is asked for at each proposal and changes at each trade. */
static void holding_add(struct learning_holding *holding, ms_t held_ms)
{
	ms_t sorted[LEARNING_HOLDINGS];

	holding->last_ms[holding->count++ % LEARNING_HOLDINGS] = held_ms;
	if (holding->count < LEARNING_HOLDINGS)
		return;
	for (size_t n = 0; n < LEARNING_HOLDINGS; n++) {
		size_t i = n;
		for (; i > 0 && sorted[i - 1] > holding->last_ms[n]; i--)
			sorted[i] = sorted[i - 1];
		sorted[i] = holding->last_ms[n];
	}
	holding->median_ms = (sorted[LEARNING_HOLDINGS / 2 - 1] + sorted[LEARNING_HOLDINGS / 2]) / 2;
}

/* A record ends, an empty one begins. */
static void cell_renew(struct learning_cell *cell, ms_t now_ms)
{
	*cell = (struct learning_cell){.ended = cell->ended + 1, .since_ms = now_ms};
}

/* Which way the trade moved the books' doors: archived now, or back from it. */
static void settle_standing(struct learning *learning, const struct learning_settings *settings,
			    const struct trade *trade, struct learning_news *news)
{
	struct learning_cell *main_cell = &learning->cell[BOOK_MAIN][trade->strategy][trade->regime];
	struct learning_cell *shadow = &learning->cell[BOOK_SHADOW][trade->strategy][trade->regime];

	if (trade->book == BOOK_MAIN && !main_cell->archived &&
	    main_cell->trades >= settings->minimum_trades && main_cell->salience < SALIENCE_ARCHIVED) {
		main_cell->archived = 1;
		cell_renew(shadow, trade->exit_ms);
	} else if (trade->book == BOOK_SHADOW && main_cell->archived &&
		   shadow->trades >= settings->return_trades &&
		   shadow->salience >= settings->return_salience) {
		cell_renew(main_cell, trade->exit_ms);
		news->returned = true;
	} else {
		return;
	}
	news->rows[1] = learning_score(learning, settings, trade->book == BOOK_MAIN ? BOOK_SHADOW : BOOK_MAIN,
				       trade->strategy, trade->regime);
	news->count = 2;
}

bool learning_trade(struct learning *learning, const struct learning_settings *settings,
		    const struct trade *trade, struct learning_news *news)
{
	struct learning_cell *cell;

	*news = (struct learning_news){0};
	if (!in_range(trade->book, trade->strategy, trade->regime) || trade->r < -VALUE_MAX ||
	    trade->r > VALUE_MAX)
		return false;
	cell = &learning->cell[trade->book][trade->strategy][trade->regime];
	if (trade->entry_ms < cell->since_ms)
		return false;
	enum score_standing before = (enum score_standing)learning_score(learning, settings, trade->book,
									 trade->strategy, trade->regime)
					     .standing;
	cell_add(cell, settings, trade);
	if (trade->book == BOOK_MAIN && trade->exit_ms >= trade->entry_ms)
		holding_add(&learning->holding[trade->strategy], trade->exit_ms - trade->entry_ms);
	news->count = 1;
	settle_standing(learning, settings, trade, news);
	news->rows[0] = learning_score(learning, settings, trade->book, trade->strategy, trade->regime);
	news->changed = news->rows[0].standing != (int64_t)before;
	return true;
}

static enum score_standing standing_of(const struct learning_cell *cell,
				       const struct learning_settings *settings)
{
	if (cell->trades == 0 || cell->trades < settings->minimum_trades)
		return STANDING_INSUFFICIENT;
	if (cell->archived || cell->salience < SALIENCE_ARCHIVED)
		return STANDING_ARCHIVED;
	return cell->salience > SALIENCE_PROMOTED ? STANDING_PROMOTED : STANDING_ACTIVE;
}

static ratio_t weight_of(enum score_standing standing, const struct learning_settings *settings)
{
	switch (standing) {
	case STANDING_INSUFFICIENT: return settings->weight_insufficient;
	case STANDING_ARCHIVED: return 0;
	case STANDING_PROMOTED: return RATIO_ONE;
	default: return settings->weight_active;
	}
}

struct score learning_score(const struct learning *learning, const struct learning_settings *settings,
			    int64_t book, int64_t strategy, int64_t regime)
{
	struct score score = {
		.book = book,
		.strategy = strategy,
		.regime = regime,
		.standing = STANDING_INSUFFICIENT,
		.salience = UNKNOWN,
		.weight = settings->weight_insufficient,
		.mean_r = UNKNOWN,
		.win_rate = UNKNOWN,
		.drawdown = UNKNOWN,
		.variance_r = UNKNOWN,
	};
	const struct learning_cell *cell;

	score.record = 1;
	if (!in_range(book, strategy, regime))
		return score;
	cell = &learning->cell[book][strategy][regime];
	score.record = cell->ended + 1;
	score.at_ms = score.since_ms = cell->since_ms;
	if (cell->trades == 0)
		return score;
	score.trade_seq = cell->last_seq;
	score.trades = cell->trades;
	score.at_ms = cell->last_ms;
	score.mean_r = shown(cell->mean_r);
	score.win_rate = shown(cell->win_rate);
	score.drawdown = shown(cell->drawdown_worst * R_CAPITAL);
	score.variance_r = shown(cell->square_r / cell->weight);
	if (cell->trades < settings->minimum_trades)
		return score;
	score.salience = cell->salience;
	score.standing = standing_of(cell, settings);
	score.weight = weight_of((enum score_standing)score.standing, settings);
	return score;
}

ratio_t learning_weight(const struct learning *learning, const struct learning_settings *settings,
			int64_t book, int64_t strategy, int64_t regime)
{
	if (!in_range(book, strategy, regime))
		return settings->weight_insufficient;
	return weight_of(standing_of(&learning->cell[book][strategy][regime], settings), settings);
}

ms_t learning_holding_ms(const struct learning *learning, int64_t strategy)
{
	if (strategy < 0 || strategy >= STRATEGY_COUNT ||
	    learning->holding[strategy].count < LEARNING_HOLDINGS)
		return LEARNING_HOLDING_MS;
	return learning->holding[strategy].median_ms;
}
