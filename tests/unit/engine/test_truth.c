/* SPDX-License-Identifier: MIT
 * The exchange's lists and the account's money against what the engine believes: differences, closes by
 * another hand, foreign things, equity that nothing explains, and what of it a restart remembers. */
#include "stand.h"

static size_t notes_of(enum note note)
{
	size_t count = 0;
	for (size_t i = 0; i < journal_count; i++)
		count += journal[i].kind == RECORD_NOTE && journal[i].note.note == (int)note;
	return count;
}

/* The lists, with this position in symbol 0 and our two orders if something is held. */
static void lists(int64_t side, qty_t qty)
{
	if (qty > 0)
		tell((struct event){
			.kind = EVENT_POSITION, .sym = 0, .position = {.side = side, .qty = qty}});
	tell_end(SNAPSHOT_POSITIONS, SYM_NONE);
	if (held(0)->qty > 0) {
		tell_live(held(0)->stop_id, held(0)->stop_qty);
		tell_live(held(0)->target_id, held(0)->target_qty);
	}
	tell_end(SNAPSHOT_ORDERS, SYM_NONE);
	tell_balance(wallet);
	tell_end(SNAPSHOT_BALANCE, SYM_NONE);
}

/* Time passes until they are asked for, and they come. */
static void next_lists(int64_t side, qty_t qty)
{
	size_t before = asked(INTENT_SNAPSHOT);
	for (int i = 0; i < 10000 && asked(INTENT_SNAPSHOT) == before; i++)
		pass(500);
	assert_int_equal(asked(INTENT_SNAPSHOT), before + 1);
	now += 100;
	lists(side, qty);
}

static void the_lists_are_asked_for_at_a_period_and_rarely_while_nothing_is_held(void **state)
{
	(void)state;
	start_and_scan();
	assert_int_equal(asked(INTENT_SNAPSHOT), 1);
	pass(59 * MINUTE_MS);
	assert_int_equal(asked(INTENT_SNAPSHOT), 1);
	pass(MINUTE_MS);
	assert_int_equal(asked(INTENT_SNAPSHOT), 2);
	lists(SIDE_NONE, 0);
	history(0);
	ms_t asked_ms = now;
	bar(10020);
	open_position();
	now = asked_ms + 5 * MINUTE_MS - 1;
	pass(0);
	assert_int_equal(asked(INTENT_SNAPSHOT), 2);
	pass(1);
	assert_int_equal(asked(INTENT_SNAPSHOT), 3);
}

static void lists_that_do_not_come_are_asked_for_again(void **state)
{
	(void)state;
	start_and_scan();
	pass(HOUR_MS);
	size_t before = asked(INTENT_SNAPSHOT);
	pass(9999);
	assert_int_equal(asked(INTENT_SNAPSHOT), before);
	pass(1);
	assert_int_equal(asked(INTENT_SNAPSHOT), before + 1);
}

/* What was closed in one symbol must not go unnoticed for a minute because another one is in doubt. */
static void a_new_doubt_does_not_wait_for_lists_that_an_old_one_has_made_rare(void **state)
{
	(void)state;
	start_and_scan();
	history(0);
	open_position();
	int64_t side = held(0)->side;
	qty_t qty = held(0)->qty;
	for (int i = 0; i < 8; i++) /* never twice the same: each asks again, later and later */
		next_lists(side, qty + 1 + i);
	size_t before = asked(INTENT_SNAPSHOT);
	pass(3000);
	assert_int_equal(asked(INTENT_SNAPSHOT), before);
	tell((struct event){
		.kind = EVENT_FILL,
		.sym = 1,
		.fill = {.execution = ++executions, .side = SIDE_LONG, .qty = 3, .price = 10000}});
	pass(0);
	assert_int_equal(asked(INTENT_SNAPSHOT), before + 1);
}

static void a_stop_fill_told_before_its_entry_makes_the_trade_that_it_was(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	const struct order_request order = *ticket_of(VERB_ENTER);
	now += 250;
	tell_fill(order.stop_id, -order.side, order.qty, order.stop);
	assert_int_equal(recorded(RECORD_FILL), 0);
	tell_fill(order.id, order.side, order.qty, order.price);
	assert_int_equal(recorded(RECORD_FILL), 2);
	const struct record *trade = last(RECORD_TRADE);
	assert_non_null(trade);
	assert_int_equal(trade->trade.exit_reason, EXIT_STOP);
	assert_int_equal(trade->trade.entry_cost - trade->trade.exit_value, -order.side * trade->trade.gross);
	assert_int_equal(held(0)->phase, PHASE_FLAT);
	assert_false(noted(NOTE_UNKNOWN_FILL));
}

static void a_position_that_disappeared_ends_as_closed_elsewhere_at_the_mark(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	qty_t qty = held(0)->qty;
	next_lists(SIDE_NONE, 0);
	assert_int_equal(held(0)->qty, qty); /* one list may be older than we think */
	assert_int_equal(notes_of(NOTE_DIFFERENCE), 1);
	ms_t first = now;
	ticker(0, 10120);
	next_lists(SIDE_NONE, 0);
	assert_true(now - first <= 5000);
	assert_int_equal(held(0)->phase, PHASE_FLAT);
	const struct trade *trade = &last(RECORD_TRADE)->trade;
	assert_int_equal(trade->exit_reason, EXIT_FOREIGN);
	assert_int_equal(trade->gross, (10120 - 10151) * qty * 1000);
	assert_int_equal(last(RECORD_FILL)->fill.reason, EXIT_FOREIGN);
	assert_int_equal(engine_desk(engine)->loss_streak, 1);
	breakout();
	bar(10500);
	if (last(RECORD_DECISION)->decision.verdict == VERDICT_REFUSED)
		assert_int_equal(last(RECORD_DECISION)->decision.rule, REFUSAL_UNRECONCILED);
	next_lists(SIDE_NONE, 0);
	assert_true(noted(NOTE_AGREED));
	assert_int_equal(engine_execution(engine)->unreconciled[BOOK_MAIN][0], 0);
}

static void what_is_left_of_a_position_is_what_both_have_and_its_stop_follows(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	qty_t qty = held(0)->qty;
	next_lists(SIDE_LONG, qty / 2);
	next_lists(SIDE_LONG, qty / 2);
	assert_int_equal(held(0)->qty, qty / 2);
	assert_null(last(RECORD_TRADE));
	pass(600);
	assert_int_equal(ticket_of(VERB_PROTECT)->qty, qty / 2);
}

static void more_than_ours_freezes_the_symbol_and_our_way_out_covers_ours_only(void **state)
{
	(void)state;
	settings.exits.hold_ms = 20 * MINUTE_MS;
	make_engine();
	start_and_scan();
	open_position();
	qty_t qty = held(0)->qty;
	next_lists(SIDE_LONG, qty + 7);
	next_lists(SIDE_LONG, qty + 7);
	next_lists(SIDE_LONG, qty + 7);
	assert_int_equal(notes_of(NOTE_FOREIGN), 1);
	for (int i = 0; i < 30 && ticket_of(VERB_REDUCE) == NULL; i++)
		bar(10150);
	assert_int_equal(ticket_of(VERB_REDUCE)->qty, qty);
	tell_fill(ticket_of(VERB_REDUCE)->id, SIDE_SHORT, qty, 10149);
	assert_int_equal(held(0)->phase, PHASE_FLAT);
	next_lists(SIDE_LONG, 7); /* theirs */
	assert_int_equal(engine_execution(engine)->foreign[BOOK_MAIN][0], FOREIGN_POSITION);
	assert_int_equal(engine_execution(engine)->unreconciled[BOOK_MAIN][0], DOUBT_QUANTITY);
	assert_int_equal(asked(INTENT_TICKET), 2); /* our entry and our exit */
}

static void a_foreign_order_in_the_symbol_refuses_entries_there(void **state)
{
	(void)state;
	start_and_scan();
	tell((struct event){.kind = EVENT_ORDER, .sym = 0, .order = {.state = ORDER_LIVE, .qty = 5}});
	assert_int_equal(notes_of(NOTE_FOREIGN), 1);
	breakout();
	assert_int_equal(last(RECORD_DECISION)->decision.rule, REFUSAL_FOREIGN);
}

static void a_stop_the_lists_do_not_have_is_asked_about_and_placed_again(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	qty_t qty = held(0)->qty;
	size_t before = asked(INTENT_SNAPSHOT);
	while (asked(INTENT_SNAPSHOT) == before)
		pass(1000);
	tell((struct event){.kind = EVENT_POSITION, .sym = 0, .position = {.side = SIDE_LONG, .qty = qty}});
	tell_end(SNAPSHOT_POSITIONS, SYM_NONE);
	tell_live(held(0)->target_id, qty);
	int64_t lost = held(0)->stop_id;
	tell_end(SNAPSHOT_ORDERS, SYM_NONE);
	assert_int_equal(held(0)->phase, PHASE_UNPROTECTED);
	pass(500);
	assert_non_null(ticket_of(VERB_PROTECT));
	assert_int_equal(ticket_of(VERB_PROTECT)->stop, held(0)->first_stop);
	pass(500);
	bool queried = false;
	for (size_t i = 0; i < sent_count; i++)
		queried = queried || (sent[i].kind == INTENT_QUERY && sent[i].id == lost);
	assert_true(queried);
}

static void transfer(money_t amount, int64_t id)
{
	tell((struct event){.kind = EVENT_LEDGER,
			    .sym = SYM_NONE,
			    .ledger = {.kind = LEDGER_TRANSFER, .amount = amount, .id = id}});
}

static void a_withdrawal_told_before_its_row_does_not_lock(void **state)
{
	(void)state;
	start_and_scan();
	tell_balance(USDT(5000));
	pass(5000);
	transfer(-USDT(5000), 1);
	assert_true(noted(NOTE_EXPLAINED));
	pass(HOUR_MS);
	assert_int_equal(engine_desk(engine)->locked, 0);
	assert_int_equal(engine_desk(engine)->equity_peak, USDT(5000));
	tell_balance(USDT(4000) + 1); /* a fifth of what was left, less a bit */
	pass(settings.explain_ms);
	assert_int_equal(engine_desk(engine)->locked, 0);
	tell_balance(USDT(4000));
	assert_int_equal(engine_desk(engine)->locked, 1);
}

static void a_row_from_before_the_first_balance_is_in_it_already(void **state)
{
	(void)state;
	start_and_scan();
	pass(HOUR_MS);
	tell((struct event){.kind = EVENT_LEDGER,
			    .sym = SYM_NONE,
			    .ledger = {.kind = LEDGER_TRANSFER,
				       .amount = USDT(500),
				       .id = 1,
				       .at_ms = now - HOUR_MS - MINUTE_MS}});
	assert_int_equal(last(RECORD_LEDGER)->ledger.amount, USDT(500));
	tell_balance(USDT(10000));
	assert_false(noted(NOTE_UNEXPLAINED));
	assert_int_equal(engine_desk(engine)->equity_peak, USDT(10000));
}

static void money_that_comes_or_goes_leaves_the_fall_from_the_peak_as_it_was(void **state)
{
	(void)state;
	start_and_scan();
	tell_balance(USDT(9850)); /* too little to need an explanation, and taken over: 1.5 % down */
	transfer(-USDT(4925), 1);
	tell_balance(USDT(4925));
	assert_int_equal(engine_desk(engine)->equity_peak, USDT(5000));
	tell_balance(USDT(9850)); /* the row comes after the money */
	transfer(USDT(4925), 2);
	assert_int_equal(engine_desk(engine)->equity_peak, USDT(10000));
}

static void a_loss_without_a_row_counts_after_ten_seconds_and_locks(void **state)
{
	(void)state;
	start_and_scan();
	tell_balance(USDT(5000));
	assert_int_equal(engine_next_ms(engine), now + 10000);
	pass(9999);
	assert_int_equal(engine_desk(engine)->locked, 0);
	pass(1);
	assert_int_equal(engine_desk(engine)->locked, 1);
}

static void the_same_row_twice_counts_once(void **state)
{
	(void)state;
	start_and_scan();
	transfer(USDT(1000), 5);
	transfer(USDT(1000), 5);
	tell_balance(USDT(11000));
	assert_false(noted(NOTE_UNEXPLAINED));
	assert_int_equal(engine_desk(engine)->equity_peak, USDT(11000));
}

/* Settled while it was open, told when it was closed: no part of that trade, and no riddle. */
static void funding_that_is_told_after_the_position_is_gone_explains_the_wallet(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	tell_fill(held(0)->stop_id, SIDE_SHORT, held(0)->qty, held(0)->stop);
	money_t funding = last(RECORD_TRADE)->trade.funding;
	tell_balance(wallet + last(RECORD_TRADE)->trade.net - USDT(300));
	assert_int_equal(notes_of(NOTE_UNEXPLAINED), 1);
	tell((struct event){.kind = EVENT_LEDGER,
			    .sym = 0,
			    .ledger = {.kind = LEDGER_FUNDING, .amount = -USDT(300), .id = 9}});
	assert_int_equal(notes_of(NOTE_EXPLAINED), 1);
	assert_int_equal(funding, 0);
	assert_int_equal(recorded(RECORD_TRADE), 1);
	assert_int_equal(last(RECORD_LEDGER)->ledger.held, 0);
}

static void small_deposits_are_no_gain_that_could_be_lost_again(void **state)
{
	(void)state;
	start_and_scan();
	for (int i = 0; i < 20; i++) { /* each under 2 %, each with its row a minute late */
		tell_balance(wallet + USDT(150));
		pass(MINUTE_MS);
		transfer(USDT(150), 100 + i);
		tell_balance(wallet);
	}
	assert_false(noted(NOTE_UNEXPLAINED));
	assert_int_equal(engine_desk(engine)->equity_peak, USDT(13000));
	assert_int_equal(engine_equity(engine), USDT(13000));
}

static void sizes_use_the_lower_value_while_something_is_unexplained(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	money_t before = held(0)->capital;
	assert_int_equal(before, USDT(10000));
	prepare(state);
	start_and_scan();
	ticker(0, 10150);
	tell_balance(USDT(20000));
	tell_fill(client_id(settings.instance, 99, ROLE_ENTRY), SIDE_LONG, 10,
		  10151); /* late: its C is taken now */
	assert_in_range(held(0)->capital, USDT(9990), USDT(10000));
}

static void the_operators_resume_accepts_what_is_there(void **state)
{
	(void)state;
	start_and_scan();
	tell_balance(USDT(20000));
	tell((struct event){.kind = EVENT_COMMAND, .sym = SYM_NONE, .command.verb = COMMAND_RESUME});
	assert_true(noted(NOTE_EXPLAINED));
	breakout();
	assert_int_equal(last(RECORD_DECISION)->decision.verdict, VERDICT_APPROVED);
	assert_int_equal(engine_desk(engine)->equity_peak, USDT(20000));
}

/* What the journal gives back of one kind: its newest row. */
static void give_back(const struct record *record)
{
	struct record copy = *record;
	tell((struct event){.kind = EVENT_RESTORED, .restored.record = &copy});
}

static void a_restart_forgets_nothing_of_what_is_unexplained(void **state)
{
	(void)state;
	start_and_scan();
	tell_balance(USDT(20000));
	struct record account = *last(RECORD_ACCOUNT), desk = *last(RECORD_DESK),
		      watched = *last(RECORD_WATCHED);
	assert_int_equal(account.account.unexplained, 1);
	make_engine();
	journal_count = sent_count = 0;
	give_back(&desk);
	give_back(&account);
	give_back(&watched);
	tell((struct event){.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP}});
	tell_end(SNAPSHOT_JOURNAL, SYM_NONE);
	lists(SIDE_NONE, 0); /* the wallet is still 20,000 */
	for (sym_t sym = 0; sym < 2; sym++) {
		tell((struct event){.kind = EVENT_POSITION, .sym = sym, .position.leverage = RATIO_ONE});
		history(sym);
	}
	breakout();
	assert_int_equal(last(RECORD_DECISION)->decision.rule, REFUSAL_UNEXPLAINED);
	assert_false(noted(NOTE_UNEXPLAINED)); /* it has been told */
	assert_int_equal(engine_desk(engine)->equity_peak, USDT(10000));
}

static void a_ledger_row_that_was_booked_before_a_restart_is_not_booked_again(void **state)
{
	(void)state;
	start_and_scan();
	tell_balance(USDT(10500));
	transfer(USDT(500), 77);
	struct record account = *last(RECORD_ACCOUNT), row = *last(RECORD_LEDGER);
	assert_int_equal(row.ledger.number, 77);
	assert_int_equal(row.ledger.amount, USDT(500));
	assert_int_equal(account.account.expected_wallet, USDT(10500));
	make_engine();
	journal_count = sent_count = 0;
	give_back(&account);
	give_back(&row);
	tell((struct event){.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP}});
	tell_end(SNAPSHOT_JOURNAL, SYM_NONE);
	wallet = USDT(10500);
	lists(SIDE_NONE, 0);
	transfer(USDT(500), 77);
	assert_false(noted(NOTE_UNEXPLAINED));
	assert_null(last(RECORD_LEDGER));
	transfer(USDT(500), 78);
	assert_int_equal(last(RECORD_LEDGER)->ledger.seq, 2);
}

static void a_change_while_we_were_away_is_to_be_explained_too(void **state)
{
	(void)state;
	start_and_scan();
	struct record account = *last(RECORD_ACCOUNT), watched = *last(RECORD_WATCHED);
	make_engine();
	journal_count = sent_count = 0;
	give_back(&account);
	give_back(&watched);
	tell((struct event){.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP}});
	tell_end(SNAPSHOT_JOURNAL, SYM_NONE);
	wallet = USDT(13000);
	lists(SIDE_NONE, 0);
	assert_true(noted(NOTE_UNEXPLAINED));
}

static void slips_close_a_symbol_for_six_hours_and_a_restart_knows_it(void **state)
{
	(void)state;
	struct record fills[5];
	for (int i = 0; i < 5; i++) {
		fills[i] = (struct record){.kind = RECORD_FILL,
					   .fill = {.seq = i + 1,
						    .at_ms = START - HOUR_MS + i * MINUTE_MS,
						    .role = ROLE_ENTRY,
						    .execution = i + 1,
						    .slippage = 11 * BPS}};
		give_back(&fills[i]);
	}
	start_and_scan();
	breakout();
	assert_int_equal(last(RECORD_DECISION)->decision.rule, REFUSAL_SLIPPAGE);
	prepare(state);
	now = fills[4].fill.at_ms + 6 * HOUR_MS; /* it is over, and the five fills are not counted again */
	for (int i = 0; i < 5; i++)
		give_back(&fills[i]);
	start_and_scan();
	breakout();
	assert_int_equal(last(RECORD_DECISION)->decision.verdict, VERDICT_APPROVED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, forget)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_lists_are_asked_for_at_a_period_and_rarely_while_nothing_is_held),
		TEST(lists_that_do_not_come_are_asked_for_again),
		TEST(a_new_doubt_does_not_wait_for_lists_that_an_old_one_has_made_rare),
		TEST(a_stop_fill_told_before_its_entry_makes_the_trade_that_it_was),
		TEST(a_position_that_disappeared_ends_as_closed_elsewhere_at_the_mark),
		TEST(what_is_left_of_a_position_is_what_both_have_and_its_stop_follows),
		TEST(more_than_ours_freezes_the_symbol_and_our_way_out_covers_ours_only),
		TEST(a_foreign_order_in_the_symbol_refuses_entries_there),
		TEST(a_stop_the_lists_do_not_have_is_asked_about_and_placed_again),
		TEST(a_withdrawal_told_before_its_row_does_not_lock),
		TEST(a_row_from_before_the_first_balance_is_in_it_already),
		TEST(money_that_comes_or_goes_leaves_the_fall_from_the_peak_as_it_was),
		TEST(a_loss_without_a_row_counts_after_ten_seconds_and_locks),
		TEST(the_same_row_twice_counts_once),
		TEST(funding_that_is_told_after_the_position_is_gone_explains_the_wallet),
		TEST(small_deposits_are_no_gain_that_could_be_lost_again),
		TEST(sizes_use_the_lower_value_while_something_is_unexplained),
		TEST(the_operators_resume_accepts_what_is_there),
		TEST(a_restart_forgets_nothing_of_what_is_unexplained),
		TEST(a_ledger_row_that_was_booked_before_a_restart_is_not_booked_again),
		TEST(a_change_while_we_were_away_is_to_be_explained_too),
		TEST(slips_close_a_symbol_for_six_hours_and_a_restart_knows_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
