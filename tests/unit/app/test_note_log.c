/* SPDX-License-Identifier: MIT
 * What the log says of a note: what happened, in the units of the instrument, what follows and what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "health.h"
#include "log.h"
#include "note_log.h"
#include "tradebot/event.h"
#include "tradebot/order.h"

static struct universe universe = {
	.count = 1, .at = {{.name = "BTC/USDT:USDT", .tick = {1, 1}, .lot = {1, 3}, .contract = {1, 0}}}};
static char *said;

static const char *say(enum note note, sym_t sym, int64_t a, int64_t b)
{
	size_t size = 0;

	free(said);
	said = NULL;
	FILE *out = open_memstream(&said, &size);
	assert_non_null(out);
	log_set_output(out, false);
	note_log(&(struct note_record){.at_ms = 1767225600000, .sym = sym, .note = note, .a = a, .b = b},
		 &universe, false);
	log_set_output(stderr, false);
	fclose(out);
	return said;
}

static void assert_says(const char *line, const char *wanted)
{
	if (strstr(line, wanted) == NULL)
		fail_msg("'%s' does not say '%s'", line, wanted);
}

static void numbers_that_stand_for_words_are_said_in_words(void **state)
{
	(void)state;
	assert_says(say(NOTE_UNHEALTHY, SYM_NONE, HEALTH_CLOCK, 0), "WARN");
	assert_says(said, "exchange unhealthy (our clock is off); no entries until it is well");
	assert_says(say(NOTE_MARKET, 0, INSTRUMENT_SUSPENDED, INSTRUMENT_TRADING),
		    "(now suspended (maintenance), before trading)");
	assert_says(say(NOTE_OPERATOR, SYM_NONE, COMMAND_LOWER, 0), "(lower the stage)");
	assert_says(say(NOTE_SERIES_DROPPED, 0, 1, 500000), "(the price jumped, close 50000.0)");
	assert_says(say(NOTE_UNHEALTHY, SYM_NONE, 99, 0), "(unknown)");
}

static void a_fill_is_bought_or_sold_in_coins_at_a_price(void **state)
{
	(void)state;
	assert_says(say(NOTE_UNKNOWN_FILL, 0, 25, 500001), "ERROR");
	assert_says(said, "BTC/USDT:USDT: a trade that no order of ours made (bought 0.025, at 50000.1)");
	assert_says(say(NOTE_UNKNOWN_FILL, 0, -25, 500001), "(sold 0.025, at 50000.1)");
}

static void money_has_its_unit(void **state)
{
	(void)state;
	assert_says(say(NOTE_UNEXPLAINED, SYM_NONE, -5 * MONEY_ONE, 200 * MONEY_ONE),
		    "(difference -5.00 USDT, allowed 200.00 USDT); no entries while it stands");
}

static void what_follows_from_a_rejection_depends_on_the_order(void **state)
{
	(void)state;
	assert_says(say(NOTE_ORDER_REJECTED, 0, ROLE_ENTRY, SIDE_LONG), "(entry, long); nothing was opened");
	assert_says(say(NOTE_ORDER_REJECTED, 0, ROLE_STOP, SIDE_SHORT),
		    "(stop, short); tried again; without a stop");
	assert_says(say(NOTE_ORDER_REJECTED, 0, ROLE_EXIT, SIDE_SHORT), "(exit, short); tried again\n");
}

static void the_first_stage_is_no_warning_and_a_change_is_one(void **state)
{
	(void)state;
	assert_says(say(NOTE_STAGE, SYM_NONE, RATIO_ONE, RATIO_ONE), "INFO");
	assert_says(say(NOTE_STAGE, SYM_NONE, RATIO_ONE / 20, RATIO_ONE / 10), "WARN");
	assert_says(said, "(now 5.00 %, before 10.00 %)");
}

/* What closes entries until somebody does something is an error; what passes by itself is none. */
static void an_error_is_what_somebody_has_to_look_at(void **state)
{
	static const enum note errors[] = {NOTE_PAUSED,       NOTE_LOCKED,      NOTE_FOREIGN,
					   NOTE_UNKNOWN_FILL, NOTE_UNEXPLAINED, NOTE_UNRECORDED};
	static const enum note own_lines[] = {NOTE_COSTS,   NOTE_SIZE,     NOTE_PAUSE_BARS, NOTE_HELD,
					      NOTE_ADVICE,  NOTE_ARCHIVED, NOTE_MOVED,      NOTE_QUOTE,
					      NOTE_REFUSED, NOTE_ENTERED,  NOTE_EXITED,     NOTE_SCORE};

	(void)state;
	for (int note = 0; note < NOTE_COUNT; note++) {
		bool error = false, other = false;
		for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
			error = error || (int)errors[i] == note;
		for (size_t i = 0; i < sizeof own_lines / sizeof own_lines[0]; i++)
			other = other || (int)own_lines[i] == note;
		const char *line = say((enum note)note, SYM_NONE, 0, 0);
		if ((line == NULL || line[0] == '\0') != other)
			fail_msg("%s: %s", note_rows[note].name, other ? line : "says nothing");
		if (!other && (strstr(line, "ERROR") != NULL) != error)
			fail_msg("%s: %s", note_rows[note].name, line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_that_stand_for_words_are_said_in_words),
		cmocka_unit_test(a_fill_is_bought_or_sold_in_coins_at_a_price),
		cmocka_unit_test(money_has_its_unit),
		cmocka_unit_test(what_follows_from_a_rejection_depends_on_the_order),
		cmocka_unit_test(the_first_stage_is_no_warning_and_a_change_is_one),
		cmocka_unit_test(an_error_is_what_somebody_has_to_look_at),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(said);
	return failed;
}
