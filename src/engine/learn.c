/* SPDX-License-Identifier: MIT
 * LEARN and roll-out: a closed trade moves the scores, the stage and, while the account is not promoted, the
 * evidence for it. Every move is told with the numbers that caused it. */
#include "engine_internal.h"

/* Trades of the shadow book made at stage shadow are the evidence of an unpromoted account. */
static bool is_evidence(const struct engine *e, const struct trade *trade)
{
	return e->set.need_promotion && e->stage.stage == STAGE_SHADOW && trade->book == BOOK_SHADOW &&
	       trade->stage == STAGE_SHADOW;
}

static void begin_evidence(struct engine *e, ms_t since_ms)
{
	promotion_init(&e->promotion, since_ms);
	e->promotion_told = UNKNOWN;
}

void engine_on_stage(struct engine *e, const struct stage_change *change)
{
	wants_record(e->wants, RECORD_STAGE)->stage = *change;
	engine_note(e, NOTE_STAGE, SYM_NONE, REFUSAL_NONE, change->stage, change->from_stage);
	if (change->stage != STAGE_SHADOW || !e->set.need_promotion)
		return;
	begin_evidence(e, change->at_ms);
	engine_tell_promotion(e, change->at_ms);
}

void engine_tell_promotion(struct engine *e, ms_t at_ms)
{
	struct promotion_record record = promotion_record(&e->promotion, &e->set.promotion);
	struct stage_change change;

	if (record.missing == e->promotion_told)
		return;
	e->promotion_told = record.missing;
	record.seq = ++e->promotion_seq;
	record.at_ms = at_ms;
	wants_record(e->wants, RECORD_PROMOTION)->promotion = record;
	engine_note(e, NOTE_PROMOTION, SYM_NONE, REFUSAL_NONE, record.missing, record.trades);
	if (record.earned && stage_promote(&e->stage, &e->set.stage, &record, at_ms, &change))
		engine_on_stage(e, &change);
}

void engine_begin_stage(struct engine *e)
{
	struct stage_change change;

	if (stage_begin(&e->stage, &e->set.stage, e->now_ms, e->desk.nav, &change))
		engine_on_stage(e, &change);
}

/* The operator's word, in one direction only: one stage down, whatever speaks for the present one. */
void engine_lower_stage(struct engine *e)
{
	static const ratio_t below[] = {STAGE_25, STAGE_10, STAGE_5, STAGE_SHADOW};
	struct stage_change change;

	for (size_t i = 0; i < sizeof below / sizeof below[0]; i++)
		if (below[i] < e->stage.stage) {
			if (stage_lower(&e->stage, &e->set.stage, below[i], e->now_ms, &change))
				engine_on_stage(e, &change);
			return;
		}
}

void engine_flush_stage(struct engine *e)
{
	struct stage_peak peak;

	if (stage_peak_record(&e->stage, &peak))
		wants_record(e->wants, RECORD_STAGE_PEAK)->stage_peak = peak;
}

void engine_learn(struct engine *e, const struct trade *trade)
{
	struct learning_news news;
	struct stage_change change;

	if (learning_trade(&e->learning, &e->set.learning, trade, &news)) {
		for (size_t i = 0; i < news.count; i++)
			wants_record(e->wants, RECORD_SCORE)->score = news.rows[i];
		if (news.changed && trade->book == BOOK_MAIN) /* a shadow's standing decides nothing */
			engine_note(e, NOTE_SCORE, (sym_t)trade->sym, REFUSAL_NONE, news.rows[0].standing,
				    news.rows[0].salience);
		if (news.returned)
			engine_note(e, NOTE_RETURNED, (sym_t)trade->sym, REFUSAL_NONE, news.rows[0].salience,
				    news.rows[0].trades);
	}
	if (stage_trade(&e->stage, &e->set.stage, trade, &change))
		engine_on_stage(e, &change);
	if (is_evidence(e, trade) && promotion_trade(&e->promotion, trade))
		engine_tell_promotion(e, trade->exit_ms);
}

/* A stage that was only ever set by an option is no stage that was earned: where a promotion is asked for,
 * the account begins in shadow. */
static void restore_stage(struct engine *e, const struct stage_change *record)
{
	if (e->set.need_promotion && record->reason == STAGE_REASON_START && record->stage != STAGE_SHADOW) {
		stage_init(&e->stage, STAGE_SHADOW, false);
		e->stage.seq = record->seq;
		return;
	}
	stage_restore(&e->stage, record);
	if (record->stage == STAGE_SHADOW)
		begin_evidence(e, record->at_ms);
}

/* Reading back: the same folds, and nothing is told. */
void engine_learn_restored(struct engine *e, const struct record *record)
{
	struct learning_news ignored;

	switch (record->kind) {
	case RECORD_STAGE: restore_stage(e, &record->stage); break;
	case RECORD_STAGE_PEAK: stage_restore_peak(&e->stage, &record->stage_peak); break;
	case RECORD_PROMOTION:
		e->promotion_seq = record->promotion.seq;
		if (record->promotion.since_ms == e->promotion.since_ms)
			e->promotion_told = record->promotion.missing;
		if (record->promotion.earned == 1)
			stage_baseline(&e->stage, record->promotion.drawdown, record->promotion.slippage);
		break;
	case RECORD_TRADE:
		learning_trade(&e->learning, &e->set.learning, &record->trade, &ignored);
		stage_note_trade(&e->stage, &record->trade);
		if (is_evidence(e, &record->trade))
			promotion_trade(&e->promotion, &record->trade);
		break;
	case RECORD_EQUITY: stage_note_day(&e->stage, &record->equity); break;
	default: break;
	}
}
