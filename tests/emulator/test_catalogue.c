/* SPDX-License-Identifier: MIT
 * Tests of the catalogue of faults: how they are written, commanded, planned, drawn and ended. */
#include "emu_stand.h"

#define TICKERS "/v5/market/tickers?category=linear"

static int open_four(void **state)
{
	struct emu_setup setup = a_setup(4);

	(void)state;
	stand_open(&setup);
	return 0;
}

static int close_it(void **state)
{
	(void)state;
	stand_close();
	return 0;
}

static void a_fault_is_written_as_word_symbol_value_times_and_time(void **state)
{
	struct emu_fault fault;
	char error[160];
	static const char *const wrong[] = {"",        "nothing", "late=x",        "late*x",    "late:=3",
					    "late@-1", "late=3 ", "late:BTCUSDT=", "delay*1*2", "dela"};

	(void)state;
	assert_int_equal(emu_fault_parse("late:BTCUSDT=3000*5@60000", &fault, error, sizeof(error)), TB_OK);
	assert_int_equal(fault.kind, EMU_FAULT_LATE);
	assert_string_equal(fault.symbol, "BTCUSDT");
	assert_int_equal(fault.value, 3000);
	assert_int_equal(fault.times, 5);
	assert_int_equal(fault.at_ms, 60000);
	assert_int_equal(emu_fault_parse("miss", &fault, error, sizeof(error)), TB_OK);
	assert_int_equal(fault.times, 1);
	assert_int_equal(fault.at_ms, UNKNOWN);
	assert_int_equal(emu_fault_parse("clock_skew=-1500", &fault, error, sizeof(error)), TB_OK);
	assert_int_equal(fault.value, -1500);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(emu_fault_parse(wrong[i], &fault, error, sizeof(error)), TB_EINVAL);
	assert_int_equal(strike("miss:NOPEUSDT"), TB_EINVAL);
	assert_int_equal(strike("miss*0"), TB_EINVAL);
	assert_int_equal(strike("body_cut=100"), TB_EINVAL);
	struct emu_weather weather;
	assert_int_equal(emu_weather_parse("7,per-hour=30", &weather), TB_OK);
	assert_int_equal(weather.seed, 7);
	assert_int_equal(weather.per_hour, 30);
	assert_false(weather.regrid);
	assert_int_equal(emu_weather_parse("7,regrid,per-hour=40", &weather), TB_OK);
	assert_true(weather.regrid && weather.per_hour == 40);
	assert_int_equal(emu_weather_parse("7,per-day=30", &weather), TB_EINVAL);
	assert_int_equal(emu_weather_parse("7,regrids", &weather), TB_EINVAL);
	assert_int_equal(emu_weather_parse("7,", &weather), TB_EINVAL);
}

static void the_catalogue_is_the_table_in_the_docs(void **state)
{
	static const char *const whens[] = {"next", "lasts", "now"};
	FILE *file = fopen(SOURCE_DIR "/docs/emulator.md", "r");
	char want[512], got[512];
	int found = 0;
	bool in_table = false;

	(void)state;
	assert_non_null(file);
	while (fgets(got, sizeof(got), file) != NULL && strncmp(got, "<!-- end of faults", 18) != 0) {
		in_table = in_table || strstr(got, "| word | when |") != NULL;
		if (!in_table || strncmp(got, "| `", 3) != 0)
			continue;
		assert_true(found < EMU_FAULT_COUNT);
		const struct emu_fault_row *row = &emu_fault_rows[found++];
		char value[64] = "";
		if (row->unit != EMU_UNIT_NONE)
			snprintf(value, sizeof(value), "%lld to %lld %s", (long long)row->low,
				 (long long)row->high, emu_unit_text[row->unit]);
		snprintf(want, sizeof(want), "| `%s` | %s | %s | %s |\n", row->word, whens[row->when], value,
			 row->text);
		assert_string_equal(got, want);
	}
	fclose(file);
	assert_int_equal(found, EMU_FAULT_COUNT);
}

static void each_row_of_the_catalogue_can_be_commanded_alone(void **state)
{
	(void)state;
	for (int i = 0; i < EMU_FAULT_POST_RESET_BEFORE;
	     i++) { /* those of an account: test_account_faults.c */
		struct emu_setup setup = a_setup(2);
		stand_close();
		stand_open(&setup);
		minutes_pass(2);
		assert_int_equal(strike(emu_fault_rows[i].word), TB_OK);
		assert_int_equal(emu_counts(emu)->struck[i], emu_fault_rows[i].when != EMU_WHEN_NEXT);
	}
}

static void a_planned_fault_comes_at_its_time(void **state)
{
	(void)state;
	assert_int_equal(strike("busy_10016=1000@90000"), TB_OK);
	emu_advance(emu, START_MS + 89999);
	get(TICKERS);
	emu_advance(emu, START_MS + 90000);
	assert_int_equal(code_of(TICKERS), 10016);
	emu_advance(emu, START_MS + 91000);
	get(TICKERS);
}

static void instruments_change_by_seed_only_where_that_is_wanted(void **state)
{
	(void)state;
	for (int wanted = 0; wanted < 2; wanted++) {
		struct emu_setup setup = a_setup(8);
		stand_close();
		setup.weather = (struct emu_weather){.seed = 4, .per_hour = 600, .regrid = wanted};
		stand_open(&setup);
		emu_advance(emu, START_MS + DAY_MS);
		assert_int_equal(struck(EMU_FAULT_TICK) > 0, wanted);
		assert_int_equal(struck(EMU_FAULT_DELIST), wanted ? 2 : 0); /* a quarter, at most */
	}
}

static void calm_ends_what_waits_and_what_lasts(void **state)
{
	struct emu_setup setup = a_setup(4);
	int64_t sum = 0;

	(void)state;
	stand_close();
	setup.weather = (struct emu_weather){.seed = 3, .per_hour = 600};
	stand_open(&setup);
	emu_advance(emu, START_MS + 20 * HOUR_MS);
	for (int i = 0; i < EMU_FAULT_COUNT; i++)
		sum += struck((enum emu_fault_kind)i);
	assert_true(sum > 1000); /* of 12,000 drawn: most wait for clients that are not there */
	emu_calm(emu);
	for (int i = 0; i < 100; i++) {
		emu_advance(emu, emu_now(emu) + 1000);
		get("/v5/market/time");
		assert_int_equal(reply.delay_ms, 0);
	}
	a_stream();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_four, close_it)
	const struct CMUnitTest tests[] = {
		TEST(a_fault_is_written_as_word_symbol_value_times_and_time),
		TEST(the_catalogue_is_the_table_in_the_docs),
		TEST(each_row_of_the_catalogue_can_be_commanded_alone),
		TEST(a_planned_fault_comes_at_its_time),
		TEST(instruments_change_by_seed_only_where_that_is_wanted),
		TEST(calm_ends_what_waits_and_what_lasts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
