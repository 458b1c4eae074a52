/* SPDX-License-Identifier: MIT
 * status, trades, why, risk, scores and report over a journal made here, while its writer still has it open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal.h"
#include "show.h"
#include "verbs.h"

#define NOW 1700003600000LL

static const struct cli_option json_option[] = {{"json", NULL, false, "", NULL, NULL},
						{NULL, NULL, false, NULL, NULL, NULL}};
static const struct cli_verb reading[] = {{"status", verb_status, "", 0, 0, "", json_option, NULL},
					  {"trades", verb_trades, "", 0, 0, "", json_option, NULL},
					  {"why", verb_why, "SYMBOL", 1, 1, "", json_option, NULL},
					  {"risk", verb_risk, "", 0, 0, "", json_option, NULL},
					  {"scores", verb_scores, "", 0, 0, "", json_option, NULL},
					  {"report", verb_report, "", 0, 0, "", json_option, NULL},
					  {NULL, NULL, NULL, 0, 0, NULL, NULL, NULL}};

static char dir[64], output[65536], errors[8192];
static struct universe universe;
static struct journal journal;

static void put(struct record record)
{
	assert_int_equal(journal_put(&journal, &record), 0);
}

static void put_decisions(void)
{
	put((struct record){.kind = RECORD_DECISION,
			    .decision = {.seq = 1,
					 .at_ms = NOW,
					 .sym = 0,
					 .side = SIDE_LONG,
					 .strategy = STRATEGY_TREND,
					 .regime = REGIME_TRENDING,
					 .confidence = 71 * RATIO_ONE / 100,
					 .entry = 600000,
					 .stop = 590000,
					 .target = 613100,
					 .verdict = VERDICT_REFUSED,
					 .rule = REFUSAL_REWARD_RISK,
					 .limit_value = 3 * RATIO_ONE / 2,
					 .actual_value = 131 * RATIO_ONE / 100}});
	put((struct record){.kind = RECORD_DECISION,
			    .decision = {.seq = 2,
					 .at_ms = NOW,
					 .sym = 0,
					 .side = SIDE_SHORT,
					 .strategy = STRATEGY_BREAKOUT,
					 .regime = REGIME_HIGH_VOL,
					 .verdict = VERDICT_REFUSED,
					 .rule = REFUSAL_DEPTH,
					 .limit_value = 5000 * MONEY_ONE,
					 .actual_value = UNKNOWN}});
	put((struct record){.kind = RECORD_DECISION,
			    .decision = {.seq = 3,
					 .at_ms = NOW,
					 .sym = 1,
					 .side = SIDE_SHORT,
					 .strategy = STRATEGY_BREAKOUT,
					 .regime = REGIME_HIGH_VOL,
					 .verdict = VERDICT_NO_TRADE,
					 .note = NOTE_COSTS}});
}

static void fill_journal(void)
{
	assert_int_equal(journal_begin(&journal, 7, NOW, false), 0);
	struct record desk = {.kind = RECORD_DESK,
			      .desk = {.nav = NAV_ONE * 88 / 100,
				       .nav_peak = NAV_ONE,
				       .nav_day = NAV_ONE * 89 / 100,
				       .day_ms = NOW,
				       .cooldown_until_ms = NOW + HOUR_MS,
				       .halted_until_ms = NOW - 1,
				       .half_size = 1,
				       .red_days = 2,
				       .fees_day = 3 * MONEY_ONE}};
	put(desk);
	put((struct record){.kind = RECORD_EQUITY,
			    .equity = {.at_ms = NOW - DAY_MS, .equity = 10000 * MONEY_ONE, .nav = NAV_ONE}});
	put((struct record){.kind = RECORD_EQUITY,
			    .equity = {.at_ms = NOW, .equity = 8800 * MONEY_ONE, .nav = NAV_ONE * 88 / 100}});
	put((struct record){.kind = RECORD_HOLDING,
			    .holding = {.sym = 0,
					.phase = PHASE_UNPROTECTED,
					.side = SIDE_LONG,
					.qty = 2,
					.cost = 12000100000,
					.stop = 590000,
					.target = 630000,
					.opened_ms = NOW - HOUR_MS}});
	put((struct record){.kind = RECORD_WATCHED, .watched = {.sym = 0, .watched = 1}});
	put((struct record){.kind = RECORD_WATCHED, .watched = {.sym = 1, .watched = 0}});
	put_decisions();
	put((struct record){.kind = RECORD_TRADE,
			    .trade = {.seq = 4,
				      .sym = 0,
				      .side = SIDE_LONG,
				      .strategy = STRATEGY_TREND,
				      .exit_reason = EXIT_TARGET,
				      .qty = 2,
				      .entry_cost = 12000100000,
				      .exit_value = 12200000000,
				      .entry_ms = NOW - HOUR_MS,
				      .exit_ms = NOW,
				      .net = 150000000,
				      .r = RATIO_ONE / 2}});
	put((struct record){.kind = RECORD_SCORE,
			    .score = {.strategy = STRATEGY_TREND,
				      .regime = REGIME_TRENDING,
				      .trades = 1,
				      .salience = UNKNOWN,
				      .weight = RATIO_ONE / 2}});
	assert_int_equal(journal_commit(&journal), 0);
}

static int make_journal(void **state)
{
	(void)state;
	static const char *const names[] = {"BTC/USDT:USDT", "ETH/USDT:USDT"};
	char path[96];
	struct journal_error error;
	struct journal_options options = {.mode = "sim", .instance = 1, .created_ms = NOW};
	snprintf(dir, sizeof(dir), "/tmp/verbs-test-XXXXXX");
	if (!mkdtemp(dir) || chdir(dir) != 0)
		return -1;
	universe.count = 2;
	for (size_t i = 0; i < 2; i++) {
		universe.at[i] = (struct instrument){.tick = {1, 1}, .lot = {1, 3}, .contract = {1, 0}};
		snprintf(universe.at[i].name, SYMBOL_TEXT_MAX, "%s", names[i]);
		if (instrument_settle(&universe.at[i]))
			return -1;
	}
	snprintf(path, sizeof(path), "%s/journal.db", dir);
	if (journal_open(&journal, path, &universe, &options, &error))
		return -1;
	fill_journal();
	return 0;
}

static int remove_journal(void **state)
{
	(void)state;
	char command[128];
	journal_close(&journal);
	snprintf(command, sizeof(command), "cd / && rm -rf '%s'", dir);
	return system(command);
}

static void slurp(const char *path, char *out, size_t size)
{
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	out[fread(out, 1, size - 1, file)] = '\0';
	fclose(file);
}

/* Runs the words after "tradebotd --state DIR"; output and errors then hold what it wrote. */
static int run(const char *verb, const char *first, const char *second)
{
	char program[] = "tradebotd", option[] = "--state", place[64], words[3][64], error[256];
	snprintf(place, sizeof(place), "%s", dir);
	snprintf(words[0], 64, "%s", verb);
	snprintf(words[1], 64, "%s", first ? first : "");
	snprintf(words[2], 64, "%s", second ? second : "");
	char *argv[] = {program, words[0], option, place, words[1], words[2], NULL};
	int argc = 4 + (first != NULL) + (second != NULL);
	struct cli cli;
	argv[argc] = NULL;
	assert_int_equal(cli_parse(&cli, reading, argc, argv, error, sizeof(error)), EXIT_DONE);
	fflush(stdout);
	fflush(stderr);
	int kept_out = dup(1), kept_err = dup(2);
	assert_non_null(freopen("out.txt", "w", stdout));
	assert_non_null(freopen("err.txt", "w", stderr));
	int code = cli.verb->run(&cli);
	fflush(stdout);
	fflush(stderr);
	dup2(kept_out, 1);
	dup2(kept_err, 2);
	close(kept_out);
	close(kept_err);
	cli_fini(&cli);
	slurp("out.txt", output, sizeof(output));
	slurp("err.txt", errors, sizeof(errors));
	return code;
}

static void assert_says(const char *what)
{
	if (!strstr(output, what))
		print_message("'%s' is not in:\n%s%s\n", what, output, errors);
	assert_non_null(strstr(output, what));
}

static cJSON *parse(void)
{
	cJSON *json = cJSON_Parse(output);
	if (!json)
		print_message("not JSON: %s%s\n", output, errors);
	assert_non_null(json);
	return json;
}

static void status_tells_states_and_positions(void **state)
{
	(void)state;
	assert_int_equal(run("status", NULL, NULL), EXIT_DONE);
	assert_says("mode        sim");
	assert_says("drawdown    12.00 %");
	assert_says("8800.00 USDT");
	assert_says("cooling down after five losing trades in a row, until 2023-11-15 00:13:20; half size");
	assert_null(strstr(output, "halted")); /* that one is over */
	assert_says("positions   1, 1 of them unprotected");
	assert_says("60000.5");
	assert_says("59000.0");
	assert_says("01:00:00");
	assert_says("watched     1 symbols");
	assert_int_equal(run("status", "--json", NULL), EXIT_DONE);
	cJSON *json = parse();
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "states")), 2);
	assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "positions")), 1);
	assert_int_equal(cJSON_GetObjectItem(json, "unprotected")->valueint, 1);
	cJSON_Delete(json);
}

static void why_tells_the_rule_with_limit_and_actual(void **state)
{
	(void)state;
	assert_int_equal(run("why", "btc/usdt", NULL), EXIT_DONE);
	assert_says("trend long in trending, confidence 0.71, entry 60000.0 stop 59000.0 target 61310.0");
	assert_says("refused: reward_risk 1.31 < 1.50 (reward to risk is under 1.5)");
	assert_says("refused: depth unknown, limit 5000.00 USDT");
	assert_null(strstr(output, "no trade"));
	assert_int_equal(run("why", "ETHUSDT", NULL), EXIT_DONE);
	assert_says("no trade: costs eat the edge");
	assert_int_equal(run("why", "BTCUSDT", "--json"), EXIT_DONE);
	cJSON *json = parse();
	assert_int_equal(cJSON_GetArraySize(json), 2);
	assert_string_equal(cJSON_GetObjectItem(cJSON_GetArrayItem(json, 0), "rule")->valuestring,
			    "reward_risk");
	assert_non_null(
		strstr(cJSON_GetObjectItem(cJSON_GetArrayItem(json, 0), "text")->valuestring, "1.31 < 1.50"));
	cJSON_Delete(json);
}

static void an_unknown_symbol_lists_the_known_ones(void **state)
{
	(void)state;
	assert_int_equal(run("why", "SHIB/USDT", NULL), EXIT_USAGE);
	assert_non_null(strstr(errors, "BTC/USDT:USDT, ETH/USDT:USDT"));
}

static void trades_and_scores_list_their_tables(void **state)
{
	(void)state;
	assert_int_equal(run("trades", NULL, NULL), EXIT_DONE);
	assert_says("BTC/USDT");
	assert_says("1.50");
	assert_int_equal(run("trades", "--json", NULL), EXIT_DONE);
	cJSON *json = parse();
	cJSON *trade = cJSON_GetArrayItem(json, 0);
	assert_string_equal(cJSON_GetObjectItem(trade, "sym")->valuestring, "BTC/USDT:USDT");
	assert_true(cJSON_GetObjectItem(trade, "net")->valuedouble == 1.5);
	assert_true(cJSON_GetObjectItem(trade, "qty")->valuedouble == 0.002);
	cJSON_Delete(json);
	assert_int_equal(run("scores", NULL, NULL), EXIT_DONE);
	assert_says("insufficient");
	assert_says("as evidence for live trading these trades lack");
	assert_says("closed trades, at least 200 (now ");
	assert_int_equal(run("scores", "--json", NULL), EXIT_DONE);
	json = parse();
	cJSON *scores = cJSON_GetObjectItem(json, "scores");
	assert_true(cJSON_IsNull(cJSON_GetObjectItem(cJSON_GetArrayItem(scores, 0), "salience")));
	cJSON *promotion = cJSON_GetObjectItem(json, "promotion");
	assert_true(cJSON_IsFalse(cJSON_GetObjectItem(promotion, "earned")));
	cJSON *missing = cJSON_GetObjectItem(promotion, "missing");
	bool days = false;
	for (int i = 0; i < cJSON_GetArraySize(missing); i++) {
		cJSON *lack = cJSON_GetArrayItem(missing, i);
		if (strcmp(cJSON_GetObjectItem(lack, "name")->valuestring, "days") == 0) {
			days = true;
			assert_true(cJSON_GetObjectItem(lack, "wanted")->valuedouble == 60);
		}
	}
	assert_true(days);
	cJSON_Delete(json);
}

static void risk_tells_each_limit_and_what_is_left(void **state)
{
	(void)state;
	assert_int_equal(run("risk", NULL, NULL), EXIT_DONE);
	assert_says("C = 8800.00 USDT");
	assert_says("drawdown (locks)");
	assert_says("8.00 %");       /* 20 - 12 */
	assert_says("1320.00 USDT"); /* half size: 15 % of C */
	assert_int_equal(run("risk", "--json", NULL), EXIT_DONE);
	cJSON *json = parse();
	cJSON *lock = cJSON_GetObjectItem(cJSON_GetObjectItem(json, "limits"), "lock");
	assert_true(cJSON_GetObjectItem(lock, "now")->valuedouble == 0.12);
	assert_true(cJSON_GetObjectItem(lock, "limit")->valuedouble == 0.2);
	cJSON_Delete(json);
}

static void report_counts_trades_and_decisions(void **state)
{
	(void)state;
	assert_int_equal(run("report", NULL, NULL), EXIT_DONE);
	assert_says("BY STRATEGY");
	assert_says("reward_risk");
	assert_says("no_trade_costs");
	assert_int_equal(run("report", "--json", NULL), EXIT_DONE);
	cJSON *json = parse();
	assert_int_equal(cJSON_GetObjectItem(json, "trades")->valueint, 1);
	assert_int_equal(cJSON_GetObjectItem(cJSON_GetObjectItem(json, "refusals"), "reward_risk")->valueint,
			 1);
	cJSON_Delete(json);
}

static void without_a_journal_a_verb_says_where_it_looked(void **state)
{
	(void)state;
	char kept[64];
	snprintf(kept, sizeof(kept), "%s", dir);
	strcat(dir, "/none");
	assert_int_equal(run("status", NULL, NULL), EXIT_FAILED);
	assert_non_null(strstr(errors, dir));
	snprintf(dir, sizeof(dir), "%s", kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_tells_states_and_positions),
		cmocka_unit_test(why_tells_the_rule_with_limit_and_actual),
		cmocka_unit_test(an_unknown_symbol_lists_the_known_ones),
		cmocka_unit_test(trades_and_scores_list_their_tables),
		cmocka_unit_test(risk_tells_each_limit_and_what_is_left),
		cmocka_unit_test(report_counts_trades_and_decisions),
		cmocka_unit_test(without_a_journal_a_verb_says_where_it_looked),
	};
	return cmocka_run_group_tests(tests, make_journal, remove_journal);
}
