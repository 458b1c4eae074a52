/* SPDX-License-Identifier: MIT
 * Which signals of a round are decided, in what order, and in which book. */
#include "engine_internal.h"
#include "stand.h"

#define MANY 90
#define MOST 64 /* candidates of one round */

/* A round of so many symbols with signals; confidence rises with the index. */
static void a_round(size_t count)
{
	universe.count = count;
	for (size_t i = 2; i < count; i++) {
		universe.at[i] = universe.at[0];
		snprintf(universe.at[i].name, sizeof universe.at[i].name, "S%zu/USDT:USDT", i);
	}
	engine = realloc(engine, engine_bytes(count));
	memset(engine, 0, engine_bytes(count));
	engine_init(engine, &settings, &universe);
	engine->wants = &wants;
	engine->now_ms = now;
	for (size_t i = 0; i < count; i++) {
		struct engine_symbol *s = &engine->symbols[i];
		s->watched = true;
		s->delivered_ms = engine->round_ms;
		s->regime = REGIME_HIGH_VOL;
		s->signal = (struct signal){.strategy = STRATEGY_BREAKOUT,
					    .side = SIDE_LONG,
					    .confidence = RATIO_ONE / 2 + (ratio_t)i * 1000};
	}
}

/* The decisions of the round, first to last. */
static size_t decide(const struct decision *out[TURN_RECORDS_MAX])
{
	size_t count = 0;

	wants.record_count = wants.intent_count = 0;
	engine_decide(engine);
	for (size_t i = 0; i < wants.record_count; i++)
		if (wants.records[i].kind == RECORD_DECISION)
			out[count++] = &wants.records[i].decision;
	return count;
}

static void archive(int64_t strategy, enum regime regime)
{
	struct learning_news news;

	for (int i = 0; i < 20; i++) {
		struct trade trade = {.strategy = strategy,
				      .regime = regime,
				      .seq = i + 1,
				      .entry_ms = i,
				      .exit_ms = i + 1,
				      .net = -MONEY_ONE,
				      .r = -RATIO_ONE};
		assert_true(learning_trade(&engine->learning, &engine->set.learning, &trade, &news));
	}
	assert_int_equal(news.rows[0].standing, STANDING_ARCHIVED);
}

static void of_more_signals_than_fit_the_best_are_decided_best_first(void **state)
{
	const struct decision *decisions[TURN_RECORDS_MAX];

	(void)state;
	a_round(MANY);
	assert_int_equal(decide(decisions), MOST);
	for (int i = 0; i < MOST; i++)
		assert_int_equal(decisions[i]->sym, MANY - 1 - i);
	assert_int_equal(decide(decisions), 0); /* a signal is used once, the dropped ones too */
}

static void what_is_archived_is_decided_in_the_shadow_book_after_everything_else(void **state)
{
	const struct decision *decisions[TURN_RECORDS_MAX];

	(void)state;
	settings.shadow = true;
	a_round(4);
	archive(STRATEGY_BREAKOUT, REGIME_HIGH_VOL);
	for (int i = 0; i < 2; i++) { /* the two weakest are of a strategy that may trade */
		engine->symbols[i].signal.strategy = STRATEGY_TREND;
		engine->symbols[i].regime = REGIME_TRENDING;
	}
	assert_int_equal(decide(decisions), 4);
	static const int64_t order[] = {1, 0, 3, 2};
	for (int i = 0; i < 4; i++) {
		assert_int_equal(decisions[i]->sym, order[i]);
		assert_int_equal(decisions[i]->book, i < 2 ? BOOK_MAIN : BOOK_SHADOW);
	}
}

static void shadows_never_crowd_out_what_is_meant(void **state)
{
	const struct decision *decisions[TURN_RECORDS_MAX];
	size_t own = 0;

	(void)state;
	settings.shadow = true;
	a_round(MANY);
	archive(STRATEGY_BREAKOUT, REGIME_HIGH_VOL);
	engine->symbols[0].signal.strategy = STRATEGY_TREND; /* the weakest of all */
	engine->symbols[0].regime = REGIME_TRENDING;
	assert_int_equal(decide(decisions), MOST);
	for (int i = 0; i < MOST; i++)
		own += decisions[i]->book == BOOK_MAIN;
	assert_int_equal(own, 1);
	assert_int_equal(decisions[0]->sym, 0);
}

static void without_a_shadow_venue_what_is_archived_is_dropped(void **state)
{
	const struct decision *decisions[TURN_RECORDS_MAX];

	(void)state;
	a_round(1);
	archive(STRATEGY_BREAKOUT, REGIME_HIGH_VOL);
	assert_int_equal(decide(decisions), 1);
	assert_int_equal(decisions[0]->note, NOTE_ARCHIVED);
	assert_int_equal(decisions[0]->book, BOOK_MAIN);
}

static void an_unpromoted_account_decides_everything_in_shadow(void **state)
{
	const struct decision *decisions[TURN_RECORDS_MAX];

	(void)state;
	settings.shadow = settings.need_promotion = true;
	a_round(3);
	assert_int_equal(decide(decisions), 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(decisions[i]->book, BOOK_SHADOW);
}

static void the_depth_is_what_a_quote_or_the_news_of_it_said_last(void **state)
{
	const struct quote *quote = &engine->symbols[0].quote;

	(void)state;
	ticker(0, 10000); /* a quote without depth, then the depth for itself */
	assert_int_equal(quote->depth, USDT(1000000));
	ms_t before = now++;
	tell((struct event){.kind = EVENT_TICKER, .ticker = {9999, 10001, 10000, 10000, USDT(7), false}});
	assert_int_equal(quote->ticker_ms, now);
	assert_int_equal(quote->depth, USDT(1000000));
	assert_int_equal(quote->depth_ms, before);
	tell((struct event){.kind = EVENT_TICKER, .ticker = {9999, 10001, 10000, 10000, USDT(7), true}});
	assert_int_equal(quote->depth, USDT(7));
	assert_int_equal(quote->depth_ms, now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(of_more_signals_than_fit_the_best_are_decided_best_first, prepare),
		cmocka_unit_test_setup(what_is_archived_is_decided_in_the_shadow_book_after_everything_else,
				       prepare),
		cmocka_unit_test_setup(shadows_never_crowd_out_what_is_meant, prepare),
		cmocka_unit_test_setup(without_a_shadow_venue_what_is_archived_is_dropped, prepare),
		cmocka_unit_test_setup(an_unpromoted_account_decides_everything_in_shadow, prepare),
		cmocka_unit_test_setup(the_depth_is_what_a_quote_or_the_news_of_it_said_last, prepare),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
