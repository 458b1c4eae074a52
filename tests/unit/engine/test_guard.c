/* SPDX-License-Identifier: MIT
 * What makes a position smaller, or keeps new ones away: fit, passive excess, markets that close, stop or
 * change their grid, the link, the clock, slippage. */
#include "stand.h"

/* An open position of a proven strategy, near a fifth of the account. */
static void open_large(void)
{
	settings.limits.risk_per_trade = CEILING_RISK_PER_TRADE;
	make_engine();
	start_and_scan();
	open_position();
}

static void market_becomes(sym_t sym, enum instrument_status status)
{
	struct instrument was = universe.at[sym];
	universe.at[sym].status = status;
	tell((struct event){
		.kind = EVENT_INSTRUMENT, .sym = sym, .instrument = {.now = &universe.at[sym], .was = &was}});
}

static size_t notes_of(enum note note)
{
	size_t count = 0;
	for (size_t i = 0; i < journal_count; i++)
		count += journal[i].kind == RECORD_NOTE && journal[i].note.note == (int)note;
	return count;
}

static void an_entry_that_slipped_over_the_ceiling_is_reduced_to_fit(void **state)
{
	(void)state;
	open_large();
	assert_null(ticket_of(VERB_REDUCE)); /* as decided: it fits */
	prepare(state);
	settings.limits.risk_per_trade = CEILING_RISK_PER_TRADE;
	make_engine();
	start_and_scan();
	breakout();
	const struct order_request order = *ticket_of(VERB_ENTER);
	price_t distance = order.price - order.stop, slipped = order.price + 20 * distance;
	tell_fill(order.id, SIDE_LONG, order.qty, slipped);
	tell_live(held(0)->stop_id, order.qty);
	tell_live(held(0)->target_id, order.qty);
	money_t loss = (slipped - order.stop) * order.qty * 1000;
	if (loss <= held(0)->capital / 50)
		fail_msg("the stand's entry is too small to slip over 2 %%");
	pass(500);
	const struct order_request *cut = ticket_of(VERB_REDUCE);
	assert_non_null(cut);
	qty_t keep = order.qty - cut->qty;
	money_t fees = keep * (slipped + order.stop) * 1000 / 5000;
	assert_true((slipped - order.stop) * keep * 1000 + fees <= held(0)->capital / 50 + 1000);
	assert_true((slipped - order.stop) * (keep + 2) * 1000 + fees > held(0)->capital / 50);
	tell_fill(cut->id, SIDE_SHORT, cut->qty, slipped);
	assert_int_equal(held(0)->qty, keep);
	assert_true(noted(NOTE_REDUCED));
	pass(600); /* and stop and target follow */
	assert_int_equal(ticket_of(VERB_PROTECT)->qty, keep);
}

static void a_partial_entry_has_its_share_of_the_risk_and_its_rest_is_cancelled(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	const struct order_request order = *ticket_of(VERB_ENTER);
	tell_live(order.id, order.qty);
	tell_fill(order.id, SIDE_LONG, order.qty / 4, order.price);
	tell_live(held(0)->stop_id, order.qty / 4);
	tell_live(held(0)->target_id, order.qty / 4);
	pass(2000);
	assert_int_equal(asked(INTENT_CANCEL), 1);
	tell((struct event){.kind = EVENT_ORDER,
			    .sym = 0,
			    .order = {.id = order.id,
				      .state = ORDER_CANCELLED,
				      .role = ROLE_ENTRY,
				      .qty = order.qty,
				      .filled = order.qty / 4}});
	assert_int_equal(held(0)->risk, mul_div_up(order.risk, order.qty / 4, order.qty));
	pass(MINUTE_MS / 2);
	assert_null(ticket_of(VERB_PROTECT));
	assert_int_equal(held(0)->phase, PHASE_PROTECTED);
}

/* A withdrawal, told with its row, leaves the position too large for what is left. */
static void withdraw_down_to(money_t left)
{
	tell((struct event){.kind = EVENT_LEDGER,
			    .sym = SYM_NONE,
			    .ledger = {.kind = LEDGER_TRANSFER, .amount = left - USDT(10000), .id = 7}});
	tell_balance(left);
	assert_false(noted(NOTE_UNEXPLAINED));
}

static void passive_excess_is_reduced_to_the_limit_after_a_minute_and_not_to_nothing(void **state)
{
	(void)state;
	open_large();
	money_t worth = notional_up(&universe.at[0], 10150, held(0)->qty);
	withdraw_down_to(worth * 10 / 5); /* the symbol is now half of E: over 1.25 x 30 % */
	ms_t told = now;
	while (ticket_of(VERB_REDUCE) == NULL && now < told + HOUR_MS)
		pass(engine_next_ms(engine) < now + 10000 ? engine_next_ms(engine) - now : 10000);
	assert_in_range(now - told, MINUTE_MS, MINUTE_MS + 10000); /* looked at every ten seconds */
	const struct order_request *cut = ticket_of(VERB_REDUCE);
	assert_non_null(cut);
	money_t left = notional_up(&universe.at[0], 10150, held(0)->qty - cut->qty);
	assert_true(left <= limit_symbol(engine_equity(engine), false));
	assert_true(left > limit_symbol(engine_equity(engine), false) - USDT(1));
	assert_int_equal(held(0)->phase, PHASE_PROTECTED);
	tell_fill(cut->id, SIDE_SHORT, cut->qty, 10149);
	size_t sent_before = asked(INTENT_TICKET);
	tell_live(held(0)->stop_id, held(0)->qty);
	tell_live(held(0)->target_id, held(0)->qty);
	for (int i = 0; i < 20; i++)
		pass(10000);
	assert_int_equal(asked(INTENT_TICKET), sent_before);
}

static void up_to_a_quarter_over_the_limit_nothing_is_reduced(void **state)
{
	(void)state;
	open_large();
	money_t worth = notional_up(&universe.at[0], 10150, held(0)->qty);
	withdraw_down_to(worth * 100 / 37); /* 37 %: under 37.5 % */
	for (int i = 0; i < 30; i++)
		pass(10000);
	assert_null(ticket_of(VERB_REDUCE));
	assert_int_equal(held(0)->keep_qty, 0);
}

static void an_excess_that_ends_within_the_minute_is_forgotten(void **state)
{
	(void)state;
	open_large();
	money_t worth = notional_up(&universe.at[0], 10150, held(0)->qty);
	withdraw_down_to(worth * 2);
	pass(10000);
	pass(40000);
	tell((struct event){.kind = EVENT_LEDGER,
			    .sym = SYM_NONE,
			    .ledger = {.kind = LEDGER_TRANSFER, .amount = USDT(10000), .id = 8}});
	tell_balance(wallet + USDT(10000));
	for (int i = 0; i < 10; i++)
		pass(10000);
	assert_null(ticket_of(VERB_REDUCE));
}

static void a_market_that_closes_or_is_delisted_is_left_at_once(void **state)
{
	static const enum instrument_status ends[] = {INSTRUMENT_CLOSING, INSTRUMENT_DELISTING};
	for (size_t i = 0; i < 2; i++) {
		prepare(state);
		start_and_scan();
		open_position();
		market_becomes(0, ends[i]);
		assert_non_null(ticket_of(VERB_REDUCE));
		assert_int_equal(ticket_of(VERB_REDUCE)->qty, held(0)->qty);
		tell_fill(ticket_of(VERB_REDUCE)->id, SIDE_SHORT, held(0)->qty, 10149);
		assert_int_equal(last(RECORD_TRADE)->trade.exit_reason, EXIT_DELISTING);
		assert_true(noted(NOTE_MARKET));
	}
}

static void an_entry_on_its_way_into_a_closing_market_leaves_as_soon_as_it_fills(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	const struct order_request order = *ticket_of(VERB_ENTER);
	market_becomes(0, INSTRUMENT_CLOSING);
	assert_null(ticket_of(VERB_REDUCE));
	tell_fill(order.id, SIDE_LONG, order.qty, order.price);
	assert_int_equal(ticket_of(VERB_REDUCE)->qty, order.qty);
}

static void in_a_suspended_market_nothing_is_hammered_and_it_is_said_once(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	market_becomes(0, INSTRUMENT_SUSPENDED);
	tell((struct event){.kind = EVENT_ORDER,
			    .sym = 0,
			    .order = {.id = held(0)->stop_id, .state = ORDER_CANCELLED, .role = ROLE_STOP}});
	size_t tickets = asked(INTENT_TICKET), lists = asked(INTENT_SNAPSHOT);
	for (int i = 0; i < 60; i++)
		pass(MINUTE_MS);
	assert_int_equal(asked(INTENT_TICKET), tickets);
	assert_true(asked(INTENT_SNAPSHOT) - lists < 400);
	assert_int_equal(notes_of(NOTE_MARKET), 1);
	assert_int_equal(held(0)->phase, PHASE_UNPROTECTED);
	market_becomes(0, INSTRUMENT_TRADING);
	pass(500);
	assert_non_null(ticket_of(VERB_PROTECT)); /* and there is time for it */
	assert_null(ticket_of(VERB_REDUCE));
}

static void operators_flatten_waits_for_a_suspended_market_and_then_leaves(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	market_becomes(0, INSTRUMENT_SUSPENDED);
	tell((struct event){.kind = EVENT_COMMAND, .sym = SYM_NONE, .command.verb = COMMAND_FLATTEN});
	pass(HOUR_MS);
	assert_null(ticket_of(VERB_REDUCE));
	market_becomes(0, INSTRUMENT_TRADING);
	pass(100);
	assert_non_null(ticket_of(VERB_REDUCE));
	tell_fill(ticket_of(VERB_REDUCE)->id, SIDE_SHORT, held(0)->qty, 10149);
	assert_int_equal(last(RECORD_TRADE)->trade.exit_reason, EXIT_OPERATOR);
}

/* Half the tick and half the lot: everything can be said in the new grid. */
static void halve_the_grid(sym_t sym)
{
	struct instrument was = universe.at[sym];
	universe.at[sym].tick = (struct grid){5, 3};
	universe.at[sym].lot = (struct grid){5, 4};
	universe.at[sym].generation++;
	assert_int_equal(instrument_settle(&universe.at[sym]), 0);
	tell((struct event){
		.kind = EVENT_INSTRUMENT, .sym = sym, .instrument = {.now = &universe.at[sym], .was = &was}});
}

static void a_new_grid_freezes_warms_up_again_and_opens_when_all_agree(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	qty_t qty = held(0)->qty;
	price_t stop = held(0)->stop;
	money_t cost = held(0)->cost;
	size_t histories = asked(INTENT_HISTORY), lists = asked(INTENT_SNAPSHOT);
	pass(1000);
	halve_the_grid(0);
	assert_true(noted(NOTE_GRID));
	assert_int_equal(held(0)->qty, 2 * qty);
	assert_int_equal(held(0)->stop, 2 * stop);
	assert_int_equal(held(0)->cost, cost);
	assert_int_equal(asked(INTENT_HISTORY), histories + 1);
	assert_int_equal(engine_execution(engine)->unreconciled[BOOK_MAIN][0], DOUBT_GRID);
	assert_int_equal(asked(INTENT_CANCEL), 0); /* nothing is cancelled blindly */
	pass(4000);
	assert_int_equal(asked(INTENT_SNAPSHOT), lists + 1);
	tell((struct event){
		.kind = EVENT_POSITION, .sym = 0, .position = {.side = SIDE_LONG, .qty = 2 * qty}});
	tell_end(SNAPSHOT_POSITIONS, SYM_NONE);
	tell_live(held(0)->stop_id, 2 * qty);
	tell_live(held(0)->target_id, 2 * qty);
	tell_end(SNAPSHOT_ORDERS, SYM_NONE);
	assert_int_equal(engine_execution(engine)->unreconciled[BOOK_MAIN][0], 0);
	assert_true(noted(NOTE_AGREED));
	ticker(0, 20300);
	assert_in_range(engine_equity(engine), USDT(9990), USDT(10010));
	bar(20300);
	assert_false(noted(NOTE_SERIES_DROPPED)); /* no jump in new ticks: the old ones are forgotten */
	tell_fill(held(0)->stop_id, SIDE_SHORT, 2 * qty, 2 * stop);
	assert_int_equal(last(RECORD_TRADE)->trade.gross, (stop - 10151) * qty * 1000);
}

static void a_down_link_closes_entries_and_its_return_asks_for_the_lists(void **state)
{
	(void)state;
	start_and_scan();
	size_t lists = asked(INTENT_SNAPSHOT);
	tell((struct event){.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_DOWN}});
	breakout();
	assert_int_equal(last(RECORD_DECISION)->decision.rule, REFUSAL_UNHEALTHY);
	assert_int_equal(asked(INTENT_SNAPSHOT), lists);
	tell((struct event){.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP}});
	assert_int_equal(asked(INTENT_SNAPSHOT), lists + 1);
	bar(10300);
	assert_int_equal(last(RECORD_DECISION)->decision.verdict, VERDICT_APPROVED);
}

static void a_clock_off_by_more_than_a_second_closes_entries(void **state)
{
	(void)state;
	start_and_scan();
	tell((struct event){
		.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP, .clock_off_ms = -1001}});
	breakout();
	assert_int_equal(last(RECORD_DECISION)->decision.verdict, VERDICT_REFUSED);
	tell((struct event){
		.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP, .clock_off_ms = -1000}});
	bar(10300);
	assert_int_equal(last(RECORD_DECISION)->decision.verdict, VERDICT_APPROVED);
}

static void while_something_is_naked_nothing_new_is_opened_anywhere(void **state)
{
	(void)state;
	settings.manual_count = 2;
	settings.manual[1] = 1;
	make_engine();
	start_and_scan();
	bars(0, 1, 10000);
	bars(0, 0, 10150);
	pass(settings.round_wait_ms);
	const struct order_request order = *ticket_of(VERB_ENTER);
	assert_int_equal(order.sym, 0);
	tell_fill(order.id, SIDE_LONG, order.qty, order.price); /* its stop is not confirmed */
	bars(0, 1, 10150);
	const struct decision *decision = &last(RECORD_DECISION)->decision;
	assert_int_equal(decision->sym, 1);
	assert_int_equal(decision->rule, REFUSAL_NOT_READY);
	tell_live(held(0)->stop_id, order.qty);
	bars(0, 1, 10300);
	for (size_t i = journal_count; i-- > 0;)
		if (journal[i].kind == RECORD_DECISION && journal[i].decision.sym == 1) {
			assert_int_equal(journal[i].decision.verdict, VERDICT_APPROVED);
			return;
		}
	fail();
}

static void a_stop_the_gate_refuses_is_not_told_as_moved(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	price_t first = held(0)->stop;
	held(0)->best_close = 10150 + 5 * (10151 - first); /* it was far up, and is back below the trail */
	bar(10160);
	assert_false(noted(NOTE_STOP_MOVED));
	assert_null(ticket_of(VERB_PROTECT));
	assert_int_equal(held(0)->stop, first);
}

static void a_stop_is_not_moved_while_the_last_move_is_not_confirmed(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	price_t distance = 10151 - held(0)->stop;
	bar(10150 + distance * 12 / 10);
	assert_int_equal(notes_of(NOTE_STOP_MOVED), 1);
	bar(10150 + distance * 17 / 10); /* no word of the new stop */
	assert_int_equal(notes_of(NOTE_STOP_MOVED), 1);
	int64_t id = held(0)->stop_id;
	tell((struct event){
		.kind = EVENT_ORDER,
		.sym = 0,
		.order = {.id = id, .state = ORDER_LIVE, .role = ROLE_STOP, .qty = held(0)->qty}});
	for (size_t i = 0; i < engine_execution(engine)->order_count; i++) {
		const struct order *order = &engine_execution(engine)->orders[i];
		if (order->role == ROLE_STOP && order->id != id)
			tell((struct event){.kind = EVENT_ORDER,
					    .sym = 0,
					    .order = {.id = order->id,
						      .state = ORDER_CANCELLED,
						      .role = ROLE_STOP,
						      .qty = held(0)->qty}});
	}
	tell_live(held(0)->target_id, held(0)->qty);
	bar(10150 + distance * 17 / 10 + 10);
	assert_int_equal(notes_of(NOTE_STOP_MOVED), 2);
}

static void a_stop_that_another_hand_loosens_is_told_and_asked_for_again(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	price_t stop = held(0)->stop;
	tell((struct event){.kind = EVENT_ORDER,
			    .sym = 0,
			    .order = {.id = held(0)->stop_id,
				      .state = ORDER_LIVE,
				      .role = ROLE_STOP,
				      .qty = held(0)->qty,
				      .price = stop - 100}});
	pass(MINUTE_MS);
	assert_int_equal(notes_of(NOTE_STOP_LOOSENED), 1);
	assert_int_equal(last(RECORD_NOTE)->note.a, stop - 100);
	assert_int_equal(last(RECORD_NOTE)->note.b, stop);
	assert_int_equal(ticket_of(VERB_PROTECT)->stop, stop);
	assert_int_equal(held(0)->stop, stop);
}

/* By hand, or because a setting was acknowledged and never taken. */
static void a_leverage_that_is_not_ours_is_set_anew(void **state)
{
	(void)state;
	start_and_scan();
	size_t before = asked(INTENT_LEVERAGE);
	tell((struct event){.kind = EVENT_POSITION, .sym = 0, .position.leverage = 20 * RATIO_ONE});
	assert_int_equal(asked(INTENT_LEVERAGE), before + 1);
	breakout();
	assert_null(ticket_of(VERB_ENTER));
	assert_int_equal(last(RECORD_DECISION)->decision.rule, REFUSAL_LEVERAGE);
	/* told as it is, and not taken: not again and again, but with the next table */
	tell((struct event){.kind = EVENT_POSITION, .sym = 0, .position.leverage = 20 * RATIO_ONE});
	assert_int_equal(asked(INTENT_LEVERAGE), before + 1);
	tell_end(SNAPSHOT_SCAN, SYM_NONE);
	assert_int_equal(asked(INTENT_LEVERAGE), before + 2);
}

/* A lock that takes the stops away first and cannot leave then is worse than none. */
static void a_lock_leaves_until_nothing_is_left_and_touches_no_stop(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	qty_t qty = held(0)->qty;
	int64_t stop_id = held(0)->stop_id;
	tell_balance(USDT(8000));
	pass(settings.explain_ms);
	assert_int_equal(engine_desk(engine)->locked, 1);
	int64_t last_id = 0;
	for (int i = 0; i < 20; i++) { /* the exchange refuses every way out */
		const struct order_request *order = ticket_of(VERB_REDUCE);
		assert_non_null(order);
		assert_int_not_equal(order->id, last_id);
		assert_int_equal(order->qty, qty);
		assert_int_equal(order->side, SIDE_SHORT);
		last_id = order->id;
		tell((struct event){
			.kind = EVENT_ORDER, .sym = 0, .order = {.id = last_id, .state = ORDER_REJECTED}});
		pass(5000);
	}
	assert_int_equal(asked(INTENT_CANCEL), 0);
	assert_null(ticket_of(VERB_PROTECT));
	assert_int_equal(held(0)->stop_id, stop_id);
	assert_int_equal(held(0)->stop_qty, qty);
	tell_fill(stop_id, SIDE_SHORT, qty, held(0)->stop); /* and it is the stop that ends it */
	assert_int_equal(held(0)->phase, PHASE_FLAT);
	assert_int_equal(last(RECORD_TRADE)->trade.exit_reason, EXIT_STOP);
}

static void a_signal_against_what_is_held_opens_closes_and_turns_nothing(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	qty_t qty = held(0)->qty;
	size_t before = sent_count;
	bar(9900); /* out of the range on the other side */
	assert_int_equal(last(RECORD_DECISION)->decision.side, SIDE_SHORT);
	assert_int_equal(last(RECORD_DECISION)->decision.note, NOTE_HELD);
	for (size_t i = before; i < sent_count; i++)
		assert_int_not_equal(sent[i].kind, INTENT_TICKET);
	pass(2000); /* below its stop it leaves: with what is held, and with nothing more */
	assert_int_equal(ticket_of(VERB_REDUCE)->qty, qty);
	assert_int_equal(ticket_of(VERB_REDUCE)->side, SIDE_SHORT);
}

/* Learning reads these fields: a row of zeros teaches that nothing was ever risked. */
static void a_trade_says_what_was_decided_and_how_it_went(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	const struct decision decision = last(RECORD_DECISION)->decision;
	const struct order_request order = *ticket_of(VERB_ENTER);
	assert_int_equal(decision.verdict, VERDICT_APPROVED);
	bar(10200);
	bar(10100);
	assert_int_equal(held(0)->stop, order.stop);
	tell_fill(held(0)->stop_id, SIDE_SHORT, order.qty, order.stop);
	const struct trade *trade = &last(RECORD_TRADE)->trade;
	assert_int_equal(recorded(RECORD_TRADE), 1);
	assert_int_equal(trade->strategy, STRATEGY_BREAKOUT);
	assert_int_equal(trade->regime, REGIME_HIGH_VOL);
	assert_int_equal(trade->confidence, decision.confidence);
	assert_true(trade->confidence > RATIO_ONE / 2 && trade->confidence < RATIO_ONE);
	assert_int_equal(trade->stop, order.stop);
	assert_int_equal(trade->target, order.target);
	assert_int_equal(trade->risk, order.risk);
	assert_int_equal(trade->qty, order.qty);
	assert_int_equal(trade->capital, USDT(10000));
	assert_in_range(-trade->r, RATIO_ONE / 2, RATIO_ONE);
	assert_int_equal(trade->mfe, (10230 - order.price) * order.qty * 1000);
	assert_int_equal(trade->mae, trade->gross);
	assert_true(trade->entry_slippage != UNKNOWN && trade->exit_slippage != UNKNOWN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, forget)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_that_slipped_over_the_ceiling_is_reduced_to_fit),
		TEST(a_partial_entry_has_its_share_of_the_risk_and_its_rest_is_cancelled),
		TEST(passive_excess_is_reduced_to_the_limit_after_a_minute_and_not_to_nothing),
		TEST(up_to_a_quarter_over_the_limit_nothing_is_reduced),
		TEST(an_excess_that_ends_within_the_minute_is_forgotten),
		TEST(a_market_that_closes_or_is_delisted_is_left_at_once),
		TEST(an_entry_on_its_way_into_a_closing_market_leaves_as_soon_as_it_fills),
		TEST(in_a_suspended_market_nothing_is_hammered_and_it_is_said_once),
		TEST(operators_flatten_waits_for_a_suspended_market_and_then_leaves),
		TEST(a_new_grid_freezes_warms_up_again_and_opens_when_all_agree),
		TEST(a_down_link_closes_entries_and_its_return_asks_for_the_lists),
		TEST(a_clock_off_by_more_than_a_second_closes_entries),
		TEST(while_something_is_naked_nothing_new_is_opened_anywhere),
		TEST(a_leverage_that_is_not_ours_is_set_anew),
		TEST(a_lock_leaves_until_nothing_is_left_and_touches_no_stop),
		TEST(a_signal_against_what_is_held_opens_closes_and_turns_nothing),
		TEST(a_trade_says_what_was_decided_and_how_it_went),
		TEST(a_stop_the_gate_refuses_is_not_told_as_moved),
		TEST(a_stop_is_not_moved_while_the_last_move_is_not_confirmed),
		TEST(a_stop_that_another_hand_loosens_is_told_and_asked_for_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
