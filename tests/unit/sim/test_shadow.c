/* SPDX-License-Identifier: MIT
 * The shadow account beside one in the weather: it reads the market from its twin, and nothing else. */
#include "sim_shadow.h"
#include "stand.h"

static struct stand stand;
static struct sim_shadow shadow;
static struct events heard;

static void what_strikes_the_account_does_not_strike_its_shadow(void **state)
{
	(void)state;
	stand_init(&stand, LATENCY_MS);
	stand_market(&stand);
	stand_forget(&stand);
	struct sim_broker_setup setup = stand.broker.setup;
	setup.book = BOOK_SHADOW;
	assert_int_equal(sim_shadow_init(&shadow, &setup, &stand.universe, &stand.broker), TB_OK);
	struct exchange exchange = {&sim_shadow_ops, &shadow};
	struct turn_out out = {.heard = &heard};

	struct sim_broker *main_book = &stand.broker;
	sim_broker_command(main_book, SIM_FAULT_FOREIGN, BTC, 40, BAR_MS, &stand.heard);
	sim_broker_command(main_book, SIM_FAULT_REJECT_ENTER, BTC, 0, BAR_MS, &stand.heard);
	struct order_request order = stand_enter(&stand, BTC, SIDE_SHORT, 100, 620000, 590000);
	order.book = BOOK_SHADOW;
	assert_int_equal(sim_shadow_accept(&shadow, &order, BAR_MS), TB_OK);
	struct wire_in wire = {.at_ms = BAR_MS + LATENCY_MS, .kind = WIRE_TIME};
	sim_shadow_ops.on_wire(&exchange, &wire, &out);

	const struct sim_slot *slot = &shadow.broker.slots[BTC];
	assert_int_equal(slot->side, SIDE_SHORT);
	assert_int_equal(slot->qty, 100);
	assert_int_equal(slot->foreign, 0);
	assert_int_equal(slot->stop.qty, 100);
	assert_int_equal(stand.broker.slots[BTC].qty, 40);
	assert_int_equal(sim_broker_check(&shadow.broker), 0);
	for (size_t i = 0; i < heard.count; i++)
		assert_int_equal(heard.at[i].book, BOOK_SHADOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_strikes_the_account_does_not_strike_its_shadow),
	};

	return cmocka_run_group_tests_name("sim shadow", tests, NULL, NULL);
}
