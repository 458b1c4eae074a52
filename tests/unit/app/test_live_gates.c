/* SPDX-License-Identifier: MIT
 * Which keys and accounts may be traded with, which are set up first, and what is only said. */
#include "live_gates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1767225600000LL

static const struct account_facts good = {
	.known = ACCOUNT_FACTS_ALL,
	.asked = ACCOUNT_FACTS_ALL,
	.account = "1",
	.key_trade = true,
	.key_ip_bound = true,
	.key_expires_ms = UNKNOWN,
	.unified = true,
	.margin_mode = MARGIN_ISOLATED,
	.position_mode = POSITION_MODE_ONE_WAY,
	.set_margin_code = UNKNOWN,
	.set_mode_code = UNKNOWN,
};

static void expect(struct account_facts facts, bool may_set, enum gate_answer answer, enum gate at)
{
	struct gate_finding finding;
	enum gate which;

	assert_int_equal(gates_look(&facts, may_set, NOW, &which, &finding), answer);
	assert_int_equal(which, at);
	if (answer == GATE_REFUSED)
		assert_true(strlen(finding.text) > 20);
}

static void what_is_right_passes_every_gate(void **state)
{
	(void)state;
	expect(good, true, GATE_PASS, GATE_COUNT);
	expect(good, false, GATE_PASS, GATE_COUNT);
}

static void nothing_passes_before_everything_was_answered(void **state)
{
	struct account_facts facts = {.key_expires_ms = UNKNOWN};

	(void)state;
	expect(facts, true, GATE_WAIT, GATE_KEY);
	for (int64_t fact = ACCOUNT_FACT_KEY; fact < ACCOUNT_FACTS_ALL; fact *= 2) {
		facts = good;
		facts.known &= ~fact, facts.asked &= ~fact;
		struct gate_finding finding;
		enum gate which;
		assert_int_equal(gates_look(&facts, true, NOW, &which, &finding), GATE_WAIT);
	}
}

static void what_the_exchange_does_not_tell_is_not_taken_for_granted(void **state)
{
	struct account_facts facts = good;

	(void)state;
	facts.known &= ~(int64_t)ACCOUNT_FACT_INFO;
	expect(facts, true, GATE_REFUSED, GATE_UNIFIED);
	facts = good;
	facts.known &= ~(int64_t)ACCOUNT_FACT_MODE;
	expect(facts, true, GATE_REFUSED, GATE_POSITION_MODE);
	facts = good;
	facts.known &= ~(int64_t)ACCOUNT_FACT_FEES; /* TAKER_FEE takes its place */
	expect(facts, true, GATE_PASS, GATE_COUNT);
}

static void keys_that_must_not_be_traded_with_are_refused(void **state)
{
	struct account_facts facts = good;

	(void)state;
	facts.refused = true, facts.known &= ~(int64_t)ACCOUNT_FACT_KEY;
	expect(facts, true, GATE_REFUSED, GATE_KEY);
	facts = good, facts.key_withdraw = true;
	expect(facts, true, GATE_REFUSED, GATE_WITHDRAW);
	facts = good, facts.key_read_only = true;
	expect(facts, true, GATE_REFUSED, GATE_TRADE);
	facts = good, facts.key_trade = false;
	expect(facts, true, GATE_REFUSED, GATE_TRADE);
	facts = good, facts.key_expires_ms = NOW;
	expect(facts, true, GATE_REFUSED, GATE_EXPIRED);
	facts = good, facts.unified = false;
	expect(facts, true, GATE_REFUSED, GATE_UNIFIED);
}

static void one_refused_login_is_not_the_end_of_a_key_whose_rights_were_told(void **state)
{
	struct account_facts facts = good;

	(void)state;
	facts.refused = true;
	expect(facts, true, GATE_WAIT, GATE_KEY);
	facts.known &= ~(int64_t)ACCOUNT_FACT_KEY, facts.asked &= ~(int64_t)ACCOUNT_FACT_KEY;
	expect(facts, true, GATE_WAIT, GATE_KEY); /* not answered yet */
}

static void an_empty_account_is_set_up_and_any_other_is_left_as_it_is(void **state)
{
	struct account_facts facts = good;

	(void)state;
	facts.margin_mode = MARGIN_CROSS;
	expect(facts, true, GATE_SET_ISOLATED, GATE_MARGIN_MODE);
	expect(facts, false, GATE_REFUSED, GATE_MARGIN_MODE);
	facts.position_mode = POSITION_MODE_HEDGE;
	expect(facts, true, GATE_SET_ONE_WAY, GATE_POSITION_MODE);
	facts.has_position = true;
	expect(facts, true, GATE_REFUSED, GATE_POSITION_MODE);
	facts.has_position = false, facts.has_order = true;
	expect(facts, true, GATE_REFUSED, GATE_POSITION_MODE);
	facts.has_order = false, facts.borrows = true;
	expect(facts, true, GATE_REFUSED, GATE_POSITION_MODE);
	facts.borrows = false, facts.known &= ~(int64_t)ACCOUNT_FACT_HOLDINGS;
	expect(facts, true, GATE_REFUSED, GATE_POSITION_MODE); /* nobody knows whether it is empty */
	facts = good, facts.has_position = facts.has_order = true;
	expect(facts, true, GATE_PASS, GATE_COUNT); /* nothing has to be changed */
}

static void a_setting_that_the_exchange_refuses_is_not_asked_for_again(void **state)
{
	struct account_facts facts = good;

	(void)state;
	facts.margin_mode = MARGIN_PORTFOLIO;
	facts.set_margin_code = 3400045;
	snprintf(facts.why, sizeof facts.why, "margin mode cannot be changed");
	expect(facts, true, GATE_REFUSED, GATE_MARGIN_MODE);
}

static void what_is_not_known_to_be_empty_is_not(void **state)
{
	struct account_facts facts = good;

	(void)state;
	assert_null(gates_not_ours(&facts));
	facts.known &= ~(int64_t)ACCOUNT_FACT_HOLDINGS;
	assert_non_null(strstr(gates_not_ours(&facts), "does not tell"));
	facts = good, facts.has_position = true;
	assert_non_null(strstr(gates_not_ours(&facts), "positions"));
	facts = good, facts.has_order = true;
	assert_non_null(strstr(gates_not_ours(&facts), "orders"));
}

static size_t count_warnings(const struct account_facts *facts)
{
	char text[320];
	size_t count = 0;

	while (gates_warning(facts, NOW, count, text, sizeof text) != NULL)
		count++;
	return count;
}

static void a_key_that_ends_within_a_week_is_bound_to_nothing_or_moves_money_is_told(void **state)
{
	struct account_facts facts = good;
	char text[320];

	(void)state;
	assert_int_equal(count_warnings(&facts), 0);
	facts.key_expires_ms = NOW + 7 * DAY_MS;
	assert_int_equal(count_warnings(&facts), 0);
	facts.key_expires_ms--;
	assert_int_equal(count_warnings(&facts), 1);
	assert_non_null(strstr(gates_warning(&facts, NOW, 0, text, sizeof text), "167 hours"));
	facts.key_ip_bound = false;
	assert_int_equal(count_warnings(&facts), 2);
	facts.key_transfer = true;
	assert_int_equal(count_warnings(&facts), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_right_passes_every_gate),
		cmocka_unit_test(nothing_passes_before_everything_was_answered),
		cmocka_unit_test(what_the_exchange_does_not_tell_is_not_taken_for_granted),
		cmocka_unit_test(keys_that_must_not_be_traded_with_are_refused),
		cmocka_unit_test(one_refused_login_is_not_the_end_of_a_key_whose_rights_were_told),
		cmocka_unit_test(an_empty_account_is_set_up_and_any_other_is_left_as_it_is),
		cmocka_unit_test(a_setting_that_the_exchange_refuses_is_not_asked_for_again),
		cmocka_unit_test(what_is_not_known_to_be_empty_is_not),
		cmocka_unit_test(a_key_that_ends_within_a_week_is_bound_to_nothing_or_moves_money_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
