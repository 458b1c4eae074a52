/* SPDX-License-Identifier: MIT
 * The seal, and the two verbs that pass in every state. */
#include "risk_fixture.h"

static const struct order_ids ids = {11, 12, 13};

static enum refusal enter(const struct given *given, struct ticket *ticket)
{
	struct finding why;
	enum refusal refusal = risk_enter(&given->limits, &given->desk, &given->standing, &given->quote,
					  &given->instrument, &given->enter, &ids, &why, ticket);
	assert_int_equal(why.rule, refusal);
	return refusal;
}

static void a_sealed_ticket_carries_exactly_the_order_that_was_judged(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	struct ticket ticket;
	assert_int_equal(enter(&given, &ticket), REFUSAL_NONE);
	const struct order_request *order = ticket_order(&ticket, NOW);
	assert_non_null(order);
	const struct order_request wanted = {
		.verb = VERB_ENTER,
		.sym = 3,
		.side = SIDE_LONG,
		.qty = COINS(1),
		.price = PRICE(100),
		.stop = PRICE(99),
		.target = 10150,
		.id = 11,
		.stop_id = 12,
		.target_id = 13,
		.risk = USDT(1),
	};
	assert_memory_equal(order, &wanted, sizeof(wanted));
}

static void a_ticket_changed_in_any_byte_is_no_ticket(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	struct ticket ticket;
	assert_int_equal(enter(&given, &ticket), REFUSAL_NONE);
	for (size_t i = 0; i < sizeof(ticket); i++) {
		for (int bit = 0; bit < 8; bit++) {
			((unsigned char *)&ticket)[i] ^= (unsigned char)(1 << bit);
			assert_null(ticket_order(&ticket, NOW));
			((unsigned char *)&ticket)[i] ^= (unsigned char)(1 << bit);
		}
	}
	assert_non_null(ticket_order(&ticket, NOW));
	memset(&ticket, 0, sizeof(ticket));
	assert_null(ticket_order(&ticket, 0));
}

static void a_ticket_lives_five_seconds(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	struct ticket ticket;
	assert_int_equal(enter(&given, &ticket), REFUSAL_NONE);
	assert_null(ticket_order(&ticket, NOW - 1));
	assert_non_null(ticket_order(&ticket, NOW + 5000));
	assert_null(ticket_order(&ticket, NOW + 5001));
}

static void a_refused_entry_leaves_the_ticket_untouched(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	struct ticket ticket, before;
	memset(&ticket, 0x5a, sizeof(ticket));
	before = ticket;
	given.enter.stop = 0;
	assert_int_equal(enter(&given, &ticket), REFUSAL_NO_STOP);
	assert_memory_equal(&ticket, &before, sizeof(ticket));
}

static void an_entry_without_ids_of_its_own_is_refused(void **state)
{
	(void)state;
	static const struct order_ids odd[] = {{0, 1, 2}, {-1, 1, 2}, {1, 1, 2},
					       {1, 2, 1}, {1, 2, 2},  {1, -2, 2}};
	struct given given = a_good_entry();
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct ticket ticket = {0};
		struct finding why;
		assert_int_equal(risk_enter(&given.limits, &given.desk, &given.standing, &given.quote,
					    &given.instrument, &given.enter, &odd[i], &why, &ticket),
				 REFUSAL_UNUSABLE);
		assert_null(ticket_order(&ticket, NOW));
	}
}

static struct holding a_long(void)
{
	return (struct holding){
		.sym = 3, .side = SIDE_LONG, .qty = COINS(2), .stop = PRICE(99), .target = PRICE(102)};
}

static struct holding a_short(void)
{
	return (struct holding){.sym = 3, .side = SIDE_SHORT, .qty = COINS(2), .stop = PRICE(101)};
}

static enum refusal reduce(struct holding holding, qty_t qty, struct ticket *ticket)
{
	return risk_reduce(&holding, &(struct reduce){.qty = qty}, &ids, 0, NOW, ticket);
}

static enum refusal protect(struct holding holding, price_t mark, price_t stop, price_t target,
			    struct ticket *ticket)
{
	struct quote quote = {.mark = mark};
	return risk_protect(&holding, &quote, &(struct protect){stop, target}, &ids, 0, NOW, ticket);
}

static void a_reduce_shrinks_the_holding_on_the_closing_side(void **state)
{
	(void)state;
	struct ticket ticket;
	assert_int_equal(reduce(a_long(), COINS(2), &ticket), REFUSAL_NONE);
	const struct order_request *order = ticket_order(&ticket, NOW + 5000);
	assert_non_null(order);
	assert_int_equal(order->verb, VERB_REDUCE);
	assert_int_equal(order->side, SIDE_SHORT);
	assert_int_equal(order->qty, COINS(2));
	assert_null(ticket_order(&ticket, NOW + 5001));
	assert_int_equal(reduce(a_short(), 1, &ticket), REFUSAL_NONE);
	assert_int_equal(ticket_order(&ticket, NOW)->side, SIDE_LONG);
}

static void a_reduce_never_opens_or_turns_a_position(void **state)
{
	(void)state;
	struct ticket ticket;
	struct holding flat = a_long();
	flat.qty = 0;
	assert_int_equal(reduce(flat, 1, &ticket), REFUSAL_NOTHING_HELD);
	flat = a_long();
	flat.side = SIDE_NONE;
	assert_int_equal(reduce(flat, 1, &ticket), REFUSAL_NOTHING_HELD);
	assert_int_equal(reduce(a_long(), COINS(2) + 1, &ticket), REFUSAL_NOT_SMALLER);
	assert_int_equal(reduce(a_long(), 0, &ticket), REFUSAL_NOT_SMALLER);
	assert_int_equal(reduce(a_long(), -1, &ticket), REFUSAL_NOT_SMALLER);
	assert_int_equal(reduce(a_long(), UNKNOWN, &ticket), REFUSAL_NOT_SMALLER);
}

static void protection_covers_the_whole_holding(void **state)
{
	(void)state;
	struct ticket ticket;
	assert_int_equal(protect(a_long(), PRICE(100), PRICE(99), 0, &ticket), REFUSAL_NONE);
	const struct order_request *order = ticket_order(&ticket, NOW);
	assert_int_equal(order->qty, COINS(2));
	assert_int_equal(order->side, SIDE_SHORT);
	assert_int_equal(order->stop, PRICE(99));
	assert_int_equal(order->target, 0);
	assert_int_equal(protect(a_short(), PRICE(100), 10050, PRICE(98), &ticket), REFUSAL_NONE);
	assert_int_equal(ticket_order(&ticket, NOW)->target, PRICE(98));
}

static void a_stop_is_never_loosened_and_never_beyond_the_mark(void **state)
{
	(void)state;
	struct ticket ticket;
	assert_int_equal(protect(a_long(), PRICE(100), 9899, 0, &ticket), REFUSAL_NOT_PROTECTING);
	assert_int_equal(protect(a_long(), PRICE(100), 9999, 0, &ticket), REFUSAL_NONE);
	assert_int_equal(protect(a_long(), PRICE(100), 10000, 0, &ticket), REFUSAL_NOT_PROTECTING);
	assert_int_equal(protect(a_long(), UNKNOWN, 10000, 0, &ticket), REFUSAL_NONE);
	assert_int_equal(protect(a_short(), PRICE(100), 10101, 0, &ticket), REFUSAL_NOT_PROTECTING);
	assert_int_equal(protect(a_short(), PRICE(100), 10001, 0, &ticket), REFUSAL_NONE);
	assert_int_equal(protect(a_short(), PRICE(100), 10000, 0, &ticket), REFUSAL_NOT_PROTECTING);
	assert_int_equal(protect(a_long(), PRICE(100), 0, 0, &ticket), REFUSAL_NOT_PROTECTING);
	assert_int_equal(protect(a_long(), PRICE(100), UNKNOWN, 0, &ticket), REFUSAL_NOT_PROTECTING);
	assert_int_equal(protect(a_long(), PRICE(100), PRICE(99), PRICE(99), &ticket),
			 REFUSAL_NOT_PROTECTING);
	struct holding fresh = a_long();
	fresh.stop = 0;
	assert_int_equal(protect(fresh, PRICE(100), 1, 0, &ticket), REFUSAL_NONE);
}

static void no_state_of_the_desk_stands_in_the_way_of_leaving_or_protecting(void **state)
{
	(void)state;
	static const enum refusal states[] = {REFUSAL_LOCKED,        REFUSAL_PAUSED,
					      REFUSAL_DAY_HALTED,    REFUSAL_COOLDOWN,
					      REFUSAL_OPERATOR_HALT, REFUSAL_SAFE_CONFIDENCE};
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct given given = a_good_entry();
		struct ticket ticket;
		given.desk.locked = states[i] == REFUSAL_LOCKED;
		given.desk.paused = states[i] == REFUSAL_PAUSED;
		given.desk.halted_until_ms = states[i] == REFUSAL_DAY_HALTED ? NOW + 1 : 0;
		given.desk.cooldown_until_ms = states[i] == REFUSAL_COOLDOWN ? NOW + 1 : 0;
		given.desk.operator_halt = states[i] == REFUSAL_OPERATOR_HALT;
		given.desk.safe_mode = states[i] == REFUSAL_SAFE_CONFIDENCE;
		assert_int_equal(enter(&given, &ticket), states[i]);
		assert_int_equal(reduce(a_long(), 1, &ticket), REFUSAL_NONE);
		assert_int_equal(protect(a_long(), PRICE(100), PRICE(99), 0, &ticket), REFUSAL_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sealed_ticket_carries_exactly_the_order_that_was_judged),
		cmocka_unit_test(a_ticket_changed_in_any_byte_is_no_ticket),
		cmocka_unit_test(a_ticket_lives_five_seconds),
		cmocka_unit_test(a_refused_entry_leaves_the_ticket_untouched),
		cmocka_unit_test(an_entry_without_ids_of_its_own_is_refused),
		cmocka_unit_test(a_reduce_shrinks_the_holding_on_the_closing_side),
		cmocka_unit_test(a_reduce_never_opens_or_turns_a_position),
		cmocka_unit_test(protection_covers_the_whole_holding),
		cmocka_unit_test(a_stop_is_never_loosened_and_never_beyond_the_mark),
		cmocka_unit_test(no_state_of_the_desk_stands_in_the_way_of_leaving_or_protecting),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
