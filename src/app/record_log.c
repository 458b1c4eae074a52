/* SPDX-License-Identifier: MIT
 * See record_log.h. Prices and sizes are decimals on the instrument's grids, money is USDT. */
#include "record_log.h"

#include "decision_words.h"
#include "log.h"
#include "note_log.h"
#include "show.h"

#include <stdio.h>

static bool is_a_state(int64_t rule)
{
	switch ((enum refusal)rule) {
	case REFUSAL_LOCKED:
	case REFUSAL_PAUSED:
	case REFUSAL_OPERATOR_HALT:
	case REFUSAL_DAY_HALTED:
	case REFUSAL_COOLDOWN:
	case REFUSAL_NOT_READY:
	case REFUSAL_SAFE_CONFIDENCE: return true;
	default: return false;
	}
}

static const char *word(enum field_unit unit, int64_t value)
{
	const char *text = field_text(unit, value);

	return text != NULL ? text : "?";
}

/* What a shadow does is not the account's. */
static const char *of_book(int64_t book)
{
	return book == BOOK_MAIN ? "" : ", shadow";
}

static void log_refusal(const struct decision *d, const struct instrument *i, enum log_level level)
{
	char words[DECISION_WORDS_MAX], sure[SHOW_MAX];

	decision_words(d, i, words);
	show_ratio(d->confidence, 2, sure);
	log_line(d->at_ms, level, "risk", "%s %s, %s (%s, confidence %s%s)", i->name,
		 word(FIELD_SIDE, d->side), words, word(FIELD_STRATEGY, d->strategy), sure, of_book(d->book));
}

/* approved BTC/USDT:USDT short 0.014 (816.90 USDT) at 58350.4, stop 58580.0, target 58000.0 (breakout,
 * confidence 0.66) */
static void log_decision(const struct decision *d, const struct instrument *i, enum log_level level)
{
	char qty[SHOW_MAX], entry[SHOW_MAX], stop[SHOW_MAX], target[SHOW_MAX], value[SHOW_MAX],
		sure[SHOW_MAX];

	if (d->verdict == VERDICT_NO_TRADE)
		return;
	if (d->verdict == VERDICT_REFUSED && is_a_state(d->rule))
		level = LOG_DEBUG;
	if (!log_takes(level)) /* making the words costs more than all that led to them */
		return;
	if (d->verdict == VERDICT_REFUSED) {
		log_refusal(d, i, level);
		return;
	}
	show_ratio(d->confidence, 2, sure);
	show_qty(d->qty, i, qty);
	show_money(notional_up(i, d->entry, d->qty), 2, value);
	show_price(d->entry, i, entry);
	show_price(d->stop, i, stop);
	show_price(d->target, i, target);
	log_line(d->at_ms, level, "risk",
		 "approved %s %s %s (%s USDT) at %s, stop %s, target %s (%s, confidence %s%s)", i->name,
		 word(FIELD_SIDE, d->side), qty, value, entry, stop, target,
		 word(FIELD_STRATEGY, d->strategy), sure, of_book(d->book));
}

/* filled BTC/USDT:USDT entry: sold 0.014 at 58350.4, fee 0.45 USDT, slippage 0.30 bps */
static void log_fill(const struct fill *f, const struct instrument *i, enum log_level level)
{
	char qty[SHOW_MAX], price[SHOW_MAX], fee[SHOW_MAX], slip[64] = "";

	if (!log_takes(level))
		return;
	show_qty(f->qty, i, qty);
	show_price(f->price, i, price);
	show_money(f->fee, 2, fee);
	if (f->slippage != UNKNOWN)
		snprintf(slip, sizeof slip, ", slippage %.2f bps",
			 (double)f->slippage * 1e4 / (double)RATIO_ONE);
	log_line(f->at_ms, level, "execute", "filled %s %s: %s %s at %s, fee %s USDT%s%s%s%s", i->name,
		 word(FIELD_ROLE, f->role), f->side == SIDE_LONG ? "bought" : "sold", qty, price, fee, slip,
		 f->reason != EXIT_NONE ? ", " : "",
		 f->reason != EXIT_NONE ? word(FIELD_EXIT, f->reason) : "", of_book(f->book));
}

/* closed BTC/USDT:USDT short 0.014, 58350.40 -> 58587.40: stop, net -4.22 USDT, -1.03 R, after 00:06:59
 * (breakout) */
static void log_trade(const struct trade *t, const struct instrument *i, enum log_level level)
{
	char qty[SHOW_MAX], entry[SHOW_MAX], exit[SHOW_MAX], net[SHOW_MAX], r[SHOW_MAX], length[SHOW_MAX];

	show_qty(t->qty, i, qty);
	show_average(t->entry_cost, t->qty, i, entry);
	show_average(t->exit_value, t->qty, i, exit);
	show_money(t->net, 2, net);
	show_ratio(t->r, 2, r);
	show_length(t->exit_ms - t->entry_ms, length);
	log_line(t->exit_ms, level, "trade",
		 "closed %s %s %s, %s -> %s: %s, net %s USDT, %s R, after %s (%s%s)", i->name,
		 word(FIELD_SIDE, t->side), qty, entry, exit, word(FIELD_EXIT, t->exit_reason), net, r,
		 length, word(FIELD_STRATEGY, t->strategy), of_book(t->book));
}

/* score: breakout in high_vol is archived (salience 0.18, mean R -0.21, 156 trades) */
static void log_score(ms_t at_ms, const struct score *s)
{
	char salience[SHOW_MAX], mean[SHOW_MAX];

	show_ratio(s->salience, 2, salience);
	show_ratio(s->mean_r, 2, mean);
	log_line(at_ms, LOG_INFO, "learn",
		 "score: %s in %s is %s (salience %s, mean R %s, %lld trades, book %s)",
		 word(FIELD_STRATEGY, s->strategy), word(FIELD_REGIME, s->regime),
		 word(FIELD_STANDING, s->standing), salience, mean, (long long)s->trades,
		 word(FIELD_BOOK, s->book));
}

void record_log(const struct record *record, const struct universe *universe, bool quiet)
{
	static struct score last_score; /* the note of a changed standing follows the score it is about */
	enum log_level level = quiet ? LOG_DEBUG : LOG_INFO;

	switch (record->kind) {
	case RECORD_DECISION:
		log_decision(&record->decision, &universe->at[record->decision.sym], level);
		break;
	case RECORD_FILL: log_fill(&record->fill, &universe->at[record->fill.sym], level); break;
	case RECORD_TRADE: log_trade(&record->trade, &universe->at[record->trade.sym], level); break;
	case RECORD_SCORE: last_score = record->score; break;
	case RECORD_NOTE:
		if (record->note.note == NOTE_SCORE)
			log_score(record->note.at_ms, &last_score);
		else
			note_log(&record->note, universe, quiet);
		break;
	default: break;
	}
}
