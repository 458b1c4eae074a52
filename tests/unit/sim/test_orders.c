/* SPDX-License-Identifier: MIT
 * What the simulated broker takes, refuses, replaces, forgets and remembers; and that its books are equal
 * after anything. */
#include "random.h"
#include "stand.h"

static struct stand stand;

static int set_up(void **state)
{
	(void)state;
	stand_init(&stand, LATENCY_MS);
	stand_market(&stand);
	stand_forget(&stand);
	return 0;
}

static void assert_rejected(const struct order_request *order, const char *reason)
{
	stand_forget(&stand);
	stand_send(&stand, order, BAR_MS + 1000);
	const struct event *event = stand_order(&stand, order->id ? order->id : order->stop_id);
	assert_non_null(event);
	assert_int_equal(event->order.state, ORDER_REJECTED);
	assert_string_equal(event->order.reason, reason);
	assert_int_equal(stand_count(&stand, EVENT_FILL), 0);
}

static struct order_request good_entry(void)
{
	return stand_enter(&stand, BTC, SIDE_LONG, 100, 590000, 620000);
}

static void each_rule_of_the_instrument_rejects_with_its_reason(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	order.generation = 1;
	assert_rejected(&order, "price or size of another generation");
	order = good_entry();
	order.qty = 0;
	assert_rejected(&order, "quantity under the minimum");
	order = good_entry();
	order.qty = stand.universe.at[BTC].max_qty + 1;
	assert_rejected(&order, "quantity over the maximum");
	order = good_entry();
	order.sym = 7;
	assert_rejected(&order, "no such instrument");
	order = good_entry();
	order.side = 0;
	assert_rejected(&order, "malformed order");
	order = stand_enter(&stand, SOL, SIDE_LONG, 1, 14000, 16000);
	stand.broker.slots[SOL].instrument.min_notional = 151 * MONEY_ONE;
	assert_rejected(&order, "notional under the minimum");
	order = good_entry();
	order.qty = 400; /* 24,000 USDT at 2x needs 12,000 */
	assert_rejected(&order, "insufficient margin");
	order = good_entry();
	order.stop = 600000;
	assert_rejected(&order, "stop would trigger at once");
	order = good_entry();
	order.target = 600000;
	assert_rejected(&order, "target would trigger at once");
	assert_int_equal(stand.broker.wallet, START_MONEY);
}

static void exactly_the_margin_there_is_is_enough(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	/* 100 lots at 600034, 2x, and 0.055 %: 3000.17 + 3.300187 USDT */
	stand.broker.setup.balance = stand.broker.wallet = 300347018700;
	stand_send(&stand, &order, BAR_MS);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
	set_up(NULL);
	stand.broker.setup.balance = stand.broker.wallet = 300347018699;
	order = good_entry();
	assert_rejected(&order, "insufficient margin");
}

static void an_instrument_that_does_not_trade_takes_no_entry_but_lets_one_leave_while_delisting(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	stand_send(&stand, &order, BAR_MS);
	struct event event = {.kind = EVENT_INSTRUMENT, .sym = BTC, .at_ms = BAR_MS + 300};
	struct instrument changed = stand.universe.at[BTC];
	changed.status = INSTRUMENT_DELISTING;
	event.instrument.now = &changed;
	stand_hear(&stand, &event);
	order = good_entry();
	assert_rejected(&order, "instrument does not trade");
	struct order_request leave = {
		.verb = VERB_REDUCE, .sym = BTC, .side = SIDE_SHORT, .qty = 40, .id = 7};
	stand_send(&stand, &leave, BAR_MS + 2000);
	assert_int_equal(stand_order(&stand, 7)->order.state, ORDER_FILLED);
}

static void a_symbol_without_a_price_is_not_traded(void **state)
{
	(void)state;
	stand_init(&stand, LATENCY_MS);
	struct order_request order = good_entry();
	assert_rejected(&order, "no price yet");
}

static void an_entry_against_an_open_position_is_rejected(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	stand_send(&stand, &order, BAR_MS);
	order = stand_enter(&stand, BTC, SIDE_SHORT, 10, 620000, 590000);
	assert_rejected(&order, "position on the other side is open");
}

static void a_reduce_only_shrinks(void **state)
{
	(void)state;
	struct order_request leave = {
		.verb = VERB_REDUCE, .sym = BTC, .side = SIDE_SHORT, .qty = 40, .id = 7};
	assert_rejected(&leave, "no position to reduce or protect");
	struct order_request order = good_entry();
	stand_send(&stand, &order, BAR_MS);
	leave.id = 8;
	stand_send(&stand, &leave, BAR_MS + 2000);
	assert_int_equal(stand.broker.slots[BTC].qty, 60);
	assert_int_equal(stand_order(&stand, 8)->order.role, ROLE_EXIT);
	leave.id = 9, leave.side = SIDE_LONG;
	assert_rejected(&leave, "order would not reduce the position");
	leave.id = 10, leave.side = SIDE_SHORT, leave.qty = 1000;
	stand_send(&stand, &leave, BAR_MS + 4000); /* clipped to what there is */
	assert_int_equal(stand_order(&stand, 10)->order.filled, 60);
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand_order(&stand, order.target_id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand.broker.margin, 0);
	assert_int_equal(sim_broker_check(&stand.broker), 0);
}

static void protect_replaces_stop_and_target_for_the_whole_position(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	stand_send(&stand, &order, BAR_MS);
	struct order_request leave = {
		.verb = VERB_REDUCE, .sym = BTC, .side = SIDE_SHORT, .qty = 40, .id = 7};
	stand_send(&stand, &leave, BAR_MS + 1000);
	struct order_request protect = {.verb = VERB_PROTECT,
					.sym = BTC,
					.side = SIDE_SHORT,
					.qty = 60,
					.stop = 595000,
					.target = 615000,
					.id = order.id,
					.stop_id = 20,
					.target_id = 21};
	stand_send(&stand, &protect, BAR_MS + 2000);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand_order(&stand, order.target_id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand_order(&stand, 20)->order.state, ORDER_LIVE);
	assert_int_equal(stand_order(&stand, 20)->order.qty, 60);
	assert_int_equal(stand_order(&stand, 21)->order.price, 615000);
	/* without a target the old one stays */
	protect = (struct order_request){
		.verb = VERB_PROTECT, .sym = BTC, .side = SIDE_SHORT, .stop = 596000, .stop_id = 22};
	stand_send(&stand, &protect, BAR_MS + 3000);
	assert_int_equal(stand_order(&stand, 20)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand_order(&stand, 21)->order.state, ORDER_LIVE);
	stand_range(&stand, BTC, 0, 600000, 600000, 596000, 600000);
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 2)->fill.id, 22);
}

static void a_protect_that_would_trigger_at_once_leaves_the_old_stop(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	stand_send(&stand, &order, BAR_MS);
	struct order_request protect = {
		.verb = VERB_PROTECT, .sym = BTC, .side = SIDE_SHORT, .stop = 600000, .stop_id = 20};
	assert_rejected(&protect, "stop would trigger at once");
	assert_int_equal(stand.broker.slots[BTC].stop.id, order.stop_id);
}

static void a_protect_without_a_position_is_rejected(void **state)
{
	(void)state;
	struct order_request protect = {
		.verb = VERB_PROTECT, .sym = BTC, .side = SIDE_SHORT, .stop = 590000, .stop_id = 20};
	assert_rejected(&protect, "no position to reduce or protect");
}

static void ask(uint8_t kind, int64_t id, int64_t value, ms_t now)
{
	struct intent intent = {.kind = kind, .sym = BTC, .id = id, .value = value};
	assert_int_equal(sim_broker_ops.ask(&stand.exchange, &intent, now, &stand.out), TB_OK);
	stand_time(&stand, now + LATENCY_MS);
}

static void a_query_finds_what_rests_what_is_over_and_nothing_else(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	stand_send(&stand, &order, BAR_MS);
	stand_forget(&stand);
	ask(INTENT_QUERY, order.id, 0, BAR_MS + 1000);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
	assert_int_equal(stand_order(&stand, order.id)->order.filled, 100);
	ask(INTENT_QUERY, order.stop_id, 0, BAR_MS + 1000);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_LIVE);
	ask(INTENT_QUERY, 424242, 0, BAR_MS + 1000);
	assert_int_equal(stand_nth(&stand, EVENT_ORDER_ABSENT, 0)->absent.id, 424242);
	assert_int_equal(stand_nth(&stand, EVENT_ORDER_ABSENT, 0)->sym, BTC);
}

static void a_query_does_not_overtake_the_order_it_asks_for(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	assert_int_equal(sim_broker_accept(&stand.broker, &order, BAR_MS), TB_OK);
	ask(INTENT_QUERY, order.id, 0, BAR_MS);
	assert_int_equal(stand_count(&stand, EVENT_ORDER_ABSENT), 0);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
}

static void a_cancel_removes_a_stop_and_comes_too_late_for_a_filled_order(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	stand_send(&stand, &order, BAR_MS);
	ask(INTENT_CANCEL, order.stop_id, 0, BAR_MS + 1000);
	assert_int_equal(stand_order(&stand, order.stop_id)->order.state, ORDER_CANCELLED);
	assert_int_equal(stand.broker.slots[BTC].stop.id, 0);
	stand_forget(&stand);
	ask(INTENT_CANCEL, order.id, 0, BAR_MS + 1000);
	assert_int_equal(stand_order(&stand, order.id)->order.state, ORDER_FILLED);
	ask(INTENT_CANCEL, 31337, 0, BAR_MS + 1000);
	assert_int_equal(stand_nth(&stand, EVENT_ORDER_ABSENT, 0)->absent.id, 31337);
}

static void leverage_is_set_and_read_back(void **state)
{
	(void)state;
	ask(INTENT_LEVERAGE, 0, 3 * RATIO_ONE, BAR_MS);
	assert_int_equal(stand_nth(&stand, EVENT_POSITION, 0)->position.leverage, 3 * RATIO_ONE);
	ask(INTENT_LEVERAGE, 0, 1000 * RATIO_ONE, BAR_MS);
	assert_int_equal(stand_nth(&stand, EVENT_POSITION, 1)->position.leverage, 3 * RATIO_ONE);
	struct order_request order = good_entry();
	stand_send(&stand, &order, BAR_MS);
	assert_int_equal(stand.broker.slots[BTC].margin, (600034LL * 1000000 + 2) / 3);
	assert_int_equal(sim_broker_check(&stand.broker), 0);
}

static void a_snapshot_tells_all_and_ends_three_times(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	stand_send(&stand, &order, BAR_MS);
	stand_forget(&stand);
	ask(INTENT_SNAPSHOT, 0, 0, BAR_MS + 1000);
	assert_int_equal(stand_count(&stand, EVENT_POSITION), 1);
	assert_int_equal(stand_nth(&stand, EVENT_POSITION, 0)->position.qty, 100);
	assert_int_equal(stand_nth(&stand, EVENT_POSITION, 0)->position.cost, 600034LL * 1000000);
	assert_int_equal(stand_count(&stand, EVENT_ORDER), 2);
	const struct event *balance = stand_nth(&stand, EVENT_BALANCE, 0);
	assert_int_equal(balance->balance.wallet, stand.broker.wallet);
	assert_int_equal(balance->balance.equity, stand.broker.wallet - 34LL * 1000000);
	assert_int_equal(balance->balance.available, stand.broker.wallet - 300017LL * 1000000);
	assert_int_equal(stand_nth(&stand, EVENT_SNAPSHOT_END, 0)->snapshot.what, SNAPSHOT_POSITIONS);
	assert_int_equal(stand_nth(&stand, EVENT_SNAPSHOT_END, 1)->snapshot.what, SNAPSHOT_ORDERS);
	assert_int_equal(stand_nth(&stand, EVENT_SNAPSHOT_END, 2)->snapshot.what, SNAPSHOT_BALANCE);
}

static void an_id_that_was_seen_is_refused(void **state)
{
	(void)state;
	struct order_request order = good_entry(), other = good_entry();
	assert_int_equal(sim_broker_accept(&stand.broker, &order, BAR_MS), TB_OK);
	assert_int_equal(sim_broker_accept(&stand.broker, &order, BAR_MS), TB_EREFUSED); /* on its way */
	stand_time(&stand, BAR_MS + LATENCY_MS);
	assert_int_equal(sim_broker_accept(&stand.broker, &order, BAR_MS), TB_EREFUSED); /* done */
	other.stop_id = order.stop_id;
	assert_int_equal(sim_broker_accept(&stand.broker, &other, BAR_MS), TB_EREFUSED); /* its stop rests */
	assert_int_equal(stand.broker.slots[BTC].qty, 100);
}

static void a_ticket_is_needed_whole_and_in_time(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	stand_send(&stand, &order, BAR_MS);
	struct holding holding = {.sym = BTC, .side = SIDE_LONG, .qty = 100, .stop = 590000};
	struct reduce reduce = {.qty = 30};
	struct order_ids ids = {.id = 900};
	struct ticket ticket;
	assert_int_equal(risk_reduce(&holding, &reduce, &ids, 0, BAR_MS + 1000, &ticket), REFUSAL_NONE);
	struct ticket forged = ticket;
	forged.order.qty = 100;
	assert_int_equal(sim_broker_ops.submit(&stand.exchange, &forged, BAR_MS + 1000, &stand.out),
			 TB_EREFUSED);
	forged = (struct ticket){.order = ticket.order, .sealed_ms = BAR_MS, .expires_ms = BAR_MS + DAY_MS};
	assert_int_equal(sim_broker_ops.submit(&stand.exchange, &forged, BAR_MS + 1000, &stand.out),
			 TB_EREFUSED);
	assert_int_equal(sim_broker_ops.submit(&stand.exchange, &ticket, BAR_MS + HOUR_MS, &stand.out),
			 TB_EREFUSED);
	assert_int_equal(sim_broker_ops.submit(&stand.exchange, &ticket, BAR_MS + 1000, &stand.out), TB_OK);
	assert_int_equal(sim_broker_ops.submit(&stand.exchange, &ticket, BAR_MS + 1000, &stand.out),
			 TB_EREFUSED);
	stand_time(&stand, BAR_MS + 1000 + LATENCY_MS);
	assert_int_equal(stand.broker.slots[BTC].qty, 70);
}

/* One step of a random life: orders, prints, funding. */
static void live(struct random *random, int bar)
{
	sym_t sym = random_below(random, 2) ? SOL : BTC;
	struct sim_slot *slot = &stand.broker.slots[sym];
	price_t base = slot->last, open = base + (price_t)random_below(random, 41) - 20;
	price_t wide = base / 200, high = open + (price_t)random_below(random, (uint64_t)wide);
	price_t low = open - (price_t)random_below(random, (uint64_t)wide);
	ms_t now = BAR_MS + bar * MINUTE_MS;

	stand_forget(&stand);
	stand_open(&stand, sym, bar, open);
	int64_t side = random_below(random, 2) ? SIDE_LONG : SIDE_SHORT;
	if (slot->qty > 0)
		side = slot->side;
	struct order_request order = stand_enter(&stand, sym, side, 1 + (qty_t)random_below(random, 20),
						 open - side * base / 100, open + side * base / 50);
	order.verb = 1 + (int64_t)random_below(random, 3);
	if (order.verb != VERB_ENTER)
		order.side = -side;
	if (order.verb == VERB_REDUCE)
		order.stop_id = order.target_id = 0;
	stand_send(&stand, &order, now);
	struct event event = {.kind = EVENT_FUNDING_RATE, .sym = sym, .at_ms = now + 500};
	event.funding.settled = true;
	event.funding.rate = (ratio_t)random_below(random, 1000001) - 500000;
	stand_hear(&stand, &event);
	price_t close = low + (price_t)random_below(random, (uint64_t)(high - low) + 1);
	stand_range(&stand, sym, bar, open, high, low, close);
}

static void the_books_are_equal_after_a_random_life(void **state)
{
	(void)state;
	struct random random;
	money_t funding = 0, fees = 0;
	size_t fills = 0;

	random_seed(&random, 11);
	for (int bar = 1; bar < 4000; bar++) {
		live(&random, bar);
		for (size_t i = 0; i < stand.heard.count; i++) {
			const struct event *event = &stand.heard.at[i];
			funding += event->kind == EVENT_LEDGER ? event->ledger.amount : 0;
			fees += event->kind == EVENT_FILL ? event->fill.fee : 0;
			fills += event->kind == EVENT_FILL;
			if (event->kind == EVENT_BALANCE && i + 1 == stand.heard.count)
				assert_int_equal(event->balance.wallet, stand.broker.wallet);
		}
		assert_int_equal(sim_broker_check(&stand.broker), 0);
	}
	assert_true(fills > 1000);
	assert_int_equal(fees, stand.broker.fees);
	assert_int_equal(funding, stand.broker.funding);
	assert_int_equal(stand.broker.wallet, START_MONEY + stand.broker.gross - fees + funding);
}

static void a_partial_close_takes_its_share_of_the_cost_rounded_against_us(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	stand_send(&stand, &order, BAR_MS);
	stand.broker.slots[BTC].cost += 1; /* so that a third is not whole */
	struct order_request leave = {
		.verb = VERB_REDUCE, .sym = BTC, .side = SIDE_SHORT, .qty = 30, .id = 7};
	stand_send(&stand, &leave, BAR_MS + 1000);
	/* sold 30 at 600000 - 30 - 2 (1,800 USDT: 1800e-9, 1.08 ticks, up to 2) */
	assert_int_equal(stand_nth(&stand, EVENT_FILL, 1)->fill.price, 599968);
	money_t part = 600034LL * 300000 + 1;
	assert_int_equal(stand.broker.gross, 599968LL * 300000 - part);
	assert_int_equal(stand.broker.slots[BTC].cost, 600034LL * 1000000 + 1 - part);
	leave.id = 8, leave.qty = 70;
	stand_send(&stand, &leave, BAR_MS + 2000);
	assert_int_equal(stand.broker.slots[BTC].cost, 0); /* the last part takes the rest */
}

static void a_saved_account_lives_on_as_if_nothing_had_been(void **state)
{
	(void)state;
	struct random random, copy;
	static struct sim_broker saved;
	static struct events first;

	random_seed(&random, 5);
	for (int bar = 1; bar < 300; bar++)
		live(&random, bar);
	memset(&saved, 0, sizeof(saved));
	memcpy(&saved, &stand.broker, sim_broker_bytes(&stand.broker));
	copy = random;
	int64_t next_id = stand.next_id;
	for (int bar = 300; bar < 400; bar++)
		live(&random, bar);
	first = stand.heard;
	money_t wallet = stand.broker.wallet;
	stand.broker = saved;
	stand.next_id = next_id;
	for (int bar = 300; bar < 400; bar++)
		live(&copy, bar);
	assert_int_equal(stand.broker.wallet, wallet);
	assert_int_equal(stand.heard.count, first.count);
	assert_memory_equal(stand.heard.at, first.at, first.count * sizeof(first.at[0]));
}

static void a_full_list_of_events_stops_the_broker_and_loses_nothing(void **state)
{
	(void)state;
	struct order_request order = good_entry();
	struct wire_in wire = {.at_ms = BAR_MS + LATENCY_MS, .kind = WIRE_TIME};
	assert_int_equal(sim_broker_accept(&stand.broker, &order, BAR_MS), TB_OK);
	stand.heard.count = EVENTS_MAX - 3;
	assert_int_equal(sim_broker_ops.on_wire(&stand.exchange, &wire, &stand.out), TB_EFULL);
	assert_int_equal(stand.broker.slots[BTC].qty, 0);
	stand_forget(&stand);
	stand_time(&stand, BAR_MS + LATENCY_MS);
	assert_int_equal(stand.broker.slots[BTC].qty, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_rule_of_the_instrument_rejects_with_its_reason, set_up),
		cmocka_unit_test_setup(exactly_the_margin_there_is_is_enough, set_up),
		cmocka_unit_test_setup(
			an_instrument_that_does_not_trade_takes_no_entry_but_lets_one_leave_while_delisting,
			set_up),
		cmocka_unit_test_setup(a_symbol_without_a_price_is_not_traded, set_up),
		cmocka_unit_test_setup(an_entry_against_an_open_position_is_rejected, set_up),
		cmocka_unit_test_setup(a_reduce_only_shrinks, set_up),
		cmocka_unit_test_setup(protect_replaces_stop_and_target_for_the_whole_position, set_up),
		cmocka_unit_test_setup(a_protect_that_would_trigger_at_once_leaves_the_old_stop, set_up),
		cmocka_unit_test_setup(a_protect_without_a_position_is_rejected, set_up),
		cmocka_unit_test_setup(a_query_finds_what_rests_what_is_over_and_nothing_else, set_up),
		cmocka_unit_test_setup(a_query_does_not_overtake_the_order_it_asks_for, set_up),
		cmocka_unit_test_setup(a_cancel_removes_a_stop_and_comes_too_late_for_a_filled_order, set_up),
		cmocka_unit_test_setup(leverage_is_set_and_read_back, set_up),
		cmocka_unit_test_setup(a_snapshot_tells_all_and_ends_three_times, set_up),
		cmocka_unit_test_setup(an_id_that_was_seen_is_refused, set_up),
		cmocka_unit_test_setup(a_ticket_is_needed_whole_and_in_time, set_up),
		cmocka_unit_test_setup(the_books_are_equal_after_a_random_life, set_up),
		cmocka_unit_test_setup(a_partial_close_takes_its_share_of_the_cost_rounded_against_us,
				       set_up),
		cmocka_unit_test_setup(a_saved_account_lives_on_as_if_nothing_had_been, set_up),
		cmocka_unit_test_setup(a_full_list_of_events_stops_the_broker_and_loses_nothing, set_up),
	};

	return cmocka_run_group_tests_name("sim orders", tests, NULL, NULL);
}
