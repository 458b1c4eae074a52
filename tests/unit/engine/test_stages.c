/* SPDX-License-Identifier: MIT
 * One sentence for each stage of the pipeline that is false if the stage is unplugged. */
#include "stand.h"

static void without_a_scan_nothing_is_watched_and_with_one_it_is(void **state)
{
	(void)state;
	start();
	assert_int_equal(asked(INTENT_SCAN), 1);
	breakout();
	assert_int_equal(recorded(RECORD_DECISION), 0);
	prepare(state);
	start_and_scan();
	assert_int_equal(recorded(RECORD_WATCHED), 1);
	assert_int_equal(last(RECORD_WATCHED)->watched.sym, 0);
	breakout();
	assert_int_equal(recorded(RECORD_DECISION), 1);
}

static void the_scanner_picks_a_symbol_from_the_table_and_it_is_streamed_and_set_up(void **state)
{
	(void)state;
	settings.manual_count = 0;
	settings.scanner.enabled = true;
	make_engine();
	start();
	tell((struct event){.kind = EVENT_SCAN_ROW,
			    .sym = 1,
			    .scan = {.turnover = USDT(100000000),
				     .last = 10000,
				     .open = 9900,
				     .high = 10400,
				     .low = 9800,
				     .bid = 9999,
				     .ask = 10001}});
	sent_count = 0;
	tell_end(SNAPSHOT_SCAN, SYM_NONE);
	assert_int_equal(last(RECORD_WATCHED)->watched.sym, 1);
	assert_int_equal(last(RECORD_WATCHED)->watched.scanned, 1);
	assert_int_equal(asked(INTENT_WATCH), 1);
	assert_int_equal(asked(INTENT_LEVERAGE), 1);
	bars(1, 1, 10150);
	assert_int_equal(last(RECORD_DECISION)->decision.sym, 1);
	assert_int_equal(held(1)->scanned, 1);
}

static void a_scan_that_is_never_answered_is_asked_for_again(void **state)
{
	(void)state;
	settings.scanner.enabled = true;
	make_engine();
	start();
	assert_int_equal(asked(INTENT_SCAN), 1);
	tell((struct event){.kind = EVENT_SCAN_ROW,
			    .sym = 1,
			    .scan = {.turnover = USDT(100000000),
				     .last = 10000,
				     .open = 9900,
				     .high = 10400,
				     .low = 9800,
				     .bid = 9999,
				     .ask = 10001}});
	pass(settings.scan_every_ms - 1);
	assert_int_equal(asked(INTENT_SCAN), 1);
	pass(1);
	assert_int_equal(asked(INTENT_SCAN), 2);
	tell_end(SNAPSHOT_SCAN, SYM_NONE); /* the half table of the first is forgotten */
	assert_int_equal(recorded(RECORD_WATCHED), 1);
	assert_int_equal(last(RECORD_WATCHED)->watched.sym, 0);
}

static void a_symbol_whose_series_went_cold_gets_its_history_again(void **state)
{
	(void)state;
	settings.manual_count = 0;
	settings.scanner.enabled = true;
	settings.warm_all = false;
	make_engine();
	start();
	pass(HOUR_MS); /* its bars stopped an hour ago */
	sent_count = 0;
	tell((struct event){.kind = EVENT_SCAN_ROW,
			    .sym = 1,
			    .scan = {.turnover = USDT(100000000),
				     .last = 10000,
				     .open = 9900,
				     .high = 10400,
				     .low = 9800,
				     .bid = 9999,
				     .ask = 10001}});
	tell_end(SNAPSHOT_SCAN, SYM_NONE);
	assert_int_equal(asked(INTENT_HISTORY), 1);
}

static void a_calm_bar_signals_nothing_and_a_step_out_of_the_range_does(void **state)
{
	(void)state;
	start_and_scan();
	bar(10020);
	assert_int_equal(recorded(RECORD_DECISION), 0);
	breakout();
	const struct decision *decision = &last(RECORD_DECISION)->decision;
	assert_int_equal(decision->strategy, STRATEGY_BREAKOUT);
	assert_int_equal(decision->side, SIDE_LONG);
	assert_int_equal(decision->bar_ms, now);
	assert_int_equal(decision->verdict, VERDICT_APPROVED);
}

static void advise(enum regime regime, ratio_t adjustment, bool veto)
{
	tell((struct event){.kind = EVENT_ADVICE,
			    .sym = 0,
			    .advice = {.regime = regime,
				       .adjustment = adjustment,
				       .veto = veto,
				       .valid_ms = 30 * MINUTE_MS}});
}

/* What a breakout becomes; 0: no trade. */
static qty_t entered_with(enum regime regime, ratio_t adjustment, bool veto, ms_t later_ms)
{
	prepare(NULL);
	start_and_scan();
	advise(regime, adjustment, veto);
	for (; later_ms >= MINUTE_MS; later_ms -= MINUTE_MS)
		bar(10000);
	breakout();
	assert_non_null(last(RECORD_DECISION));
	const struct decision *decision = &last(RECORD_DECISION)->decision;
	if (decision->verdict == VERDICT_APPROVED)
		return ticket_of(VERB_ENTER)->qty;
	assert_int_equal(decision->note, NOTE_ADVICE);
	assert_null(ticket_of(VERB_ENTER));
	return 0;
}

static void advice_only_ever_takes_away(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	qty_t alone = ticket_of(VERB_ENTER)->qty;
	assert_int_equal(held(0)->advised, 0);
	assert_int_equal(entered_with(REGIME_NONE, 0, false, 0), alone);
	assert_int_equal(held(0)->advised, 1);
	assert_int_equal(entered_with(REGIME_NONE, 0, true, 0), 0);
	assert_int_equal(entered_with(REGIME_TRENDING, 0, false, 0), 0);
	assert_int_equal(entered_with(REGIME_HIGH_VOL, 0, false, 0), alone);
	qty_t doubted = entered_with(REGIME_NONE, -RATIO_ONE * 3 / 10, false, 0);
	assert_true(doubted > 0 && doubted < alone);
	assert_int_equal(entered_with(REGIME_NONE, -RATIO_ONE, false, 0), doubted);  /* clamped to -0.3 */
	assert_int_equal(entered_with(REGIME_NONE, RATIO_ONE, false, 0), alone);     /* clamped to 0 */
	assert_int_not_equal(entered_with(REGIME_NONE, 0, true, 31 * MINUTE_MS), 0); /* it has expired */
}

static void costs_drop_a_trade_with_a_decision_that_says_so(void **state)
{
	(void)state;
	universe.at[0].taker_fee = 60 * BPS;
	start_and_scan();
	breakout();
	assert_int_equal(last(RECORD_DECISION)->decision.verdict, VERDICT_NO_TRADE);
	assert_int_equal(last(RECORD_DECISION)->decision.note, NOTE_COSTS);
	assert_null(ticket_of(VERB_ENTER));
}

static void a_held_symbol_takes_no_second_entry_and_a_fresh_exit_pauses_it(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	bar(10300);
	assert_int_equal(last(RECORD_DECISION)->decision.note, NOTE_HELD);
	tell_fill(held(0)->stop_id, SIDE_SHORT, held(0)->qty, held(0)->stop);
	bar(10500);
	assert_int_equal(last(RECORD_DECISION)->decision.note, NOTE_PAUSE_BARS);
}

static void a_locked_desk_refuses_what_decide_proposed(void **state)
{
	(void)state;
	struct record record = {.kind = RECORD_DESK};
	desk_init(&record.desk);
	record.desk.locked = 1, record.desk.locked_ms = START - HOUR_MS;
	tell((struct event){.kind = EVENT_RESTORED, .restored.record = &record});
	start_and_scan();
	breakout();
	const struct decision *decision = &last(RECORD_DECISION)->decision;
	assert_int_equal(decision->verdict, VERDICT_REFUSED);
	assert_int_equal(decision->rule, REFUSAL_LOCKED);
	assert_true(decision->qty > 0);
	assert_null(ticket_of(VERB_ENTER));
}

static void the_operators_halt_refuses_and_his_resume_opens(void **state)
{
	(void)state;
	start_and_scan();
	tell((struct event){.kind = EVENT_COMMAND, .sym = SYM_NONE, .command.verb = COMMAND_HALT});
	breakout();
	assert_int_equal(last(RECORD_DECISION)->decision.rule, REFUSAL_OPERATOR_HALT);
	tell((struct event){.kind = EVENT_COMMAND, .sym = SYM_NONE, .command.verb = COMMAND_RESUME});
	bar(10300);
	assert_int_equal(last(RECORD_DECISION)->decision.verdict, VERDICT_APPROVED);
}

static void an_approved_entry_leaves_as_a_sealed_ticket_with_stop_and_target(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	const struct intent *intent = &sent[sent_count - 1];
	assert_int_equal(intent->kind, INTENT_TICKET);
	const struct order_request *order = ticket_order(&intent->ticket, now);
	assert_non_null(order);
	assert_int_equal(order->verb, VERB_ENTER);
	assert_int_equal(order->price, 10151); /* the ask */
	assert_true(order->stop > 0 && order->stop < order->price && order->target > order->price);
	assert_int_equal(order->stop_id, held(0)->stop_id);
	assert_int_equal(order->target_id, held(0)->target_id);
	assert_true(order->risk > 0 && order->risk <= USDT(100));
	assert_int_equal(engine_desk(engine)->entries_day, 1);
}

static void a_position_that_is_too_old_is_reduced(void **state)
{
	(void)state;
	settings.exits.hold_ms = 5 * MINUTE_MS;
	make_engine();
	start_and_scan();
	open_position();
	for (int i = 0; i < 5; i++) {
		bar(10150);
		assert_null(ticket_of(VERB_REDUCE));
	}
	bar(10150);
	assert_non_null(ticket_of(VERB_REDUCE));
	assert_int_equal(ticket_of(VERB_REDUCE)->qty, held(0)->qty);
	assert_int_equal(held(0)->exit_reason, EXIT_TIME);
}

static void a_stop_trails_the_best_close_once_one_r_is_reached(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	price_t first = held(0)->stop;
	bar(10200);
	assert_null(ticket_of(VERB_PROTECT));
	bar(10000 + 150 + 2 * (10151 - first));
	const struct order_request *order = ticket_of(VERB_PROTECT);
	assert_non_null(order);
	assert_true(order->stop > first);
	assert_int_equal(held(0)->stop_reason, EXIT_TRAILING);
	assert_true(noted(NOTE_STOP_MOVED));
}

static void an_unconfirmed_stop_passes_the_gate_as_a_protect_at_its_time(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	tell_fill(held(0)->entry_id, SIDE_LONG, ticket_of(VERB_ENTER)->qty, 10151);
	assert_int_equal(engine_next_ms(engine), now + 500);
	pass(500);
	assert_non_null(ticket_of(VERB_PROTECT));
	assert_int_equal(ticket_of(VERB_PROTECT)->stop, held(0)->first_stop);
	pass(2500);
	while (ticket_of(VERB_REDUCE) == NULL && now < START + HOUR_MS)
		pass(10);
	assert_int_equal(held(0)->exit_reason, EXIT_UNPROTECTED);
	assert_true(now - held(0)->opened_ms <= 3000);
}

static void a_fill_of_the_stop_ends_the_trade(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	qty_t qty = held(0)->qty;
	price_t stop = held(0)->stop;
	now += 30000;
	tell_fill(held(0)->stop_id, SIDE_SHORT, qty, stop);
	const struct trade *trade = &last(RECORD_TRADE)->trade;
	assert_int_equal(held(0)->phase, PHASE_FLAT);
	assert_int_equal(trade->exit_reason, EXIT_STOP);
	assert_int_equal(trade->gross, (stop - 10151) * qty * 1000);
	assert_int_equal(trade->net, trade->gross - 2000);
	assert_int_equal(engine_desk(engine)->loss_streak, 1);
	assert_true(engine_desk(engine)->nav < NAV_ONE);
	assert_true(engine_desk(engine)->loss_risk > 0);
}

static void everything_that_happened_is_recorded(void **state)
{
	(void)state;
	start_and_scan();
	advise(REGIME_NONE, 0, false);
	open_position();
	tell_fill(held(0)->stop_id, SIDE_SHORT, held(0)->qty, held(0)->stop);
	static const enum record_kind kinds[] = {RECORD_DESK,   RECORD_WATCHED,  RECORD_TRADE,  RECORD_FILL,
						 RECORD_ORDER,  RECORD_HOLDING,  RECORD_ADVICE, RECORD_SCORE,
						 RECORD_EQUITY, RECORD_DECISION, RECORD_NOTE};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (recorded(kinds[i]) == 0)
			fail_msg("no %s", record_rows[kinds[i]].table);
	assert_int_equal(recorded(RECORD_FILL), 2);
	assert_int_equal(recorded(RECORD_TRADE), 1);
	assert_int_equal(last(RECORD_HOLDING)->holding.phase, PHASE_FLAT);
	assert_int_equal(last(RECORD_DESK)->desk.sequence, engine_execution(engine)->sequence);
}

static void remember_trades(int count, bool winners)
{
	for (int i = 0; i < count; i++) {
		bool won = winners ? i % 4 != 0 : i % 4 == 0;
		struct record record = {.kind = RECORD_TRADE,
					.trade = {.seq = i + 1,
						  .strategy = STRATEGY_BREAKOUT,
						  .regime = REGIME_HIGH_VOL,
						  .risk = USDT(1),
						  .entry_ms = START - DAY_MS,
						  .exit_ms = START - DAY_MS + HOUR_MS,
						  .net = won ? USDT(1) : -USDT(1) / 2,
						  .r = won ? RATIO_ONE : -RATIO_ONE / 2}};
		tell((struct event){.kind = EVENT_RESTORED, .restored.record = &record});
	}
}

static void what_was_learned_sets_the_size_of_the_next_trade(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	qty_t unknown = ticket_of(VERB_ENTER)->qty;
	prepare(state);
	remember_trades(200, true);
	start_and_scan();
	breakout();
	qty_t proven = ticket_of(VERB_ENTER)->qty;
	assert_true(proven > unknown);
	prepare(state);
	remember_trades(200, false);
	start_and_scan();
	breakout();
	assert_int_equal(last(RECORD_DECISION)->decision.note, NOTE_ARCHIVED);
	assert_null(ticket_of(VERB_ENTER));
}

static void a_closed_trade_moves_the_score(void **state)
{
	(void)state;
	remember_trades(19, true);
	start_and_scan();
	open_position();
	tell_fill(held(0)->target_id, SIDE_SHORT, held(0)->qty, held(0)->target);
	const struct score *score = &last(RECORD_SCORE)->score;
	assert_int_equal(score->strategy, STRATEGY_BREAKOUT);
	assert_int_equal(score->trades, 20);
	assert_int_not_equal(score->standing, STANDING_INSUFFICIENT);
	assert_true(noted(NOTE_SCORE));
}

static void the_deployment_stage_scales_the_size(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	qty_t whole = ticket_of(VERB_ENTER)->qty;
	prepare(state);
	settings.start_stage = 5 * RATIO_ONE / 100;
	make_engine();
	start_and_scan();
	breakout();
	qty_t twentieth = ticket_of(VERB_ENTER)->qty;
	assert_in_range(whole - 20 * twentieth, 0, 20);
	assert_int_equal(held(0)->capital, USDT(500));
}

static void nav_follows_the_mark_and_five_percent_halt_the_day_until_midnight(void **state)
{
	(void)state;
	settings.scan_every_ms = 1000 * DAY_MS; /* nothing else wants midnight */
	make_engine();
	remember_trades(200, true);
	start_and_scan();
	open_position();
	qty_t qty = held(0)->qty;
	bar(10100);
	int64_t lost = 51 * qty * 1000 + 1000;
	assert_in_range(NAV_ONE - engine_desk(engine)->nav, lost * (NAV_ONE / USDT(10000)) - 2,
			lost * (NAV_ONE / USDT(10000)) + 2);
	assert_int_equal(engine_desk(engine)->halted_until_ms, 0);
	bar(6500);
	assert_true(desk_daily_loss(engine_desk(engine)) >= 5 * RATIO_ONE / 100);
	ms_t midnight = START - START % DAY_MS + DAY_MS;
	assert_int_equal(engine_desk(engine)->halted_until_ms, midnight);
	assert_true(noted(NOTE_HALTED));
	size_t days = recorded(RECORD_EQUITY);
	int64_t nav = engine_desk(engine)->nav;
	money_t base = held(0)->day_base;
	assert_int_equal(base, 0);
	now = midnight - 1;
	pass(0);
	assert_int_not_equal(engine_desk(engine)->halted_until_ms, 0);
	held(0)->retry_ms = midnight + HOUR_MS; /* nor the position, which is leaving */
	assert_int_equal(engine_next_ms(engine), midnight);
	pass(1);
	assert_int_equal(engine_desk(engine)->halted_until_ms, 0);
	assert_int_equal(engine_desk(engine)->nav_day, nav);
	assert_int_equal(recorded(RECORD_EQUITY), days + 1);
	assert_true(held(0)->day_base < 0);
}

/* A bar of an hour, or a candle stream that says nothing, must not hide a loss. */
static void nav_is_sampled_every_minute_though_no_bar_closes(void **state)
{
	(void)state;
	settings.scan_every_ms = settings.lists_every_ms = 1000 * DAY_MS;
	make_engine();
	remember_trades(200, true);
	start_and_scan();
	open_position();
	bar(10150);
	held(0)->stop = 1; /* far away: only NAV is to speak */
	ms_t due = now - now % MINUTE_MS + MINUTE_MS + settings.round_wait_ms;
	int64_t nav = engine_desk(engine)->nav;
	assert_int_equal(engine_next_ms(engine), due);
	now = due - 1;
	ticker(0, 6500);
	assert_int_equal(engine_desk(engine)->nav, nav);
	pass(1);
	assert_true(engine_desk(engine)->nav < nav);
	assert_int_not_equal(engine_desk(engine)->halted_until_ms, 0);
	due += MINUTE_MS;
	assert_int_equal(engine_next_ms(engine), due);
	now = due; /* no mark has come since: nothing to sample, and it asks again a minute later */
	nav = engine_desk(engine)->nav;
	pass(0);
	assert_int_equal(engine_desk(engine)->nav, nav);
	assert_int_equal(engine_next_ms(engine), due + MINUTE_MS);
}

static void flatten_takes_along_what_is_still_entering(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	qty_t qty = ticket_of(VERB_ENTER)->qty;
	tell((struct event){.kind = EVENT_COMMAND, .sym = SYM_NONE, .command.verb = COMMAND_FLATTEN});
	assert_null(ticket_of(VERB_REDUCE));
	now += 250;
	tell_fill(held(0)->entry_id, SIDE_LONG, qty, 10151);
	assert_non_null(ticket_of(VERB_REDUCE));
	assert_int_equal(ticket_of(VERB_REDUCE)->qty, qty);
	tell_fill(ticket_of(VERB_REDUCE)->id, SIDE_SHORT, qty, 10149);
	assert_int_equal(last(RECORD_TRADE)->trade.exit_reason, EXIT_OPERATOR);
}

static void a_dropped_entry_frees_the_symbol_again(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	tell((struct event){.kind = EVENT_UNRECORDED, .sym = 0, .unrecorded.id = ticket_of(VERB_ENTER)->id});
	assert_int_equal(held(0)->phase, PHASE_FLAT);
	assert_true(noted(NOTE_UNRECORDED));
	bar(10300);
	assert_int_equal(last(RECORD_DECISION)->decision.verdict, VERDICT_APPROVED);
}

static void a_deposit_heard_of_before_its_row_closes_entries_and_is_no_peak(void **state)
{
	(void)state;
	start_and_scan();
	tell_balance(USDT(20000));
	assert_true(noted(NOTE_UNEXPLAINED));
	breakout();
	assert_int_equal(last(RECORD_DECISION)->decision.rule, REFUSAL_UNEXPLAINED);
	tell((struct event){.kind = EVENT_LEDGER,
			    .sym = SYM_NONE,
			    .ledger = {.kind = LEDGER_TRANSFER, .amount = USDT(10000), .id = 1}});
	bar(10300); /* the row explains it, without another balance */
	assert_int_equal(last(RECORD_DECISION)->decision.verdict, VERDICT_APPROVED);
	tell_balance(USDT(20000));
	assert_int_equal(engine_desk(engine)->locked, 0);
	assert_int_equal(engine_desk(engine)->equity_peak, USDT(20000));
}

static void a_fifth_of_the_account_lost_locks_whoever_lost_it(void **state)
{
	(void)state;
	start_and_scan();
	tell_balance(USDT(8000) + 1);
	pass(settings.explain_ms);
	assert_int_equal(engine_desk(engine)->locked, 0);
	tell_balance(USDT(8000));
	assert_int_equal(engine_desk(engine)->locked, 1);
}

static void news_of_a_symbol_or_book_nobody_has_is_nobodys(void **state)
{
	(void)state;
	static const enum event_kind kinds[] = {EVENT_CANDLE,       EVENT_TICKER, EVENT_DEPTH,
						EVENT_FUNDING_RATE, EVENT_ADVICE, EVENT_FILL,
						EVENT_POSITION,     EVENT_LEDGER};
	start_and_scan();
	size_t before = journal_count;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		struct event event = {.kind = (uint8_t)kinds[i], .sym = 2};
		event.candle.closed = kinds[i] == EVENT_CANDLE;
		tell(event);
		event.sym = SYM_NONE - 1;
		tell(event);
		event.sym = 0, event.book = BOOK_COUNT;
		tell(event);
	}
	assert_int_equal(journal_count, before);
}

static void the_balance_of_another_book_is_not_the_accounts(void **state)
{
	(void)state;
	start_and_scan();
	tell((struct event){
		.kind = EVENT_BALANCE, .book = BOOK_SHADOW, .balance = {USDT(1), USDT(1), USDT(1)}});
	assert_int_equal(engine_equity(engine), USDT(10000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, forget)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_scan_nothing_is_watched_and_with_one_it_is),
		TEST(the_scanner_picks_a_symbol_from_the_table_and_it_is_streamed_and_set_up),
		TEST(a_scan_that_is_never_answered_is_asked_for_again),
		TEST(a_symbol_whose_series_went_cold_gets_its_history_again),
		TEST(a_calm_bar_signals_nothing_and_a_step_out_of_the_range_does),
		TEST(advice_only_ever_takes_away),
		TEST(costs_drop_a_trade_with_a_decision_that_says_so),
		TEST(a_held_symbol_takes_no_second_entry_and_a_fresh_exit_pauses_it),
		TEST(a_locked_desk_refuses_what_decide_proposed),
		TEST(the_operators_halt_refuses_and_his_resume_opens),
		TEST(an_approved_entry_leaves_as_a_sealed_ticket_with_stop_and_target),
		TEST(a_position_that_is_too_old_is_reduced),
		TEST(a_stop_trails_the_best_close_once_one_r_is_reached),
		TEST(an_unconfirmed_stop_passes_the_gate_as_a_protect_at_its_time),
		TEST(a_fill_of_the_stop_ends_the_trade),
		TEST(everything_that_happened_is_recorded),
		TEST(what_was_learned_sets_the_size_of_the_next_trade),
		TEST(a_closed_trade_moves_the_score),
		TEST(the_deployment_stage_scales_the_size),
		TEST(nav_follows_the_mark_and_five_percent_halt_the_day_until_midnight),
		TEST(nav_is_sampled_every_minute_though_no_bar_closes),
		TEST(flatten_takes_along_what_is_still_entering),
		TEST(a_dropped_entry_frees_the_symbol_again),
		TEST(a_deposit_heard_of_before_its_row_closes_entries_and_is_no_peak),
		TEST(a_fifth_of_the_account_lost_locks_whoever_lost_it),
		TEST(news_of_a_symbol_or_book_nobody_has_is_nobodys),
		TEST(the_balance_of_another_book_is_not_the_accounts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
