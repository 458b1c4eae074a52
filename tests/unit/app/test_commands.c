/* SPDX-License-Identifier: MIT
 * The operator's commands, as the control socket hands them over: what makes no sense is refused and changes
 * nothing; what is done is in the journal, with its reason, and is so after a restart. */
#include "live.h"
#include "live_stand.h"

#include "json.h"

static struct live live;
static char said[65536];
static unsigned char arena_memory[2 << 20];
static struct json_arena arena;

static void open_world(ms_t now_ms)
{
	char error[512] = "";

	if (stand_open_live(now_ms, error, sizeof error) != 0)
		fail_msg("%s", error);
	stand_begin(now_ms);
	stand_settle(now_ms);
	live = (struct live){.world = &stand->live, .begun = true, .last_ms = now_ms};
}

static int set_up(void **state)
{
	(void)state;
	stand_make(3);
	open_world(START_MS - 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	live_world_close(&stand->live);
	stand_remove();
	return 0;
}

/* As a daemon that was stopped and is started again at the same moment. */
static void restart(void)
{
	ms_t now_ms = stand->live.world.now_ms;

	live_world_close(&stand->live);
	memset(stand->venue.watched, 0, sizeof stand->venue.watched);
	open_world(now_ms);
}

static bool step(void)
{
	bool more = stand_step();

	live.last_ms = stand->live.world.now_ms;
	return more;
}

/* Answers with the code; said has what was written. */
static int tell(const char *verb, const char *arg)
{
	FILE *out = fmemopen(said, sizeof said, "w");

	assert_non_null(out);
	memset(said, 0, sizeof said);
	int code = live_answer(&live, verb, arg, out);
	fclose(out);
	return code;
}

static const struct cJSON *answer(void)
{
	const struct cJSON *root = NULL;

	json_arena_init(&arena, arena_memory, sizeof arena_memory);
	if (json_parse(&arena, said, strlen(said), &root) != JSON_OK)
		fail_msg("no JSON: %s", said);
	return root;
}

static bool flag(const char *key)
{
	bool value = false;

	assert_int_equal(json_bool(json_member(answer(), key), &value), JSON_OK);
	return value;
}

/* The names of the states, between blanks. */
static const char *states(const char *when)
{
	static char out[256];
	const struct cJSON *list = json_member(json_member(answer(), when), "states");

	out[0] = '\0';
	for (const struct cJSON *at = json_first(list); at != NULL; at = json_next(at)) {
		const char *name = "";
		assert_int_equal(json_text(at, &name), JSON_OK);
		snprintf(out + strlen(out), sizeof out - strlen(out), "%s%s", out[0] ? " " : "", name);
	}
	return out;
}

static struct desk *desk(void)
{
	return (struct desk *)engine_desk(stand->live.engine); /* a life in one word */
}

static struct desk kept_desk;
static int64_t kept_turn;

static void remember(void)
{
	kept_desk = *desk();
	kept_turn = stand->live.world.turn;
}

/* Refused, with these words, and nothing happened. */
static void refuses(int code, const char *verb, const char *arg, const char *words)
{
	remember();
	assert_int_equal(tell(verb, arg), code);
	if (strstr(said, words) == NULL)
		fail_msg("'%s' is not in: %s", words, said);
	assert_memory_equal(desk(), &kept_desk, sizeof kept_desk);
	assert_int_equal(stand->live.world.turn, kept_turn);
}

struct found {
	int64_t value;
	int count;
};

static int count_spoken(void *ctx, const struct record *record)
{
	struct found *found = ctx;

	found->count += record->note.note == NOTE_OPERATOR && record->note.a == found->value;
	return 0;
}

/* How often the journal has that the operator said this. */
static int spoken(enum command_kind kind)
{
	struct found found = {.value = kind};

	assert_int_equal(journal_each(&stand->live.journal.journal, RECORD_NOTE,
				      &(struct journal_query){.sym = SYM_NONE}, count_spoken, &found),
			 0);
	return found.count;
}

static int count_exits(void *ctx, const struct record *record)
{
	struct found *found = ctx;

	found->count += record->trade.book == BOOK_MAIN && record->trade.exit_reason == found->value;
	return 0;
}

static int exits(enum exit_reason reason)
{
	struct found found = {.value = reason};

	assert_int_equal(journal_each(&stand->live.journal.journal, RECORD_TRADE,
				      &(struct journal_query){.sym = SYM_NONE}, count_exits, &found),
			 0);
	return found.count;
}

static size_t positions(void)
{
	struct execution *execution = engine_execution(stand->live.engine);
	size_t count = 0;

	for (size_t i = 0; i < execution->active_count; i++)
		count += execution_active(execution, i)->book == BOOK_MAIN;
	return count;
}

static void trade_until_something_is_held(void)
{
	struct execution *execution = engine_execution(stand->live.engine);

	do
		assert_true(step());
	while (positions() == 0 || execution_active(execution, 0)->phase != PHASE_PROTECTED);
}

static void halt_closes_entries_is_journalled_and_survives_a_restart(void **state)
{
	(void)state;
	assert_int_equal(tell("halt", ""), 0);
	assert_true(flag("changed"));
	assert_true(flag("stored"));
	assert_string_equal(states("before"), "");
	assert_string_equal(states("after"), "operator_halt");
	assert_int_equal(spoken(COMMAND_HALT), 1);
	restart();
	assert_int_equal(desk()->operator_halt, 1);
	for (int i = 0; i < 3000; i++) {
		assert_true(step());
		assert_int_equal(positions(), 0);
	}
	assert_int_equal(tell("resume", ""), 0);
	assert_string_equal(states("before"), "operator_halt");
	assert_string_equal(states("after"), "");
	assert_int_equal(spoken(COMMAND_RESUME), 1);
	trade_until_something_is_held();
	restart();
	assert_int_equal(desk()->operator_halt, 0);
}

static void halt_said_twice_is_fine_and_says_so(void **state)
{
	(void)state;
	assert_int_equal(tell("halt", ""), 0);
	remember();
	assert_int_equal(tell("halt", ""), 0);
	assert_false(flag("changed"));
	assert_non_null(strstr(said, "already"));
	assert_int_equal(stand->live.world.turn, kept_turn);
	assert_int_equal(spoken(COMMAND_HALT), 1);
}

static void resume_ends_a_pause_and_the_next_one_is_deeper(void **state)
{
	int64_t pause_at = 0;

	(void)state;
	desk()->nav = NAV_ONE * 84 / 100;
	desk()->paused = desk()->half_size = 1;
	assert_int_equal(tell("resume", ""), 0);
	assert_string_equal(states("before"), "paused half_size");
	assert_string_equal(states("after"), "half_size");
	json_decimal(json_member(json_member(answer(), "after"), "pause_at"), 9, &pause_at);
	assert_int_equal(pause_at, 175 * RATIO_ONE / 1000);
	restart();
	assert_int_equal(desk()->paused, 0);
	assert_int_equal(desk()->pause_at, 175 * RATIO_ONE / 1000);
	assert_int_equal(spoken(COMMAND_RESUME), 1);
}

static void resume_is_refused_where_it_ends_nothing_and_says_until_when_that_stands(void **state)
{
	ms_t now_ms = live.last_ms;

	(void)state;
	refuses(EXIT_REFUSED, "resume", "", "entries are open");
	desk()->halted_until_ms = now_ms + 2 * HOUR_MS + 1;
	refuses(EXIT_REFUSED, "resume", "", "halted: daily loss, until 2026-01-01 02:00:00");
	desk()->halted_until_ms = 0;
	desk()->cooldown_until_ms = now_ms + HOUR_MS + 1;
	refuses(EXIT_REFUSED, "resume", "", "five losing trades in a row, until 2026-01-01 01:00:00");
	desk()->cooldown_until_ms = 0;
	desk()->safe_mode = desk()->half_size = 1;
	refuses(EXIT_REFUSED, "resume", "", "safe mode: until a green day");
	desk()->safe_mode = 0;
	desk()->nav = NAV_ONE * 88 / 100;
	refuses(EXIT_REFUSED, "resume", "", "half size: until the drawdown is under 10 %");
	desk()->locked = desk()->paused = 1;
	desk()->locked_ms = now_ms;
	refuses(EXIT_REFUSED, "resume", "", "until 'unlock'");
	assert_int_equal(spoken(COMMAND_RESUME), 0);
}

static void resume_of_a_halted_and_locked_desk_ends_the_halt_alone(void **state)
{
	(void)state;
	desk()->locked = desk()->paused = desk()->operator_halt = 1;
	desk()->locked_ms = live.last_ms;
	assert_int_equal(tell("resume", ""), 0);
	assert_string_equal(states("before"), "locked paused operator_halt");
	assert_string_equal(states("after"), "locked paused");
}

/* Money that leaves the account without a row. */
static void lose(money_t amount)
{
	struct events *heard = calloc(1, sizeof *heard);

	assert_non_null(heard);
	assert_int_equal(sim_broker_command(&stand->live.accounts.broker, SIM_FAULT_NO_ROW, SYM_NONE, -amount,
					    live.last_ms, heard),
			 0);
	for (size_t i = 0; i < heard->count; i++)
		world_tell(&stand->live.world, &heard->at[i]);
	free(heard);
}

static void resume_accepts_equity_that_nothing_explains(void **state)
{
	money_t off = 0;

	(void)state;
	lose(500 * MONEY_ONE);
	assert_int_equal(engine_unexplained(stand->live.engine), -500 * MONEY_ONE);
	assert_int_equal(tell("resume", ""), 0);
	json_decimal(json_member(json_member(answer(), "before"), "unexplained"), 8, &off);
	assert_int_equal(off, -500 * MONEY_ONE);
	assert_non_null(strstr(said, "equity changed by -500.00 USDT that nothing explains"));
	assert_int_equal(engine_unexplained(stand->live.engine), 0);
	restart();
	assert_int_equal(engine_unexplained(stand->live.engine), 0);
	assert_int_equal(engine_equity(stand->live.engine), 9500 * MONEY_ONE);
	refuses(EXIT_REFUSED, "resume", "", "entries are open");
}

static void equity_that_nothing_explains_stays_so_without_a_resume(void **state)
{
	(void)state;
	lose(500 * MONEY_ONE);
	restart();
	assert_int_equal(engine_unexplained(stand->live.engine), -500 * MONEY_ONE);
	assert_int_equal(tell("preview", "resume"), 0);
	assert_int_equal(engine_unexplained(stand->live.engine), -500 * MONEY_ONE);
}

static void flatten_leaves_everything_and_tells_what(void **state)
{
	(void)state;
	trade_until_something_is_held();
	size_t count = positions();
	assert_int_equal(tell("flatten", ""), 0);
	assert_true(flag("changed"));
	assert_int_equal(json_count(json_member(answer(), "positions")), count);
	assert_non_null(strstr(said, "\"phase\": \"leaving\""));
	assert_non_null(strstr(said, "'halt' keeps it flat"));
	assert_int_equal(spoken(COMMAND_FLATTEN), 1);
	restart(); /* on its way out */
	ms_t until_ms = live.last_ms + 5 * SECOND_MS;
	while (live_world_next_ms(&stand->live) <= until_ms)
		live_world_due(&stand->live, live_world_next_ms(&stand->live));
	assert_int_equal(positions(), 0);
	assert_int_equal(exits(EXIT_OPERATOR), count);
}

static void flatten_works_in_any_state_and_a_halted_desk_stays_flat(void **state)
{
	(void)state;
	trade_until_something_is_held();
	desk()->locked = desk()->paused = 1;
	desk()->locked_ms = live.last_ms;
	assert_int_equal(tell("halt", ""), 0);
	assert_int_equal(tell("flatten", ""), 0);
	assert_null(strstr(said, "'halt' keeps it flat"));
	for (int i = 0; i < 1000; i++)
		assert_true(step());
	assert_int_equal(positions(), 0);
	assert_true(exits(EXIT_OPERATOR) > 0);
}

static void entries_go_on_after_a_flatten_alone(void **state)
{
	(void)state;
	trade_until_something_is_held();
	assert_int_equal(tell("flatten", ""), 0);
	while (positions() > 0)
		assert_true(step());
	trade_until_something_is_held();
}

static void flatten_with_nothing_open_is_fine_and_says_so(void **state)
{
	(void)state;
	remember();
	assert_int_equal(tell("flatten", ""), 0);
	assert_false(flag("changed"));
	assert_non_null(strstr(said, "nothing is open"));
	assert_int_equal(stand->live.world.turn, kept_turn);
}

static void lock(ms_t ago_ms)
{
	desk()->nav = NAV_ONE * 79 / 100;
	desk()->locked = desk()->half_size = 1;
	desk()->locked_ms = live.last_ms - ago_ms;
}

static void unlock_is_refused_unlocked_too_early_and_without_its_word(void **state)
{
	(void)state;
	refuses(EXIT_REFUSED, "unlock", "unlock", "it is not locked");
	lock(DAY_MS - 1);
	live.last_ms = START_MS - 1;
	refuses(EXIT_REFUSED, "unlock", "unlock", "possible from 2026-01-01 00:00:00 UTC on");
	refuses(EXIT_REFUSED, "preview", "unlock", "possible from 2026-01-01 00:00:00 UTC on");
	lock(DAY_MS);
	refuses(EXIT_REFUSED, "unlock", "", "'unlock unlock'; nothing was done");
	refuses(EXIT_REFUSED, "unlock", "UNLOCK", "'unlock unlock'; nothing was done");
	refuses(EXIT_REFUSED, "unlock", "unlock unlock", "'unlock unlock'; nothing was done");
	assert_int_equal(spoken(COMMAND_UNLOCK), 0);
}

static void unlock_after_a_day_leads_to_half_size_as_its_preview_says(void **state)
{
	int64_t foreseen = 0, peak = 0, drawdown = 0, guard = 0;

	(void)state;
	lock(DAY_MS);
	assert_int_equal(tell("preview", "unlock"), 0);
	assert_string_equal(states("before"), "locked half_size");
	assert_string_equal(states("after"), "half_size");
	json_decimal(json_member(json_member(answer(), "after"), "nav_peak"), 9, &foreseen);
	assert_int_equal(desk()->locked, 1);
	assert_int_equal(tell("unlock", "unlock"), 0);
	assert_string_equal(states("after"), "half_size");
	const struct cJSON *after = json_member(answer(), "after");
	json_decimal(json_member(after, "nav_peak"), 9, &peak);
	json_decimal(json_member(after, "drawdown"), 9, &drawdown);
	json_decimal(json_member(after, "equity_peak"), 8, &guard);
	assert_int_equal(peak, foreseen);
	assert_int_equal(peak, 877777777);                             /* 0.79 x 10 / 9 */
	assert_in_range(drawdown, RATIO_ONE / 10, RATIO_ONE / 10 + 1); /* is rounded up */
	assert_int_equal(guard, 1111111111112);                        /* 10,000 USDT x 10 / 9, up */
	restart();
	assert_int_equal(desk()->locked, 0);
	assert_int_equal(desk()->half_size, 1);
	assert_int_equal(spoken(COMMAND_UNLOCK), 1);
}

static void lower_goes_down_one_stage_at_a_time_and_stays_there(void **state)
{
	static const ratio_t below[] = {RATIO_ONE / 4, RATIO_ONE / 10, RATIO_ONE / 20, 0};

	(void)state;
	for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
		assert_int_equal(tell("lower", ""), 0);
		assert_int_equal(engine_stage(stand->live.engine), below[i]);
		restart();
		assert_int_equal(engine_stage(stand->live.engine), below[i]);
	}
	refuses(EXIT_REFUSED, "lower", "", "nothing below");
	assert_int_equal(spoken(COMMAND_LOWER), 4);
}

static void a_command_that_could_not_be_stored_says_so_acts_and_is_stored_later(void **state)
{
	(void)state;
	trade_until_something_is_held();
	size_t count = positions();
	stand->fail_commits = 2;
	assert_int_equal(tell("halt", ""), 0);
	assert_false(flag("stored"));
	assert_int_equal(desk()->operator_halt, 1);
	assert_int_equal(tell("flatten", ""), 0);
	assert_false(flag("stored"));
	assert_int_equal(spoken(COMMAND_HALT), 0);
	for (int i = 0; i < 1000; i++)
		assert_true(step());
	assert_int_equal(spoken(COMMAND_HALT), 1);
	assert_int_equal(spoken(COMMAND_FLATTEN), 1);
	assert_int_equal(exits(EXIT_OPERATOR), count);
	assert_int_equal(tell("halt", ""), 0);
	assert_true(flag("stored"));
}

static void a_word_too_many_is_refused(void **state)
{
	static const char *const verbs[] = {"halt", "resume", "flatten", "lower"};

	(void)state;
	trade_until_something_is_held();
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		refuses(EXIT_USAGE, verbs[i], "now", "takes no further word");
}

static void before_there_is_a_world_no_command_is_taken(void **state)
{
	static const char *const verbs[] = {"halt", "resume", "flatten", "unlock", "lower", "preview"};

	(void)state;
	live.begun = false;
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		refuses(EXIT_REFUSED, verbs[i], strcmp(verbs[i], "unlock") == 0 ? "unlock" : "",
			"still waiting for the exchange's listing");
}

static void a_preview_changes_nothing(void **state)
{
	static const char *const verbs[] = {"halt", "flatten"};

	(void)state;
	trade_until_something_is_held();
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		refuses(0, "preview", verbs[i], "\"changes\": true");
	assert_int_equal(json_count(json_member(answer(), "positions")), positions());
	assert_null(strstr(said, "leaving"));
	refuses(EXIT_USAGE, "preview", "", "preview of what?");
	refuses(EXIT_USAGE, "preview", "lower", "preview of what?");
	refuses(EXIT_USAGE, "preview", "end", "preview of what?");
}

/* Events that have no verb have none here either: END ends a backtest. */
static void there_is_no_other_command(void **state)
{
	static const char *const verbs[] = {"end", "END", "HALT", "halt;", "", "Flatten"};

	(void)state;
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		refuses(EXIT_USAGE, verbs[i], "", "no question");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(halt_closes_entries_is_journalled_and_survives_a_restart),
		TEST(halt_said_twice_is_fine_and_says_so),
		TEST(resume_ends_a_pause_and_the_next_one_is_deeper),
		TEST(resume_is_refused_where_it_ends_nothing_and_says_until_when_that_stands),
		TEST(resume_of_a_halted_and_locked_desk_ends_the_halt_alone),
		TEST(resume_accepts_equity_that_nothing_explains),
		TEST(equity_that_nothing_explains_stays_so_without_a_resume),
		TEST(flatten_leaves_everything_and_tells_what),
		TEST(flatten_works_in_any_state_and_a_halted_desk_stays_flat),
		TEST(entries_go_on_after_a_flatten_alone),
		TEST(flatten_with_nothing_open_is_fine_and_says_so),
		TEST(unlock_is_refused_unlocked_too_early_and_without_its_word),
		TEST(unlock_after_a_day_leads_to_half_size_as_its_preview_says),
		TEST(lower_goes_down_one_stage_at_a_time_and_stays_there),
		TEST(a_command_that_could_not_be_stored_says_so_acts_and_is_stored_later),
		TEST(a_word_too_many_is_refused),
		TEST(before_there_is_a_world_no_command_is_taken),
		TEST(a_preview_changes_nothing),
		TEST(there_is_no_other_command),
#undef TEST
	};
	return cmocka_run_group_tests(tests, stand_be_quiet, stand_speak);
}
