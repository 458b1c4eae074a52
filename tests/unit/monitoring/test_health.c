/* SPDX-License-Identifier: MIT
 * Exchange health: three failures, p95 of 64 answers, silence, clock, rate limit. */
#include "health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define NOW (1000 * DAY_MS)

static void ticker(struct health *health, ms_t at_ms)
{
	struct event event = {.kind = EVENT_TICKER, .at_ms = at_ms};

	health_step(health, &event);
}

static void link_says(struct health *health, enum link_state state, ms_t latency_ms, ms_t clock_off_ms)
{
	struct event event = {.kind = EVENT_LINK, .at_ms = NOW};

	event.link.state = state;
	event.link.latency_ms = latency_ms;
	event.link.clock_off_ms = clock_off_ms;
	event.link.until_ms = NOW + 5000;
	health_step(health, &event);
}

static ms_t p95(const struct health *health)
{
	int64_t count = 0;

	return health_p95_ms(health, NOW, &count);
}

static struct health a_healthy_one(void)
{
	struct health health;

	health_init(&health, &health_settings_default);
	ticker(&health, NOW);
	link_says(&health, LINK_UP, 50, 3);
	return health;
}

static void a_market_nobody_has_spoken_of_is_not_healthy(void **state)
{
	struct health health;

	(void)state;
	health_init(&health, &health_settings_default);
	assert_int_equal(health_fault(&health, NOW), HEALTH_STREAM);
	ticker(&health, NOW);
	assert_true(health_ok(&health, NOW));
	assert_true(p95(&health) == UNKNOWN);
	assert_true(health.clock_off_ms == UNKNOWN);
}

static void three_failures_in_a_row_are_unhealthy_and_one_answer_heals(void **state)
{
	struct health health = a_healthy_one();
	struct event garbage = {.kind = EVENT_GARBAGE, .at_ms = NOW};

	(void)state;
	link_says(&health, LINK_DOWN, 0, UNKNOWN);
	health_step(&health, &garbage);
	assert_true(health_ok(&health, NOW));
	link_says(&health, LINK_DOWN, 0, UNKNOWN);
	assert_int_equal(health_fault(&health, NOW), HEALTH_FAILURES);
	link_says(&health, LINK_UP, 50, UNKNOWN);
	assert_true(health_ok(&health, NOW));
	assert_int_equal(health.clock_off_ms, 3); /* not told: as it was */
	link_says(&health, LINK_DOWN, 0, UNKNOWN);
	link_says(&health, LINK_DOWN, 0, UNKNOWN);
	link_says(&health, LINK_UP, 50, 0);
	link_says(&health, LINK_DOWN, 0, UNKNOWN);
	assert_true(health_ok(&health, NOW)); /* not in a row */
}

static void p95_is_the_61st_of_64_answers(void **state)
{
	struct health health = a_healthy_one();

	(void)state;
	for (int i = 0; i < 1000; i++)
		link_says(&health, LINK_UP, 9000, 0); /* long ago */
	for (int i = 0; i < 64; i++)
		link_says(&health, LINK_UP, (i * 13 % 64 + 1) * 10, 0); /* 10..640, shuffled */
	assert_int_equal(p95(&health), 610);
	assert_true(health_ok(&health, NOW));
}

static void slow_answers_close_entries_when_one_in_twenty_is_too_slow(void **state)
{
	struct health health = a_healthy_one();

	(void)state;
	for (int i = 0; i < 57; i++)
		link_says(&health, LINK_UP, 100, 0);
	for (int i = 0; i < 3; i++)
		link_says(&health, LINK_SLOW, 2001, 0);
	assert_true(health_ok(&health, NOW)); /* 3 of 61: 58 of them are fast, and 95 % are 58 */
	link_says(&health, LINK_SLOW, 2001, 0);
	assert_int_equal(health_fault(&health, NOW), HEALTH_LATENCY);

	health = a_healthy_one();
	for (int i = 0; i < 64; i++)
		link_says(&health, LINK_UP, 2000, 0);
	assert_true(health_ok(&health, NOW)); /* at the limit */
}

static void one_slow_first_answer_is_no_p95(void **state)
{
	struct health health = a_healthy_one();

	(void)state;
	for (int i = 0; i < 18; i++)
		link_says(&health, LINK_UP, 9000, 0);
	assert_true(health_ok(&health, NOW));
	link_says(&health, LINK_UP, 9000, 0);
	assert_false(health_ok(&health, NOW));
}

static void a_silent_stream_is_found_by_its_age(void **state)
{
	struct health health = a_healthy_one();
	struct event candle = {.kind = EVENT_CANDLE, .at_ms = NOW + MINUTE_MS};

	(void)state;
	assert_true(health_ok(&health, NOW + 30 * SECOND_MS));
	assert_int_equal(health_fault(&health, NOW + 30 * SECOND_MS + 1), HEALTH_STREAM);
	candle.candle.history = true; /* an old bar is no news */
	health_step(&health, &candle);
	assert_false(health_ok(&health, NOW + MINUTE_MS));
	candle.candle.history = false;
	health_step(&health, &candle);
	assert_true(health_ok(&health, NOW + MINUTE_MS));
}

static void a_clock_more_than_a_second_off_is_unhealthy_either_way(void **state)
{
	struct health health = a_healthy_one();

	(void)state;
	link_says(&health, LINK_UP, 50, 1000);
	assert_true(health_ok(&health, NOW));
	link_says(&health, LINK_UP, 50, 1001);
	assert_int_equal(health_fault(&health, NOW), HEALTH_CLOCK);
	link_says(&health, LINK_UP, 50, -1001);
	assert_int_equal(health_fault(&health, NOW), HEALTH_CLOCK);
	link_says(&health, LINK_UP, 50, -1000);
	assert_true(health_ok(&health, NOW));
}

static void a_rate_limit_holds_until_its_time(void **state)
{
	struct health health = a_healthy_one();

	(void)state;
	link_says(&health, LINK_LIMITED, 0, UNKNOWN);
	assert_int_equal(health_fault(&health, NOW + 4999), HEALTH_LIMITED);
	assert_true(health_ok(&health, NOW + 5000));
}

static void time_and_other_events_change_nothing(void **state)
{
	struct health health = a_healthy_one(), before = health;

	(void)state;
	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		struct event event = {.kind = (uint8_t)kind, .at_ms = NOW + 1};
		if (kind == EVENT_ORDER || kind == EVENT_ORDER_ABSENT || kind == EVENT_FILL ||
		    kind == EVENT_BALANCE || kind == EVENT_CANDLE || kind == EVENT_TICKER ||
		    kind == EVENT_DEPTH || kind == EVENT_LINK || kind == EVENT_GARBAGE)
			continue;
		health_step(&health, &event);
	}
	assert_memory_equal(&health, &before, sizeof(health));
}

/* Nobody may ever answer again while nothing is asked: what closed entries must not close them for good. */
static void failures_and_slow_answers_fade_when_nothing_follows_them(void **state)
{
	struct health health = a_healthy_one();

	(void)state;
	for (int i = 0; i < 3; i++)
		link_says(&health, LINK_DOWN, 0, UNKNOWN);
	ticker(&health, NOW + 59999);
	assert_int_equal(health_fault(&health, NOW + 59999), HEALTH_FAILURES);
	assert_true(health_ok(&health, NOW + 60000));

	health = a_healthy_one();
	for (int i = 0; i < 64; i++)
		link_says(&health, LINK_SLOW, 9000, 0);
	ticker(&health, NOW + 299999);
	assert_int_equal(health_fault(&health, NOW + 299999), HEALTH_LATENCY);
	assert_true(health_ok(&health, NOW + 300000));
}

static void three_failures_hours_apart_are_not_in_a_row_and_order_news_ends_a_run(void **state)
{
	struct health health = a_healthy_one();
	struct event event = {.kind = EVENT_GARBAGE};

	(void)state;
	for (int i = 0; i < 9; i++) {
		event.at_ms = NOW + i * HOUR_MS;
		ticker(&health, event.at_ms);
		health_step(&health, &event);
		assert_true(health_ok(&health, event.at_ms));
	}
	static const enum event_kind answers[] = {EVENT_ORDER, EVENT_ORDER_ABSENT, EVENT_FILL, EVENT_BALANCE};
	for (int i = 0; i < 4; i++) {
		health = a_healthy_one();
		for (int k = 0; k < 3; k++)
			link_says(&health, LINK_DOWN, 0, UNKNOWN);
		assert_false(health_ok(&health, NOW));
		health_step(&health, &(struct event){.kind = (uint8_t)answers[i], .at_ms = NOW});
		assert_true(health_ok(&health, NOW));
	}
}

static void the_defaults_are_those_of_the_rules(void **state)
{
	(void)state;
	assert_int_equal(health_settings_default.failures, 3);
	assert_int_equal(health_settings_default.stream_age_ms, 30000);
	assert_int_equal(health_settings_default.clock_off_ms, 1000);
	for (int i = 0; i < HEALTH_FAULT_COUNT; i++)
		assert_non_null(health_fault_text[i]);
}

static void an_answer_without_a_latency_is_no_measurement_and_late_news_is_no_older_stream(void **state)
{
	struct health health = a_healthy_one();

	(void)state;
	link_says(&health, LINK_UP, 0, UNKNOWN);
	assert_int_equal(health.answers, 1);
	assert_int_equal(p95(&health), 50);
	link_says(&health, LINK_UP, 1, UNKNOWN);
	assert_int_equal(health.answers, 2);
	ticker(&health, NOW - 10 * SECOND_MS);
	assert_int_equal(health.stream_ms, NOW);
	link_says(&health, LINK_UP, 70, UNKNOWN);
	assert_int_equal(p95(&health), 70); /* of three the largest */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_market_nobody_has_spoken_of_is_not_healthy),
		cmocka_unit_test(three_failures_in_a_row_are_unhealthy_and_one_answer_heals),
		cmocka_unit_test(p95_is_the_61st_of_64_answers),
		cmocka_unit_test(slow_answers_close_entries_when_one_in_twenty_is_too_slow),
		cmocka_unit_test(one_slow_first_answer_is_no_p95),
		cmocka_unit_test(a_silent_stream_is_found_by_its_age),
		cmocka_unit_test(a_clock_more_than_a_second_off_is_unhealthy_either_way),
		cmocka_unit_test(a_rate_limit_holds_until_its_time),
		cmocka_unit_test(time_and_other_events_change_nothing),
		cmocka_unit_test(failures_and_slow_answers_fade_when_nothing_follows_them),
		cmocka_unit_test(three_failures_hours_apart_are_not_in_a_row_and_order_news_ends_a_run),
		cmocka_unit_test(the_defaults_are_those_of_the_rules),
		cmocka_unit_test(
			an_answer_without_a_latency_is_no_measurement_and_late_news_is_no_older_stream),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
