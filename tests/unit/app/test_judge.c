/* SPDX-License-Identifier: MIT
 * The judge, line by line: a file goes in, and these exact lines must come out. */
#include "cli.h"
#include "judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ANSWER_HEADER "id,verdict,rule,limit,actual,largest_qty,not_judged\n"
#define HEADER                                                                                               \
	"id,equity,side,entry,stop,take_profit,qty,existing_asset_exposure,total_exposure,leverage,"         \
	"daily_loss_pct,drawdown_pct,consecutive_losses,minutes_since_5th_loss,red_days,vol_percentile,"     \
	"confidence,has_losing_position_same_side,last_loss_qty,open_positions,spread_bps,depth\n"

static struct judge_options no_fee(void)
{
	return (struct judge_options){.limits = limits_default};
}

/* Judges; the answer and the warnings are to be freed. */
static int judge(const char *text, const struct judge_options *options, char **answer, char **warning)
{
	size_t answer_len, warning_len;
	FILE *out = open_memstream(answer, &answer_len), *err = open_memstream(warning, &warning_len);
	int code = judge_csv(text, strlen(text), options, out, err);
	fclose(out);
	fclose(err);
	return code;
}

static void check(const char *text, const struct judge_options *options, const char *wanted)
{
	char *answer, *warning;
	assert_int_equal(judge(text, options, &answer, &warning), EXIT_DONE);
	assert_string_equal(answer, wanted);
	assert_string_equal(warning, "");
	free(answer);
	free(warning);
}

static const struct {
	const char *row, *answer;
} golden[] = {
	{"seed,10000,long,100,99,101.5,30,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "seed,approve,,,,30,live_facts"},
	{"asset,10000,long,100,99,101.5,30.00000001,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "asset,reject,symbol_exposure,3000,3000.000001,30,live_facts"},
	{"held,10000,long,100,99,101.5,1,2900.00000001,2900.00000001,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "held,reject,symbol_exposure,3000,3000.00000001,0.99999999,live_facts"},
	{"total,10000,long,100,99,101.5,10.00000001,0,4000,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "total,reject,total_exposure,5000,5000.000001,10,live_facts"},
	{"risk,10000,long,100,90,115,10,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "risk,approve,,,,10,live_facts"},
	{"risk+,10000,long,100,90,115,10.00000001,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "risk+,reject,risk_per_trade,100,100.0000001,10,live_facts"},
	{"rr,10000,long,100,99,101.49999999,30,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "rr,reject,reward_risk,1.5,1.49999999,0,live_facts"},
	{"fine,10000,long,0.00000100001,0.00000099001,0.00000101501,1,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "fine,approve,,,,1000000000,live_facts"},
	{"stop0,10000,long,100,0,101.5,1,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "stop0,reject,no_stop,a price,none,0,stop_side;stop_near;liquidation;reward_risk;risk_per_trade;"
	 "half_size_risk;live_facts"},
	{"side,10000,long,100,101,101.5,1,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "side,reject,stop_side,100,101,0,live_facts"},
	{"near,10000,long,100,99.9,101.5,1,0,0,2,0,0,0,,0,50,0.5,0,,0,10,1000000",
	 "near,approve,,,,30,live_facts"},
	{"near+,10000,long,100,99.90000001,101.5,1,0,0,2,0,0,0,,0,50,0.5,0,,0,10,1000000",
	 "near+,reject,stop_near,0.1,0.09999999,0,live_facts"},
	{"liq,10000,long,100,50,175,1,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "liq,reject,liquidation,50,50,0,live_facts"},
	{"target,10000,long,100,99,,1,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "target,reject,no_target,a price,none,0,target_side;reward_risk;live_facts"},
	{"lev,10000,long,100,99,101.5,1,0,0,2.000000001,0,0,0,,0,50,0.5,0,,0,1,1000000",
	 "lev,reject,leverage,2,2.000000001,0,live_facts"},
	{"halt,10000,long,100,99,101.5,1,0,0,2,5,0,0,,0,50,0.5,0,,0,1,1000000",
	 "halt,reject,daily_loss,5,5,0,live_facts"},
	{"halt-,10000,long,100,99,101.5,1,0,0,2,4.9999999999,0,0,,0,50,0.5,0,,0,1,1000000",
	 "halt-,approve,,,,30,live_facts"},
	{"halt--,10000,long,100,99,101.5,1,0,0,2,4.99999999999999,0,0,,0,50,0.5,0,,0,1,1000000",
	 "halt--,approve,,,,30,live_facts"},
	{"dd,10000,long,100,99,101.5,15,0,0,2,0,10,0,,0,50,0.5,0,,0,1,1000000",
	 "dd,approve,,,,15,live_facts"},
	{"dd+,10000,long,100,99,101.5,15.5,0,0,2,0,10,0,,0,50,0.5,0,,0,1,1000000",
	 "dd+,reject,half_size_symbol,1500,1550,15,live_facts"},
	{"dd-,10000,long,100,99,101.5,30,0,0,2,0,9.9999999999,0,,0,50,0.5,0,,0,1,1000000",
	 "dd-,approve,,,,30,live_facts"},
	{"pause,10000,long,100,99,101.5,1,0,0,2,0,15,0,,0,50,0.5,0,,0,1,1000000",
	 "pause,reject,paused,15,15,0,live_facts"},
	{"lock,10000,long,100,99,101.5,1,0,0,2,0,20,0,,0,50,0.5,0,,0,1,1000000",
	 "lock,reject,locked,20,20,0,live_facts"},
	{"all,10000,long,100,99,101.5,1,0,0,2,0,100,0,,0,50,0.5,0,,0,1,1000000",
	 "all,reject,locked,20,100,0,live_facts"},
	{"four,10000,long,100,99,101.5,1,0,0,2,0,0,4,,0,50,0.5,0,,0,1,1000000",
	 "four,approve,,,,30,live_facts"},
	{"five,10000,long,100,99,101.5,1,0,0,2,0,0,5,,0,50,0.5,0,,0,1,1000000",
	 "five,reject,cooldown,1440,unknown,0,live_facts"},
	{"cool,10000,long,100,99,101.5,1,0,0,2,0,0,5,1439.99,0,50,0.5,0,,0,1,1000000",
	 "cool,reject,cooldown,1440,1439.99,0,live_facts"},
	{"after,10000,long,100,99,101.5,1,0,0,2,0,0,5,1440,0,50,0.5,0,,0,1,1000000",
	 "after,approve,,,,30,live_facts"},
	{"again,10000,long,100,99,101.5,1,0,0,2,0,0,1,10,0,50,0.5,0,,0,1,1000000",
	 "again,reject,cooldown,1440,10,0,live_facts"},
	{"red2,10000,long,100,99,101.5,30,0,0,2,0,0,0,,2,50,0.5,0,,0,1,1000000",
	 "red2,approve,,,,30,live_facts"},
	{"red3,10000,long,100,99,101.5,15,0,0,2,0,0,0,,3,50,0.79999999,0,,0,1,1000000",
	 "red3,reject,safe_mode,0.8,0.79999999,0,live_facts"},
	{"sure,10000,long,100,99,101.5,15,0,0,2,0,0,0,,3,50,0.8,0,,0,1,1000000",
	 "sure,approve,,,,15,live_facts"},
	{"vol,10000,long,100,99,101.5,1,0,0,2,0,0,0,,0,95,0.5,0,,0,1,1000000",
	 "vol,approve,,,,30,live_facts"},
	{"vol+,10000,long,100,99,101.5,1,0,0,2,0,0,0,,0,95.0001,0.5,0,,0,1,1000000",
	 "vol+,reject,volatility,95,95.0001,0,live_facts"},
	{"avg,10000,long,100,99,101.5,1,0,0,2,0,0,0,,0,50,0.5,1,,0,1,1000000",
	 "avg,reject,averaging_down,0,1,0,live_facts"},
	{"mart,10000,long,100,99,101.5,2,0,0,2,0,0,0,,0,50,0.5,0,2,0,1,1000000",
	 "mart,approve,,,,2,live_facts"},
	{"mart+,10000,SELL,100,101,98.5,2.5,0,0,2,0,0,0,,0,50,0.5,0,2,0,1,1000000",
	 "mart+,reject,martingale,2,2.5,2,live_facts"},
	{"mart0,10000,long,100,99,101.5,2,0,0,2,0,0,0,,0,50,0.5,0,0,0,1,1000000",
	 "mart0,approve,,,,30,live_facts"},
	{"pos,10000,long,100,99,101.5,1,0,0,2,0,0,0,,0,50,0.5,0,,4,1,1000000",
	 "pos,approve,,,,30,live_facts"},
	{"pos+,10000,long,100,99,101.5,1,0,0,2,0,0,0,,0,50,0.5,0,,5,1,1000000",
	 "pos+,reject,positions,5,5,0,live_facts"},
	{"spread,10000,long,100,99,101.5,1,0,0,2,0,0,0,,0,50,0.5,0,,0,10,1000000",
	 "spread,approve,,,,30,live_facts"},
	{"spread+,10000,long,100,99,101.5,1,0,0,2,0,0,0,,0,50,0.5,0,,0,10.000001,1000000",
	 "spread+,reject,spread,10,10.00001,0,live_facts"},
	{"depth,10000,long,100,99,101.5,1,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000",
	 "depth,approve,,,,1,live_facts"},
	{"depth+,10000,long,100,99,101.5,1,0,0,2,0,0,0,,0,50,0.5,0,,0,1,999.99",
	 "depth+,reject,depth,1000,999.99,0.99999,live_facts"},
	{"\"a,\"\"b\"\"\",10000,long,100,99,101.5,1,0,0,2,0,0,0,,0,50,0.5,0,,0,1,\"1000\"",
	 "\"a,\"\"b\"\"\",approve,,,,1,live_facts"},
	{"short,10000", "short,reject,unusable_value,22 fields,2 fields,0,every rule"},
};

static void each_row_gets_exactly_its_answer(void **state)
{
	(void)state;
	struct judge_options options = no_fee();
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		char text[2048], wanted[1024];
		snprintf(text, sizeof(text), "%s%s\n", HEADER, golden[i].row);
		snprintf(wanted, sizeof(wanted), "%s%s\n", ANSWER_HEADER, golden[i].answer);
		check(text, &options, wanted);
	}
}

static void an_unusable_cell_is_a_reject_that_shows_it(void **state)
{
	(void)state;
	static const char *const cells[] = {"nan", "inf", "1e5", "-1", "+1", "abc", "1.2.3", "0x10", "--"};
	struct judge_options options = no_fee();
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		char text[256], wanted[512];
		snprintf(text, sizeof(text),
			 "equity,side,entry,stop,take_profit,qty\n10000,long,100,99,101.5,%s\n", cells[i]);
		snprintf(wanted, sizeof(wanted), "1,reject,unusable_value,a size over 0,%s,100,", cells[i]);
		char *answer, *warning;
		assert_int_equal(judge(text, &options, &answer, &warning), EXIT_DONE);
		assert_memory_equal(answer + strlen(ANSWER_HEADER), wanted, strlen(wanted));
		free(answer);
		free(warning);
	}
}

/* Every column with the word nan in it, one at a time. */
static void no_column_takes_a_value_that_is_not_a_number(void **state)
{
	(void)state;
	static const char *const fine[] = {"x",   "10000", "long", "100", "99", "101.5", "1", "0",
					   "0",   "2",     "0",    "0",   "0",  "",      "0", "50",
					   "0.5", "0",     "",     "0",   "1",  "1000"};
	struct judge_options options = no_fee();
	for (size_t odd = 1; odd < 22; odd++) {
		char text[1024] = HEADER, *answer, *warning;
		for (size_t i = 0; i < 22; i++) {
			strcat(text, i == odd ? "nan" : fine[i]);
			strcat(text, i == 21 ? "\n" : ",");
		}
		assert_int_equal(judge(text, &options, &answer, &warning), EXIT_DONE);
		assert_non_null(strstr(answer, "x,reject,unusable_value,"));
		assert_non_null(strstr(answer, ",nan,"));
		free(answer);
		free(warning);
	}
}

#define LATER_COLUMNS                                                                                        \
	"minutes_since_5th_loss;red_days;vol_percentile;confidence;has_losing_position_same_side;"           \
	"last_loss_qty;open_positions;spread_bps;depth;"
#define LATER_RULES                                                                                          \
	"stop_near;liquidation;symbol_exposure;positions;averaging_down;martingale;volatility;spread;"       \
	"safe_mode;half_size_risk;half_size_symbol;half_size_total;live_facts\n"

static void an_absent_column_is_not_judged_and_never_neutral(void **state)
{
	(void)state;
	struct judge_options options = no_fee();
	check("equity,side,entry,stop,take_profit,qty\n10000,long,100,99,101.5,100\n", &options,
	      ANSWER_HEADER
	      "1,approve,,,,100,existing_asset_exposure;total_exposure;leverage;daily_loss_pct;drawdown_pct;"
	      "consecutive_losses;" LATER_COLUMNS "locked;paused;daily_loss;cooldown;" LATER_RULES);
	check("equity,side,entry,stop,take_profit,qty,consecutive_losses\n10000,long,100,99,101.5,1,5\n",
	      &options,
	      ANSWER_HEADER
	      "1,reject,cooldown,1440,unknown,0,existing_asset_exposure;total_exposure;leverage;"
	      "daily_loss_pct;drawdown_pct;" LATER_COLUMNS "locked;paused;daily_loss;" LATER_RULES);
}

/* Sizes decide, whatever the capital: no equity, no stop distance and no fee is needed to compare them. */
static void a_size_above_the_last_losing_ones_is_refused_without_equity_too(void **state)
{
	(void)state;
	struct judge_options options = no_fee();
	static const char *const rows[][2] = {
		{"0.00000002,0.00000001", "reject,martingale,0.00000001,0.00000002,"
					  "0.00000001,equity;"},
		{"0.00000001,0.00000001", "approve,,,,0.00000001,equity;"},
		{"0.00000001,0.000000009", "reject,martingale,0,0.00000001,0,equity;"}};
	options.taker_fee = 550000;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256], wanted[256];
		snprintf(text, sizeof(text),
			 "side,entry,stop,take_profit,qty,last_loss_qty\nlong,0.5,0.4,0.7,%s\n", rows[i][0]);
		snprintf(wanted, sizeof(wanted), "%s1,%s", ANSWER_HEADER, rows[i][1]);
		char *answer, *warning;
		assert_int_equal(judge(text, &options, &answer, &warning), EXIT_DONE);
		assert_memory_equal(answer, wanted, strlen(wanted));
		free(answer);
		free(warning);
	}
}

static void the_taker_fee_is_part_of_the_loss_at_the_stop(void **state)
{
	(void)state;
	struct judge_options options = no_fee();
	options.taker_fee = 1000000; /* 0.1 % of 190 a coin: 0.19 */
	char text[2048];
	snprintf(text, sizeof(text), "%s%s", HEADER,
		 "f,10000,long,100,90,115,9.9,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000\n");
	check(text, &options, ANSWER_HEADER "f,reject,risk_per_trade,100,100.881,9.81354268,live_facts\n");
}

static void a_given_grid_refuses_what_lies_between_its_steps(void **state)
{
	(void)state;
	struct judge_options options = no_fee();
	options.tick = (struct grid){5, 1};
	options.lot = (struct grid){1, 2};
	char text[2048];
	snprintf(text, sizeof(text), "%s%s%s%s", HEADER,
		 "on,10000,long,100,99,101.5,29.99,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000\n",
		 "price,10000,long,100.2,99,102.5,1,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000\n",
		 "size,10000,long,100,99,101.5,1.005,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000\n");
	check(text, &options,
	      ANSWER_HEADER "on,approve,,,,30,live_facts\n"
			    "price,reject,off_grid,steps of 0.5,100.2,0,live_facts\n"
			    "size,reject,off_grid,steps of 0.01,1.005,30,live_facts\n");
}

static void line_ends_marks_and_column_order_do_not_matter(void **state)
{
	(void)state;
	struct judge_options options = no_fee();
	char *plain, *other, *warning;
	judge("equity,side,entry,stop,take_profit,qty\n10000,long,100,99,101.5,1\n", &options, &plain,
	      &warning);
	free(warning);
	check("\xef\xbb\xbfqty,take_profit,stop,entry,side,equity\r\n\r\n 1 ,101.5,99,\"100\",BUY,10000\r\n",
	      &options, plain);
	assert_int_equal(
		judge("equity,side,entry,stop,take_profit,qty,drawdown_pc\n10000,long,100,99,101.5,1,3\n",
		      &options, &other, &warning),
		EXIT_DONE);
	assert_string_equal(other, plain);
	assert_non_null(strstr(
		warning, "\"drawdown_pc\" is not known and is ignored; did you mean \"drawdown_pct\"?"));
	free(plain);
	free(other);
	free(warning);
}

static void a_file_without_a_usable_header_is_wrong_usage(void **state)
{
	(void)state;
	static const char *const files[] = {"", "\n\n", "a,b,c\n1,2,3\n", "id,qty,qty\n1,2,3\n"};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct judge_options options = no_fee();
		char *answer, *warning;
		assert_int_equal(judge(files[i], &options, &answer, &warning), EXIT_USAGE);
		assert_string_equal(answer, "");
		assert_string_not_equal(warning, "");
		free(answer);
		free(warning);
	}
	struct judge_options options = no_fee();
	char *answer, *warning;
	options.tick = (struct grid){1, 12};
	assert_int_equal(judge("id,qty\n1,1\n", &options, &answer, &warning), EXIT_USAGE);
	free(answer);
	free(warning);
}

static void the_owners_stricter_limits_are_the_ones_that_judge(void **state)
{
	(void)state;
	struct judge_options options = no_fee();
	options.limits.risk_per_trade = RATIO_ONE / 200;
	char text[2048];
	snprintf(text, sizeof(text), "%s%s", HEADER,
		 "o,10000,long,100,90,115,10,0,0,2,0,0,0,,0,50,0.5,0,,0,1,1000000\n");
	check(text, &options, ANSWER_HEADER "o,reject,risk_per_trade,50,100,5,live_facts\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_gets_exactly_its_answer),
		cmocka_unit_test(an_unusable_cell_is_a_reject_that_shows_it),
		cmocka_unit_test(no_column_takes_a_value_that_is_not_a_number),
		cmocka_unit_test(an_absent_column_is_not_judged_and_never_neutral),
		cmocka_unit_test(a_size_above_the_last_losing_ones_is_refused_without_equity_too),
		cmocka_unit_test(the_taker_fee_is_part_of_the_loss_at_the_stop),
		cmocka_unit_test(a_given_grid_refuses_what_lies_between_its_steps),
		cmocka_unit_test(line_ends_marks_and_column_order_do_not_matter),
		cmocka_unit_test(a_file_without_a_usable_header_is_wrong_usage),
		cmocka_unit_test(the_owners_stricter_limits_are_the_ones_that_judge),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
