/* SPDX-License-Identifier: MIT
 * Settings read anew: what a running daemon takes, and what it only names. */
#include "reload.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct config running, fresh;
static size_t told, taken;
static char names[512];

static void said(void *ctx, const struct config_row *row, bool was_taken)
{
	(void)ctx;
	told++;
	taken += was_taken;
	strcat(strcat(names, row->env), was_taken ? "+ " : "- ");
}

static char *environment[2]; /* keys come from there */

static void load(struct config *config, const char *const *sets, size_t count)
{
	const struct config_sources sources = {.sets = sets, .set_count = count, .environment = environment};
	char error[512] = "";

	if (config_load(config, &sources, error, sizeof error) != 0)
		fail_msg("%s", error);
}

static size_t reload(const char *const *sets, size_t count)
{
	told = taken = 0;
	names[0] = '\0';
	load(&fresh, sets, count);
	return reload_take(&running, &fresh, said, NULL);
}

static int set_up(void **state)
{
	(void)state;
	load(&running, NULL, 0);
	return 0;
}

static void what_is_the_same_is_not_told(void **state)
{
	(void)state;
	assert_int_equal(reload(NULL, 0), 0);
	assert_int_equal(told, 0);
}

static void limits_blacklist_and_log_level_are_taken(void **state)
{
	static const char *const sets[] = {"MAX_RISK_PER_TRADE=0.005", "SCANNER_BLACKLIST=DOGE/USDT",
					   "LOG_LEVEL=debug"};

	(void)state;
	assert_int_equal(reload(sets, 3), 3);
	assert_int_equal(taken, 3);
	assert_int_equal(running.limits.risk_per_trade, RATIO_ONE / 200);
	assert_int_equal(running.scanner.blacklist.count, 1);
	assert_string_equal(running.log_level, "debug");
	assert_int_equal(reload(sets, 3), 0); /* it is so already */
}

static void all_else_is_named_and_stays(void **state)
{
	static const char *const sets[] = {"TRADING_SYMBOLS=SOL/USDT", "SIM_BALANCE=5",
					   "TRADING_TIMEFRAME=5m", "SCANNER_ENABLED=false"};
	static char secret[] = "EXCHANGE_SECRET=abcdefgh";

	(void)state;
	environment[0] = secret;
	assert_int_equal(reload(sets, 4), 0);
	environment[0] = NULL;
	assert_int_equal(told, 5);
	assert_string_equal(running.symbols.at[0], "BTC/USDT:USDT");
	assert_int_equal(running.limits.timeframe_ms, MINUTE_MS);
	assert_true(running.scanner.enabled);
	assert_string_equal(running.secret, "");
	assert_non_null(strstr(names, "TRADING_SYMBOLS- "));
	assert_non_null(strstr(names, "EXCHANGE_SECRET- "));
}

/* They are read at each decision; what is copied into a room when it is made is not among them. */
static void only_rows_that_something_reads_later_may_be_taken(void **state)
{
	static const char *const fixed[] = {"RISK_CLOCK_OFFSET", "RISK_LEVERAGE",  "DECIDE_LIFE",
					    "TRADING_TIMEFRAME", "SIM_LATENCY",    "EXCHANGE_REST_URL",
					    "STATE_DIRECTORY",   "TRADING_SYMBOLS"};

	(void)state;
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		assert_false(config_find(fixed[i])->flags & CONFIG_RELOAD);
	for (size_t i = 0; i < config_row_count; i++)
		if (config_rows[i].flags & CONFIG_RELOAD) {
			size_t at = config_rows[i].offset, limits = offsetof(struct config, limits);
			bool limit = at >= limits && at < limits + sizeof(struct limits);
			assert_true(limit || strcmp(config_rows[i].env, "LOG_LEVEL") == 0 ||
				    strcmp(config_rows[i].env, "SCANNER_BLACKLIST") == 0);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_is_the_same_is_not_told, set_up),
		cmocka_unit_test_setup(limits_blacklist_and_log_level_are_taken, set_up),
		cmocka_unit_test_setup(all_else_is_named_and_stays, set_up),
		cmocka_unit_test_setup(only_rows_that_something_reads_later_may_be_taken, set_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
