/* SPDX-License-Identifier: MIT
 * The settings: their defaults, their layers, what is refused and how it is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "config.h"

static struct config config;
static char error[1024];
static char folder[64], ini[96], env[96]; /* scratch files */

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

/* Loads from an ini text, a .env text, an environment "A=1" and a --set; each may be NULL. */
static int load(const char *ini_text, const char *env_text, const char *environment, const char *set)
{
	char *names[] = {(char *)(uintptr_t)environment, NULL};
	struct config_sources sources = {.sets = &set, .set_count = set != NULL, .environment = names};

	if (ini_text != NULL)
		write_file(ini, ini_text, 0600);
	if (env_text != NULL)
		write_file(env, env_text, 0600);
	sources.ini_path = ini_text != NULL ? ini : NULL;
	sources.env_path = env_text != NULL ? env : NULL;
	return config_load(&config, &sources, error, sizeof(error));
}

static void assert_refused(const char *set, const char *fault)
{
	assert_int_equal(load(NULL, NULL, NULL, set), TB_EINVAL);
	assert_string_equal(error, fault);
}

static void assert_origin(const char *name, const char *wanted)
{
	char origin[CONFIG_TEXT_MAX];

	config_format_origin(&config, config_find(name), origin, sizeof(origin));
	assert_string_equal(origin, wanted);
}

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test_config.XXXXXX");
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(ini, sizeof(ini), "%s/tradebotd.ini", folder);
	snprintf(env, sizeof(env), "%s/.env", folder);
	return 0;
}

static int drop_folder(void **state)
{
	(void)state;
	unlink(ini);
	unlink(env);
	return rmdir(folder);
}

static void every_name_of_the_seed_is_there_with_its_default(void **state)
{
	static const struct {
		const char *name, *value;
	} seed[] = {
		{"EXCHANGE_NAME", "bybit"},
		{"EXCHANGE_API_KEY", "not set"},
		{"EXCHANGE_SECRET", "not set"},
		{"EXCHANGE_SANDBOX", "true"},
		{"TRADING_SYMBOLS", "BTC/USDT:USDT,ETH/USDT:USDT"},
		{"TRADING_TIMEFRAME", "1m"},
		{"MAX_RISK_PER_TRADE", "0.01"},
		{"MAX_DAILY_LOSS", "0.05"},
		{"SCANNER_ENABLED", "true"},
		{"SCANNER_MAX_POSITIONS", "5"},
		{"SCANNER_PORTFOLIO_PCT", "0.5"},
		{"SCANNER_MIN_VOLUME_24H", "1000000"},
		{"SCANNER_BLACKLIST", ""},
		{"LLM_ENABLED", "false"},
		{"LLM_API_KEY", "not set"},
		{"EXCHANGE_PASSPHRASE", "not set"},
		{"ACCEPT_SHARED_ACCOUNT", "false"},
		{"LIVE_ACCEPT_UNPROMOTED", "false"},
		{"SCANNER_INTERVAL_MINUTES", "15"},
		{"TAKER_FEE", "0.00055"},
	};
	char value[CONFIG_TEXT_MAX];

	(void)state;
	assert_int_equal(load(NULL, NULL, NULL, NULL), TB_OK);
	for (size_t i = 0; i < sizeof(seed) / sizeof(seed[0]); i++) {
		assert_non_null(config_find(seed[i].name));
		config_format(&config, config_find(seed[i].name), value, sizeof(value));
		assert_string_equal(value, seed[i].value);
		assert_origin(seed[i].name, "default");
	}
}

static void the_default_limits_are_those_of_the_gate(void **state)
{
	(void)state;
	assert_int_equal(load(NULL, NULL, NULL, NULL), TB_OK);
	assert_memory_equal(&config.limits, &limits_default, sizeof(config.limits));
}

static void no_two_rows_share_a_name_or_a_member(void **state)
{
	(void)state;
	for (size_t i = 0; i < config_row_count; i++) {
		assert_ptr_equal(config_find(config_rows[i].key), &config_rows[i]);
		assert_ptr_equal(config_find(config_rows[i].env), &config_rows[i]);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(config_rows[i].offset, config_rows[j].offset);
		assert_true(config_rows[i].lowest <= config_rows[i].highest);
		assert_true(strlen(config_rows[i].help) > 3);
	}
}

/* Every number of every row: its own ends are allowed, one step beyond is not. */
static void both_ends_of_a_range_are_allowed_and_nothing_beyond(void **state)
{
	(void)state;
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];
		char range[128], *high, text[96], place[] = "x";

		if (row->type != CONFIG_COUNT && row->type != CONFIG_RATIO && row->type != CONFIG_NUMBER &&
		    row->type != CONFIG_MONEY && row->type != CONFIG_TIME)
			continue;
		config_format_range(row, range, sizeof(range)); /* "LOW[!] to HIGH[!] unit" */
		high = strstr(range, " to ");
		assert_non_null(high);
		*high = '\0';
		high += 4;
		range[strcspn(range, "!")] = '\0';
		high[strcspn(high, "! ")] = '\0';
		assert_int_equal(config_put(&config, row, range, place, error, sizeof(error)), TB_OK);
		assert_int_equal(*(int64_t *)(void *)((char *)&config + row->offset), row->lowest);
		assert_int_equal(config_put(&config, row, high, place, error, sizeof(error)), TB_OK);
		assert_int_equal(*(int64_t *)(void *)((char *)&config + row->offset), row->highest);
		snprintf(text, sizeof(text), "%s%s", high, strchr(high, '.') != NULL ? "000001" : "1");
		assert_int_equal(config_put(&config, row, text, place, error, sizeof(error)), TB_EINVAL);
		assert_int_equal(*(int64_t *)(void *)((char *)&config + row->offset), row->highest);
		if (row->lowest > 0)
			assert_int_equal(config_put(&config, row, "0", place, error, sizeof(error)),
					 TB_EINVAL);
	}
}

static void the_last_layer_wins_and_every_value_knows_its_own(void **state)
{
	char wanted[160];

	(void)state;
	assert_int_equal(load("; x\n[risk]\nper_trade = 0.005\ndaily_loss = 0.04\nspread=0.0005\nslippage = "
			      "0.0004 # tight\n",
			      "MAX_DAILY_LOSS=0.03\n\nRISK_SPREAD=4bps # four\nRISK_SLIPPAGE=0.0003\n",
			      "RISK_SPREAD=0.03%", "risk.slippage=2 bps"),
			 TB_OK);
	assert_int_equal(config.limits.risk_per_trade, RATIO_ONE / 200);
	snprintf(wanted, sizeof(wanted), "%s:3", ini);
	assert_origin("MAX_RISK_PER_TRADE", wanted);
	assert_int_equal(config.limits.daily_loss, 3 * RATIO_ONE / 100);
	snprintf(wanted, sizeof(wanted), "%s:1", env);
	assert_origin("MAX_DAILY_LOSS", wanted);
	assert_int_equal(config.limits.spread, 3 * BPS);
	assert_origin("RISK_SPREAD", "environment");
	assert_int_equal(config.limits.slippage, 2 * BPS);
	assert_origin("RISK_SLIPPAGE", "command line");
	assert_origin("RISK_RED_DAY", "default");
}

static void a_value_looser_than_a_compiled_in_limit_does_not_start(void **state)
{
	char wanted[512];

	(void)state;
	assert_int_equal(load(NULL, "A_=1\n", NULL, NULL), TB_EINVAL); /* the file is read at all */
	assert_int_equal(load(NULL, "\nMAX_RISK_PER_TRADE=0.020000001\n", NULL, NULL), TB_EINVAL);
	snprintf(wanted, sizeof(wanted),
		 "%s:2: MAX_RISK_PER_TRADE=0.020000001: over a limit that is compiled in; allowed: 0.000001 "
		 "to 0.02! of C",
		 env);
	assert_string_equal(error, wanted);
	assert_refused("MAX_DAILY_LOSS=6%",
		       "command line: MAX_DAILY_LOSS=6%: over a limit that is compiled in; "
		       "allowed: 0.000001 to 0.05! of NAV");
	assert_int_equal(load(NULL, NULL, "RISK_LEVERAGE=3", NULL), TB_EINVAL);
	assert_string_equal(
		error, "environment: RISK_LEVERAGE=3: over a limit that is compiled in; allowed: 1! to 2! x");
	assert_int_equal(load(NULL, NULL, NULL, "MAX_RISK_PER_TRADE=2%"), TB_OK); /* exactly at it */
	assert_int_equal(config.limits.risk_per_trade, CEILING_RISK_PER_TRADE);
	assert_int_equal(load(NULL, NULL, NULL, "MAX_DAILY_LOSS=0.01"), TB_OK); /* stricter */
}

static void what_is_no_exact_number_is_refused_with_the_reason(void **state)
{
	static const char *const bad[] = {"",    " ",    "x",       "-0.01", "+0.01", "1e-2", "0.0000000001",
					  ".01", "0,01", "0.01 %%", "1%bps", "%",     "bps",  "nan",
					  "inf", "0x1",  "1 %1"};
	char set[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(set, sizeof(set), "MAX_RISK_PER_TRADE=%s", bad[i]);
		assert_int_equal(load(NULL, NULL, NULL, set), TB_EINVAL);
		assert_non_null(strstr(error, "allowed: 0.000001 to 0.02! of C"));
	}
	assert_refused("SCANNER_MAX_POSITIONS=1.5", "command line: SCANNER_MAX_POSITIONS=1.5: has more "
						    "decimals than fit; allowed: 1 to 100 positions");
	assert_refused("EXIT_TIME=99999999999999999", "command line: EXIT_TIME=99999999999999999: too large; "
						      "allowed: 1 to 8760 h");
	assert_refused("EXCHANGE_SANDBOX=maybe",
		       "command line: EXCHANGE_SANDBOX=maybe; allowed: true or false");
	assert_refused("EXCHANGE_NAME=mtgox",
		       "command line: EXCHANGE_NAME=mtgox; allowed: bybit binance okx sim");
	assert_refused("EXCHANGE_NAME=", "command line: EXCHANGE_NAME=; allowed: bybit binance okx sim");
}

static void percent_basis_points_and_fractions_say_the_same(void **state)
{
	static const char *const same[] = {"RISK_SPREAD=0.00055", "RISK_SPREAD=0.055%", "RISK_SPREAD=5.5bps",
					   "RISK_SPREAD=5.5 bps"};

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		assert_int_equal(load(NULL, NULL, NULL, same[i]), TB_OK);
		assert_int_equal(config.limits.spread, 550000);
	}
	assert_refused("EXIT_TRAIL_STEP=25%",
		       "command line: EXIT_TRAIL_STEP=25%: not a decimal number; allowed: 0 to 10 ATR");
}

static void timeframes_are_the_eight_of_the_rules(void **state)
{
	static const struct {
		const char *set;
		ms_t ms;
	} frames[] = {{"TRADING_TIMEFRAME=1m", MINUTE_MS},       {"TRADING_TIMEFRAME=3m", 3 * MINUTE_MS},
		      {"TRADING_TIMEFRAME=5m", 5 * MINUTE_MS},   {"TRADING_TIMEFRAME=15m", 15 * MINUTE_MS},
		      {"TRADING_TIMEFRAME=30m", 30 * MINUTE_MS}, {"TRADING_TIMEFRAME=1h", HOUR_MS},
		      {"TRADING_TIMEFRAME=4h", 4 * HOUR_MS},     {"TRADING_TIMEFRAME=1d", DAY_MS}};

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		assert_int_equal(load(NULL, NULL, NULL, frames[i].set), TB_OK);
		assert_int_equal(config.limits.timeframe_ms, frames[i].ms);
	}
	assert_refused("TRADING_TIMEFRAME=2m",
		       "command line: TRADING_TIMEFRAME=2m; allowed: 1m 3m 5m 15m 30m 1h 4h 1d");
	assert_refused("TRADING_TIMEFRAME=1m 3m",
		       "command line: TRADING_TIMEFRAME=1m 3m; allowed: 1m 3m 5m 15m 30m 1h 4h 1d");
}

static void symbols_are_normalised_and_each_is_there_once(void **state)
{
	(void)state;
	assert_int_equal(load(NULL, NULL, NULL, "TRADING_SYMBOLS=btc/usdt, ETH/USDT:USDT ,BTCUSDT"), TB_OK);
	assert_int_equal(config.symbols.count, 2);
	assert_string_equal(config.symbols.at[0], "BTC/USDT:USDT");
	assert_string_equal(config.symbols.at[1], "ETH/USDT:USDT");
	assert_int_equal(load(NULL, NULL, NULL, "TRADING_SYMBOLS="), TB_OK); /* the scanner alone */
	assert_int_equal(config.symbols.count, 0);
	assert_refused("SCANNER_BLACKLIST=BTC/USDT,,ETH/USDT",
		       "command line: SCANNER_BLACKLIST: '' is no symbol like BTC/USDT or BTC/USDT:USDT");
	assert_refused("SCANNER_BLACKLIST=BTC/USDT,",
		       "command line: SCANNER_BLACKLIST: nothing after the last comma");
	assert_refused(
		"SCANNER_BLACKLIST=BTC/EUR",
		"command line: SCANNER_BLACKLIST: 'BTC/EUR' is no symbol like BTC/USDT or BTC/USDT:USDT");
}

static void an_unknown_key_is_an_error_with_a_suggestion(void **state)
{
	char wanted[512];

	(void)state;
	assert_refused("MAX_RISK_PER_TRAD=0.01",
		       "command line: no setting 'MAX_RISK_PER_TRAD'; did you mean 'MAX_RISK_PER_TRADE'?");
	assert_refused("risk.dayly_loss=0.01",
		       "command line: no setting 'risk.dayly_loss'; did you mean 'risk.daily_loss'?");
	assert_refused("WEATHER=fine",
		       "command line: no setting 'WEATHER'; docs/configuration.md lists them");
	assert_refused("nonsense", "command line: --set wants KEY=VALUE, not 'nonsense'");
	assert_int_equal(load("[risk]\nspraed = 1\n", NULL, NULL, NULL), TB_EINVAL);
	snprintf(wanted, sizeof(wanted), "%s:2: no setting 'risk.spraed'; did you mean 'risk.spread'?", ini);
	assert_string_equal(error, wanted);
	assert_int_equal(load(NULL, "A=1\nTRADING_SYMBOL=BTC/USDT\n", NULL, NULL), TB_EINVAL);
	assert_non_null(strstr(error, ".env:1: no setting 'A'"));
}

static void a_key_given_twice_in_one_file_is_an_error(void **state)
{
	char wanted[512];

	(void)state;
	assert_int_equal(
		load("[risk]\nspread = 0.001\n[exit]\ntime = 3\n[risk]\nspread = 0.001\n", NULL, NULL, NULL),
		TB_EINVAL);
	snprintf(wanted, sizeof(wanted), "%s:6: risk.spread is set twice, first in line 2", ini);
	assert_string_equal(error, wanted);
	assert_int_equal(load(NULL, "RISK_SPREAD=0.001\nRISK_SPREAD=0.001\n", NULL, NULL), TB_EINVAL);
	assert_non_null(strstr(error, ".env:2: RISK_SPREAD is set twice, first in line 1"));
}

static void faults_of_an_ini_name_their_line(void **state)
{
	static char line[400] = "[trading]\nsymbols = ";
	char wanted[512];

	(void)state;
	assert_int_equal(load("[risk]\n\nnonsense\nspread = 9\n", NULL, NULL, NULL), TB_EINVAL);
	snprintf(wanted, sizeof(wanted), "%s:3: neither [section] nor key = value", ini);
	assert_string_equal(error, wanted);
	assert_int_equal(load("[risk\nspread = 0.001\n", NULL, NULL, NULL), TB_EINVAL);
	assert_non_null(strstr(error, "tradebotd.ini:1: neither"));
	assert_int_equal(load("[risk]\nnonsense\n", NULL, NULL, NULL), TB_EINVAL);
	snprintf(wanted, sizeof(wanted), "%s:2: neither [section] nor key = value", ini);
	assert_string_equal(error, wanted);
	assert_int_equal(load("[risk]\nspread = 0.001\n  0.002\n", NULL, NULL, NULL), TB_EINVAL);
	assert_non_null(strstr(error, "tradebotd.ini:3: the line is indented"));
	memset(line + strlen(line), 'X', 300);
	assert_int_equal(load(line, NULL, NULL, NULL), TB_EINVAL);
	assert_non_null(strstr(error, "tradebotd.ini:2: the line is too long"));
	assert_int_equal(load("spread = 1\n", NULL, NULL, NULL), TB_EINVAL); /* no section */
	assert_int_equal(load("[risk]\r\n; x\r\nspread = 0.0002\r\n", NULL, NULL, NULL), TB_OK);
	assert_int_equal(config.limits.spread, 2 * BPS);
}

static void a_file_with_a_key_that_others_can_read_is_refused(void **state)
{
	static const mode_t open_modes[] = {0644, 0640, 0604, 0620};
	struct config_sources sources = {.env_path = env};
	char wanted[512], folder_variable[128], *environment[] = {folder_variable, NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(open_modes) / sizeof(open_modes[0]); i++) {
		write_file(env, "EXCHANGE_API_KEY=abc\n", open_modes[i]);
		assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_EREFUSED);
		snprintf(wanted, sizeof(wanted),
			 "%s holds keys and others can read or write it (mode %04o); run: chmod 600 %s", env,
			 (unsigned)open_modes[i], env);
		assert_string_equal(error, wanted);
	}
	write_file(env, "EXCHANGE_API_KEY=\nRISK_SPREAD=0.001\n", 0644); /* no key in it */
	assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_OK);
	write_file(env, "EXCHANGE_API_KEY=abc\n", 0400);
	assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_OK);
	write_file(env, "EXCHANGE_API_KEY=abc\nnonsense\n", 0644); /* the worse fault is said */
	assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_EREFUSED);
	write_file(ini, "[exchange]\nsecret = abc\n", 0644); /* no better in an ini */
	sources = (struct config_sources){.ini_path = ini};
	assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_EREFUSED);
	/* what systemd hands out is in a folder of its own */
	write_file(env, "EXCHANGE_API_KEY=abc\n", 0440);
	snprintf(folder_variable, sizeof(folder_variable), "CREDENTIALS_DIRECTORY=%s", folder);
	sources = (struct config_sources){.env_path = env, .environment = environment};
	assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_OK);
	snprintf(folder_variable, sizeof(folder_variable), "CREDENTIALS_DIRECTORY=%.*s",
		 (int)strlen(folder) - 1, folder);
	assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_EREFUSED);
}

static void a_file_the_user_named_must_be_there(void **state)
{
	struct config_sources sources = {.env_path = "/nowhere/.env", .ini_path = "/nowhere/x.ini"};

	(void)state;
	assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_OK);
	assert_string_equal(config.env_path, "");
	sources.env_must_exist = true;
	assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_EINVAL);
	assert_string_equal(error, "/nowhere/.env: cannot be read: No such file or directory");
	sources = (struct config_sources){.env_path = "/dev/null"};
	assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_EINVAL);
}

static void foreign_names_in_the_environment_are_let_be(void **state)
{
	char *names[] = {"PATH=/bin", "HOME", "MAX_RISK_PER_TRAD=9", "LLM_THING=1", "risk.spread=9",
			 "=odd",      NULL};
	struct config_sources sources = {.environment = names};

	(void)state;
	assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_OK);
	assert_int_equal(config.warning_count, 2);
	assert_string_equal(config.warnings[0],
			    "environment: MAX_RISK_PER_TRAD is no setting and was ignored; "
			    "did you mean MAX_RISK_PER_TRADE?");
	assert_non_null(strstr(config.warnings[1], "LLM_THING is no setting"));
	assert_int_equal(config.limits.spread, 10 * BPS);
}

static const char *printed(void (*print)(const struct config *, FILE *))
{
	static char text[65536];
	FILE *out;

	memset(text, 0, sizeof(text));
	out = fmemopen(text, sizeof(text), "w");
	assert_non_null(out);
	print(&config, out);
	fclose(out);
	return text;
}

static void secrets_are_read_whole_and_never_shown(void **state)
{
	(void)state;
	assert_int_equal(load(NULL, "EXCHANGE_SECRET='hush#hush-hush!x'\n", "LLM_API_KEY=llm-hush", NULL),
			 TB_OK);
	assert_string_equal(config.secret, "hush#hush-hush!x");
	assert_string_equal(config.llm_key, "llm-hush");
	assert_null(strstr(printed(config_print), "hush"));
	assert_non_null(strstr(printed(config_print), "set, 16 characters"));
	assert_null(strstr(printed(config_print_json), "hush"));
	assert_int_equal(load(NULL, NULL, "EXCHANGE_SECRET=hush hush", NULL), TB_EINVAL);
	assert_null(strstr(error, "hush"));
	assert_non_null(strstr(error, "EXCHANGE_SECRET holds a blank"));
}

static void a_key_on_the_command_line_is_refused_and_not_repeated(void **state)
{
	static const char *const names[] = {"EXCHANGE_API_KEY", "exchange.secret", "EXCHANGE_PASSPHRASE",
					    "LLM_API_KEY"};
	char set[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(set, sizeof(set), "%s=hush-hush", names[i]);
		assert_int_equal(load(NULL, NULL, NULL, set), TB_EINVAL);
		assert_non_null(strstr(error, "list of processes"));
		assert_null(strstr(error, "hush"));
		snprintf(set, sizeof(set), "%s=", names[i]); /* none is no secret */
		assert_int_equal(load(NULL, NULL, NULL, set), TB_OK);
	}
}

static void the_list_has_value_unit_and_layer_of_every_setting(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(load(NULL, NULL, NULL, "exit.time=12"), TB_OK);
	text = printed(config_print);
	for (size_t i = 0; i < config_row_count; i++)
		assert_non_null(strstr(text, config_rows[i].env));
	assert_non_null(
		strstr(text, "  EXIT_TIME                  12 h                         command line\n"));
	text = printed(config_print_json);
	assert_non_null(strstr(text,
			       "{\"key\":\"exit.time\",\"env\":\"EXIT_TIME\",\"value\":12,\"unit\":\"h\","
			       "\"layer\":\"command line\"}"));
}

static void settings_that_contradict_each_other_are_refused(void **state)
{
	(void)state;
	assert_refused("SIGNAL_VOLATILITY_LOW=90",
		       "command line: SIGNAL_VOLATILITY_LOW=90 is over SIGNAL_VOLATILITY_HIGH=80");
	assert_refused("scanner.range_high=0.01",
		       "command line: SCANNER_RANGE_LOW=0.02 is over SCANNER_RANGE_HIGH=0.01");
	assert_refused("SIM_WEATHER=rain", "command line: SIM_WEATHER=rain: off, mild or storm, then any of "
					   ",seed=N ,per-day=N ,jitter=MS");
	assert_refused("STAGE_UP_SHARPE=0.4",
		       "command line: STAGE_DOWN_SHARPE=0.5 is over STAGE_UP_SHARPE=0.4");
}

/* What config_generate_* prints, loaded again, changes nothing. */
static void the_generated_files_load_as_the_defaults(void **state)
{
	static struct config defaults;
	struct config_sources sources = {
		.ini_path = ini, .env_path = env, .ini_must_exist = true, .env_must_exist = true};
	FILE *out;

	(void)state;
	assert_int_equal(load(NULL, NULL, NULL, NULL), TB_OK);
	defaults = config;
	out = fopen(ini, "w");
	config_generate_ini(out);
	fclose(out);
	out = fopen(env, "w");
	config_generate_env(out);
	fclose(out);
	assert_int_equal(config_load(&config, &sources, error, sizeof(error)), TB_OK);
	assert_memory_equal(&config, &defaults, offsetof(struct config, origins));
	assert_int_equal(config.origins[config_find("MAX_DAILY_LOSS") - config_rows].layer, CONFIG_ENV_FILE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name_of_the_seed_is_there_with_its_default),
		cmocka_unit_test(the_default_limits_are_those_of_the_gate),
		cmocka_unit_test(no_two_rows_share_a_name_or_a_member),
		cmocka_unit_test(both_ends_of_a_range_are_allowed_and_nothing_beyond),
		cmocka_unit_test(the_last_layer_wins_and_every_value_knows_its_own),
		cmocka_unit_test(a_value_looser_than_a_compiled_in_limit_does_not_start),
		cmocka_unit_test(what_is_no_exact_number_is_refused_with_the_reason),
		cmocka_unit_test(percent_basis_points_and_fractions_say_the_same),
		cmocka_unit_test(timeframes_are_the_eight_of_the_rules),
		cmocka_unit_test(symbols_are_normalised_and_each_is_there_once),
		cmocka_unit_test(an_unknown_key_is_an_error_with_a_suggestion),
		cmocka_unit_test(a_key_given_twice_in_one_file_is_an_error),
		cmocka_unit_test(faults_of_an_ini_name_their_line),
		cmocka_unit_test(a_file_with_a_key_that_others_can_read_is_refused),
		cmocka_unit_test(a_file_the_user_named_must_be_there),
		cmocka_unit_test(foreign_names_in_the_environment_are_let_be),
		cmocka_unit_test(secrets_are_read_whole_and_never_shown),
		cmocka_unit_test(a_key_on_the_command_line_is_refused_and_not_repeated),
		cmocka_unit_test(the_list_has_value_unit_and_layer_of_every_setting),
		cmocka_unit_test(settings_that_contradict_each_other_are_refused),
		cmocka_unit_test(the_generated_files_load_as_the_defaults),
	};
	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
