/* SPDX-License-Identifier: MIT
 * Emit, keep, restore: an engine that reads its own records back is where it was. */
#include "stand.h"

static struct execution before;

/* The journal gives back the newest row of each key, trades and fills all, and only orders that are not over;
 * in the order of the catalogue. */
static bool comes_back(size_t at)
{
	const struct record *record = &journal[at];
	const struct record_row *row = &record_rows[record->kind];

	if (record->kind == RECORD_SCORE || row->restore == RESTORE_NEVER)
		return false;
	for (size_t i = at + 1; i < journal_count; i++) {
		bool same = journal[i].kind == record->kind;
		for (size_t f = 0; same && f < row->field_count; f++)
			same = !(row->fields[f].flags & FIELD_KEY) ||
			       record_values(record)[f] == record_values(&journal[i])[f];
		if (same)
			return false;
	}
	return record->kind != RECORD_ORDER || !order_is_final(record->order.state);
}

static void read_back(void)
{
	for (int kind = 0; kind < RECORD_COUNT; kind++)
		for (size_t i = 0; i < journal_count; i++)
			if ((int)journal[i].kind == kind && comes_back(i))
				engine_step(engine,
					    &(struct event){.kind = EVENT_RESTORED,
							    .at_ms = now,
							    .restored.record = &journal[i]},
					    &wants);
	assert_int_equal(wants.record_count, 0);
	assert_int_equal(wants.intent_count, 0);
}

static void crash_and_read_back(void)
{
	before = *engine_execution(engine);
	make_engine();
	read_back();
}

static void desk_holdings_orders_and_ids_are_where_they_were(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	tell_fill(held(0)->stop_id, SIDE_SHORT, held(0)->qty, held(0)->stop);
	for (int i = 0; i < 5; i++)
		bar(10150);
	bar(10400);
	const struct order_request *order = ticket_of(VERB_ENTER);
	tell_fill(order->id, order->side, order->qty, order->price);
	tell_live(held(0)->stop_id, order->qty);
	bar(10450);
	assert_int_equal(held(0)->phase, PHASE_PROTECTED);
	struct desk desk = *engine_desk(engine);
	crash_and_read_back();
	assert_memory_equal(engine_desk(engine), &desk, sizeof desk);
	const struct execution *after = engine_execution(engine);
	assert_memory_equal(after->holdings, before.holdings, sizeof before.holdings);
	assert_int_equal(after->active_count, 1);
	assert_int_equal(after->sequence, before.sequence);
	assert_int_equal(after->order_count, before.order_count);
	for (size_t i = 0; i < after->order_count; i++) {
		bool found = false;
		for (size_t k = 0; k < before.order_count; k++)
			found = found ||
				memcmp(&after->orders[i], &before.orders[k], sizeof(struct order)) == 0;
		assert_true(found);
	}
}

static void ids_of_orders_that_are_over_are_not_handed_out_again(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	tell((struct event){.kind = EVENT_ORDER,
			    .order = {.id = held(0)->stop_id, .state = ORDER_CANCELLED}});
	pass(500); /* asked for again: two new ids, and no other change of the desk */
	int64_t stop = ticket_of(VERB_PROTECT)->stop_id, target = ticket_of(VERB_PROTECT)->target_id;
	tell((struct event){.kind = EVENT_ORDER, .sym = 0, .order = {.id = stop, .state = ORDER_REJECTED}});
	tell((struct event){.kind = EVENT_ORDER, .sym = 0, .order = {.id = target, .state = ORDER_REJECTED}});
	crash_and_read_back();
	assert_true(client_id_sequence(execution_next_id(engine_execution(engine), ROLE_EXIT)) >
		    client_id_sequence(target));
}

static void what_was_watched_is_watched_and_a_pause_goes_on(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	tell_fill(held(0)->stop_id, SIDE_SHORT, held(0)->qty, held(0)->stop);
	crash_and_read_back();
	journal_count = sent_count = 0;
	start(); /* no scan answers this time */
	bar(10150);
	assert_int_equal(recorded(RECORD_DECISION), 1);
	assert_int_equal(last(RECORD_DECISION)->decision.note, NOTE_PAUSE_BARS);
}

static void scores_are_made_anew_from_the_trades(void **state)
{
	(void)state;
	start_and_scan();
	for (int i = 0; i < 3; i++) {
		for (int k = 0; k < 5; k++)
			bar(held(0)->qty ? 10150 : 10000);
		breakout();
		const struct order_request *order = ticket_of(VERB_ENTER);
		if (held(0)->phase != PHASE_ENTERING)
			continue;
		tell_fill(order->id, order->side, order->qty, order->price);
		tell_live(held(0)->stop_id, order->qty);
		tell_fill(held(0)->target_id, -order->side, order->qty, order->target);
		tell((struct event){.kind = EVENT_ORDER,
				    .order = {.id = order->stop_id, .state = ORDER_CANCELLED}});
	}
	assert_true(recorded(RECORD_TRADE) >= 1);
	struct score score = last(RECORD_SCORE)->score;
	crash_and_read_back();
	size_t trades = recorded(RECORD_TRADE);
	assert_int_equal(score.trades, trades);
	start();
	for (int i = 0; i < 30; i++)
		bar(10000 + (i % 2 ? 20 : -20));
	bar(10150);
	const struct order_request *order = ticket_of(VERB_ENTER);
	tell_fill(order->id, order->side, order->qty, order->price);
	tell_live(held(0)->stop_id, order->qty);
	tell_fill(held(0)->target_id, -order->side, order->qty, order->target);
	assert_int_equal(last(RECORD_SCORE)->score.trades, trades + 1);
}

/* Candles may be long in coming; a stop may not. */
static void a_naked_position_is_protected_before_the_history_is_there(void **state)
{
	(void)state;
	start_and_scan();
	breakout();
	const struct order_request order = *ticket_of(VERB_ENTER);
	tell_fill(order.id, order.side, order.qty, order.price);
	assert_int_equal(held(0)->phase, PHASE_UNPROTECTED);
	crash_and_read_back();
	sent_count = 0;
	tell((struct event){.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP}});
	tell_end(SNAPSHOT_JOURNAL, SYM_NONE);
	assert_true(engine_next_ms(engine) > now); /* waiting is not spinning */
	pass(HOUR_MS);
	assert_null(ticket_of(VERB_PROTECT)); /* not before the exchange has said what there is */
	tell((struct event){.kind = EVENT_POSITION,
			    .sym = 0,
			    .position = {.side = order.side, .qty = order.qty, .leverage = RATIO_ONE}});
	tell_end(SNAPSHOT_POSITIONS, SYM_NONE);
	assert_null(ticket_of(VERB_PROTECT));
	tell_end(SNAPSHOT_ORDERS, SYM_NONE);
	assert_false(engine_ready(engine));
	assert_non_null(ticket_of(VERB_PROTECT));
	assert_int_equal(ticket_of(VERB_PROTECT)->qty, order.qty);
	assert_null(ticket_of(VERB_REDUCE)); /* its three seconds begin when the list was complete */
}

/* Down over midnight with a position open: what it had gained belongs to the day before, and is counted once.
 */
static void nav_goes_on_where_it_was_after_a_night_of_being_down(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	bar(10300);
	int64_t nav = engine_desk(engine)->nav;
	qty_t qty = held(0)->qty;
	int64_t stop_id = held(0)->stop_id, target_id = held(0)->target_id;
	assert_true(nav > NAV_ONE);
	crash_and_read_back();
	now += 19 * HOUR_MS;
	tell((struct event){.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP}});
	tell_end(SNAPSHOT_JOURNAL, SYM_NONE);
	tell((struct event){.kind = EVENT_POSITION,
			    .sym = 0,
			    .position = {.side = SIDE_LONG, .qty = qty, .leverage = RATIO_ONE}});
	tell_end(SNAPSHOT_POSITIONS, SYM_NONE);
	tell_live(stop_id, qty);
	tell_live(target_id, qty);
	tell_end(SNAPSHOT_ORDERS, SYM_NONE);
	tell_balance(USDT(10000));
	tell_end(SNAPSHOT_BALANCE, SYM_NONE);
	history(0), history(1);
	assert_true(engine_ready(engine));
	assert_int_equal(engine_desk(engine)->nav_day, nav);
	bar(10300);
	assert_in_range(engine_desk(engine)->nav, nav - 1000, nav + 1000);
	assert_int_equal(held(0)->phase, PHASE_PROTECTED);
}

static void a_stop_that_vanished_while_we_were_down_is_noticed_before_ready(void **state)
{
	(void)state;
	start_and_scan();
	open_position();
	qty_t qty = held(0)->qty;
	crash_and_read_back();
	sent_count = 0;
	tell((struct event){.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP}});
	tell_end(SNAPSHOT_JOURNAL, SYM_NONE);
	tell((struct event){.kind = EVENT_POSITION,
			    .sym = 0,
			    .position = {.side = SIDE_LONG, .qty = qty, .leverage = RATIO_ONE}});
	tell_end(SNAPSHOT_POSITIONS, SYM_NONE);
	tell_end(SNAPSHOT_ORDERS, SYM_NONE);
	assert_int_equal(held(0)->phase, PHASE_UNPROTECTED);
	tell_balance(USDT(10000));
	tell_end(SNAPSHOT_BALANCE, SYM_NONE);
	history(0), history(1);
	pass(1000);
	assert_non_null(ticket_of(VERB_PROTECT));
	assert_true(asked(INTENT_QUERY) > 0);
}

/* Whoever starts anew with what is left as his peak can lose a fifth of it again, and again. */
static void a_loss_before_a_restart_and_one_after_it_lock_together(void **state)
{
	(void)state;
	start_and_scan();
	tell_balance(USDT(8100));
	pass(settings.explain_ms);
	assert_int_equal(engine_desk(engine)->locked, 0);
	for (int i = 0; i < 3; i++) {
		crash_and_read_back();
		tell((struct event){.kind = EVENT_LINK, .sym = SYM_NONE, .link = {.state = LINK_UP}});
		tell_end(SNAPSHOT_JOURNAL, SYM_NONE);
		tell_end(SNAPSHOT_POSITIONS, SYM_NONE);
		tell_end(SNAPSHOT_ORDERS, SYM_NONE);
		tell_balance(USDT(8100) - (i == 2 ? USDT(100) : 0));
		tell_end(SNAPSHOT_BALANCE, SYM_NONE);
		pass(settings.explain_ms);
		assert_int_equal(engine_desk(engine)->equity_peak, USDT(10000));
		assert_int_equal(engine_desk(engine)->locked, i == 2);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, forget)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(desk_holdings_orders_and_ids_are_where_they_were),
		TEST(ids_of_orders_that_are_over_are_not_handed_out_again),
		TEST(what_was_watched_is_watched_and_a_pause_goes_on),
		TEST(scores_are_made_anew_from_the_trades),
		TEST(a_naked_position_is_protected_before_the_history_is_there),
		TEST(nav_goes_on_where_it_was_after_a_night_of_being_down),
		TEST(a_loss_before_a_restart_and_one_after_it_lock_together),
		TEST(a_stop_that_vanished_while_we_were_down_is_noticed_before_ready),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
