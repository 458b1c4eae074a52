/* SPDX-License-Identifier: MIT
 * The two tables of docs/safety.md: one row for each refusal of the catalogue and for each state of the
 * ladder, with the clause the prover proves and the tests that hold it. Fails when a refusal has no row, a
 * clause or a test that is named is not there, or the page differs; TRADEBOT_WRITE_DOCS=1 in the environment
 * writes the tables anew. */
#include "tradebot/ticket.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PAGE_MAX 65536
#define TEXT_MAX 65536
#define ITEMS    8

/* clauses: "function.clause"; tests: "file.function", the file without test_ and .c; separated by spaces. */
struct row {
	int64_t refusal;
	const char *when, *clauses, *tests;
};

#define FACTS  "gate.facts_pass_at_their_limit_and_fail_one_step_beyond"
#define STATES "gate.states_refuse_until_their_time_is_up"
#define AGE    "gate.data_may_be_as_old_as_its_limit_and_no_older"
#define HALF   "gate.half_size_halves_three_limits"
#define CAPS   "gate.exposure_may_be_thirty_percent_a_symbol_and_fifty_in_all"

static const struct row rows[] = {
	{REFUSAL_UNUSABLE,
	 "negative, zero where that is impossible, over 1e17, not a yes or no; a product that does not "
	 "fit; limits or a desk that make no sense",
	 "rule_unusable.passes",
	 "gate.an_odd_value_is_a_refusal_of_its_own gate.a_product_that_does_not_fit_is_refused_not_wrapped"},
	{REFUSAL_LOCKED, "20 % ! under the peak of NAV, or of the account's equity; until `unlock`",
	 "rule_locked.passes risk_enter.state", STATES},
	{REFUSAL_PAUSED, "15 % !; latched until `resume`, which re-arms it deeper",
	 "rule_paused.passes risk_enter.state", STATES},
	{REFUSAL_DAY_HALTED, "NAV of the day down by the daily loss, 5 % ! at most; until 00:00 UTC",
	 "rule_day_halted.passes risk_enter.state", STATES},
	{REFUSAL_COOLDOWN, "24 h ! from the fifth ! losing trade", "rule_cooldown.passes risk_enter.state",
	 STATES},
	{REFUSAL_OPERATOR_HALT, "until `resume`", "rule_operator_halt.passes risk_enter.state", FACTS},
	{REFUSAL_NOT_READY, "", "rule_not_ready.passes risk_enter.state", FACTS},
	{REFUSAL_UNHEALTHY, "", "rule_unhealthy.passes risk_enter.state", FACTS},
	{REFUSAL_CLOCK, "by more than 1 s", "rule_clock.passes", FACTS},
	{REFUSAL_TICKER_STALE, "older than 30 s, or more than 1 s in the future", "rule_ticker_stale.passes",
	 AGE},
	{REFUSAL_BAR_STALE, "older than one bar and 10 s, or more than 1 s in the future",
	 "rule_bar_stale.passes", AGE},
	{REFUSAL_ORDER_UNKNOWN, "", "rule_order_unknown.passes risk_enter.state", FACTS},
	{REFUSAL_UNRECONCILED, "", "rule_unreconciled.passes risk_enter.state", FACTS},
	{REFUSAL_UNEXPLAINED, "", "rule_unexplained.passes risk_enter.state", FACTS},
	{REFUSAL_NOT_TRADING, "maintenance announced or running, delisting, gone", "rule_not_trading.passes",
	 FACTS},
	{REFUSAL_BLACKLISTED, "", "rule_blacklisted.passes", FACTS},
	{REFUSAL_FOREIGN, "", "rule_foreign.passes risk_enter.state", FACTS},
	{REFUSAL_OFF_GRID, "counted on another generation of the grid",
	 "rule_off_grid.passes risk_enter.exact", FACTS},
	{REFUSAL_UNDER_MINIMUM, "size, or notional rounded down", "rule_under_minimum.passes",
	 FACTS " gate.an_instruments_least_notional_is_told_in_lots"},
	{REFUSAL_OVER_MAXIMUM, "size of one market order", "rule_over_maximum.passes", FACTS},
	{REFUSAL_NO_STOP, "", "rule_no_stop.passes risk_enter.stop_and_target", FACTS},
	{REFUSAL_STOP_SIDE, "the entry itself is on neither side",
	 "rule_stop_side.passes risk_enter.stop_and_target", FACTS},
	{REFUSAL_STOP_NEAR, "", "rule_stop_near.passes", "gate.the_stop_keeps_two_ticks_and_the_spread_away"},
	{REFUSAL_LIQUIDATION, "isolated, at the leverage read back", "",
	 "gate.liquidation_stays_beyond_the_stop"},
	{REFUSAL_NO_TARGET, "", "rule_no_target.passes risk_enter.stop_and_target", FACTS},
	{REFUSAL_TARGET_SIDE, "", "rule_target_side.passes risk_enter.stop_and_target", FACTS},
	{REFUSAL_REWARD_RISK, "3 : 2 ! in whole ticks, exact", "rule_reward_risk.passes risk_enter.reward",
	 "gate.reward_of_exactly_one_and_a_half_times_the_risk_passes"},
	{REFUSAL_RISK, "both taker fees included; 1 %, 2 % ! at most",
	 "rule_risk.passes risk_enter.loss risk_enter.share risk_enter.ceiling",
	 "gate.the_loss_at_the_stop_may_be_one_percent_with_fees "
	 "gate.no_setting_makes_the_risk_looser_than_two_percent"},
	{REFUSAL_SYMBOL_EXPOSURE, "!", "rule_symbol_exposure.passes risk_enter.symbol", CAPS},
	{REFUSAL_TOTAL_EXPOSURE, "!", "rule_total_exposure.passes risk_enter.total", CAPS},
	{REFUSAL_LEVERAGE, "!; as read back, and as the order asks",
	 "rule_leverage.passes risk_enter.leverage", FACTS},
	{REFUSAL_POSITIONS, "open or pending; 5", "rule_positions.passes", FACTS},
	{REFUSAL_ENTRY_PENDING, "!", "rule_entry_pending.passes risk_enter.state", FACTS},
	{REFUSAL_OPPOSITE, "!", "rule_opposite.passes risk_enter.held", FACTS},
	{REFUSAL_AVERAGING_DOWN, "!", "rule_averaging_down.passes risk_enter.held",
	 "gate.nothing_is_added_to_a_position_that_loses"},
	{REFUSAL_MARTINGALE, "! in percent of C; 24 h, or until a winning trade",
	 "rule_martingale.passes risk_enter.after_loss",
	 "gate.risk_after_a_loss_is_compared_in_percent_of_capital_for_a_day"},
	{REFUSAL_VOLATILITY, "!", "rule_volatility.passes risk_assess.volatility",
	 "gate.volatility_of_exactly_95_passes"},
	{REFUSAL_SPREAD, "over 10 bps", "rule_spread.passes risk_assess.market", FACTS},
	{REFUSAL_DEPTH, "under 10 times the order, or older than 5 s", "rule_depth.passes risk_assess.market",
	 "gate.depth_is_ten_times_the_order_and_fresh"},
	{REFUSAL_SLIPPAGE, "mean over 10 bps from five fills on, and six hours after",
	 "rule_slippage.passes risk_assess.market", "gate.slippage_counts_from_five_fills_and_over_ten_bps"},
	{REFUSAL_SAFE_CONFIDENCE, "0.80 passes", "rule_safe_confidence.passes risk_assess.safe_mode",
	 "gate.safe_mode_takes_confidence_of_exactly_080"},
	{REFUSAL_HALF_RISK, "! from a drawdown of 10 %, or in safe mode",
	 "rule_half_risk.passes risk_enter.half_loss", HALF},
	{REFUSAL_HALF_SYMBOL, "!", "rule_half_symbol.passes risk_enter.half_symbol", HALF},
	{REFUSAL_HALF_TOTAL, "!", "rule_half_total.passes risk_enter.half_total", HALF},
	{REFUSAL_ENTRIES_MINUTE, "10 in one minute of the clock", "rule_entries_minute.passes",
	 "gate.ten_entries_fill_a_minute_and_the_next_minute_is_free"},
	{REFUSAL_ENTRIES_DAY, "100", "rule_entries_day.passes risk_assess.rates", FACTS},
	{REFUSAL_FEES_DAY, "1 %", "rule_fees_day.passes risk_assess.rates", FACTS},
	{REFUSAL_NOTHING_HELD, "REDUCE and PROTECT only", "risk_reduce.passes risk_protect.passes",
	 "ticket.a_reduce_never_opens_or_turns_a_position"},
	{REFUSAL_NOT_SMALLER, "nothing, or more than is held", "risk_reduce.passes risk_reduce.shrinks",
	 "ticket.a_reduce_never_opens_or_turns_a_position"},
	{REFUSAL_NOT_PROTECTING, "or a stop beyond the mark, or a target not beyond the stop",
	 "risk_protect.passes risk_protect.tighter risk_protect.before_mark risk_protect.target",
	 "ticket.a_stop_is_never_loosened_and_never_beyond_the_mark"},
};

struct state_row {
	const char *state, *entered, *left, *clauses, *tests;
};
static const struct state_row states[] = {
	{"halted for the day", "a NAV sample 5 % ! (or less, if so set) under the day's start", "00:00 UTC",
	 "ladder_step.halt_at ladder_step.halt_left",
	 "ladder.a_daily_loss_of_exactly_five_percent_halts_until_midnight "
	 "ladder.a_stricter_daily_loss_is_obeyed_and_a_looser_one_is_not"},
	{"cooldown", "the fifth losing trade in a row", "24 h later",
	 "ladder_step.cooldown_at ladder_step.cooldown_left",
	 "ladder.the_fifth_losing_trade_in_a_row_cools_down_for_a_day"},
	{"safe mode", "three red days in a row", "a green day", "ladder_step.safe_at ladder_step.safe_left",
	 "ladder.three_red_days_bring_safe_mode_until_a_green_one "
	 "ladder.a_change_of_exactly_005_percent_is_neutral"},
	{"half size", "a drawdown of 10 %, or safe mode", "both are over", "ladder_step.half",
	 "ladder.drawdown_of_exactly_ten_percent_halves_sizes_and_ends_below_it"},
	{"paused", "a drawdown of 15 %, or deeper after a resume", "`resume` unless locked, or `unlock`",
	 "ladder_step.pause_at ladder_step.pause_left resume.deeper",
	 "ladder.drawdown_of_exactly_fifteen_percent_pauses_and_resume_rearms_deeper"},
	{"locked", "a drawdown of 20 %, of NAV or of the account's equity",
	 "`unlock`, 24 h later at the soonest",
	 "ladder_step.lock_at ladder_step.guard_at ladder_step.lock_left ladder_step.lock_kept unlock.open",
	 "ladder.a_lock_is_left_by_unlock_after_a_day_at_ten_percent_drawdown "
	 "ladder.the_accounts_equity_twenty_percent_below_its_peak_locks_too"},
	{"operator halt", "`halt`", "`resume`", "ladder_step.operator_left",
	 "ladder.halt_and_resume_belong_to_the_operator"},
	{"the peak falls", "", "`unlock` of a locked desk: drawdown is then 10 %",
	 "ladder_step.peak_falls ladder_step.equity_peak_falls",
	 "ladder.the_peak_falls_only_by_unlock_and_states_agree_with_the_numbers"},
	{"last loss (rule 10)", "a losing trade that was not forced",
	 "a winning trade; the gate looks back 24 h", "ladder_step.memory_at ladder_step.memory_left",
	 "ladder.a_winning_trade_ends_the_streak_and_rule_10_and_an_even_one_neither "
	 "ladder.a_forced_loss_counts_but_does_not_set_rule_10"},
};

static const char *const proved_files[] = {
	"src/risk/gate.c",         "src/risk/gate.h",         "src/risk/ladder.c",
	"src/risk/rules_market.c", "src/risk/rules_order.c",  "src/risk/rules_state.c",
	"src/risk/rules_symbol.c", "src/risk/rules_usable.c", "src/risk/ticket.c",
	"src/base/limits.c",
};
#define PROVED_FILES (sizeof(proved_files) / sizeof(proved_files[0]))

static void read_file(const char *path, char *text)
{
	char whole[512];
	snprintf(whole, sizeof(whole), "%s/%s", SOURCE_DIR, path);
	FILE *file = fopen(whole, "r");
	if (!file)
		fail_msg("%s: cannot be read", whole);
	size_t len = fread(text, 1, TEXT_MAX - 1, file);
	fclose(file);
	assert_true(len < TEXT_MAX - 1);
	text[len] = '\0';
}

/* "a.b c.d" -> {"a", "b"}, {"c", "d"}; returns how many. */
static size_t split(const char *list, char items[ITEMS][2][96])
{
	size_t count = 0;
	int used = 0;
	while (count < ITEMS &&
	       sscanf(list, " %95[^. ].%95[^ ]%n", items[count][0], items[count][1], &used) == 2) {
		list += used;
		count++;
	}
	assert_int_equal(strspn(list, " "), strlen(list));
	return count;
}

/* Whether the text between a contract's end and the brace that follows defines that function. */
static bool contract_of(const char *after, const char *function)
{
	char call[128];
	snprintf(call, sizeof(call), "%s(", function);
	const char *name = strstr(after, call), *brace = strchr(after, '{');
	return name && brace && name < brace && (name[-1] == ' ' || name[-1] == '*');
}

/* Whether a file has a contract of that function with "ensures CLAUSE:". */
static bool clause_exists(const char *function, const char *clause)
{
	static char text[TEXT_MAX];
	char wanted[128];
	snprintf(wanted, sizeof(wanted), "ensures %s:", clause);
	for (size_t i = 0; i < PROVED_FILES; i++) {
		read_file(proved_files[i], text);
		for (char *at = text; (at = strstr(at, "/*@")) != NULL; at++) {
			char *end = strstr(at, "*/");
			assert_non_null(end);
			const char *found = strstr(at, wanted);
			if (found && found < end && contract_of(end + 2, function))
				return true;
		}
	}
	return false;
}

static bool test_exists(const char *file, const char *function)
{
	static char text[TEXT_MAX];
	char path[128], defined[160], run[160];
	snprintf(path, sizeof(path), "tests/unit/risk/test_%.90s.c", file);
	snprintf(defined, sizeof(defined), "static void %s(void **state)", function);
	snprintf(run, sizeof(run), "cmocka_unit_test(%s)", function);
	read_file(path, text);
	return strstr(text, defined) && strstr(text, run);
}

static void check_names(const char *what, const char *clauses, const char *tests)
{
	char items[ITEMS][2][96];
	for (size_t i = split(clauses, items); i-- > 0;)
		if (!clause_exists(items[i][0], items[i][1]))
			fail_msg("%s: no contract of %s ensures %s", what, items[i][0], items[i][1]);
	size_t count = split(tests, items);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++)
		if (!test_exists(items[i][0], items[i][1]))
			fail_msg("%s: no test %s in test_%s.c", what, items[i][1], items[i][0]);
}

static void every_row_names_a_proof_and_a_test_that_exist(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_names(refusal_rows[rows[i].refusal].name, rows[i].clauses, rows[i].tests);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		check_names(states[i].state, states[i].clauses, states[i].tests);
}

static void every_refusal_has_a_row_in_the_order_of_the_catalogue(void **state)
{
	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), REFUSAL_COUNT - 1);
	for (int i = 1; i < REFUSAL_COUNT; i++)
		assert_int_equal(rows[i - 1].refusal, i);
}

static const char *unit_text(enum field_unit unit)
{
	switch (unit) {
	case FIELD_INT: return "count";
	case FIELD_BOOL: return "0 or 1";
	case FIELD_MS: return "ms";
	case FIELD_MONEY: return "1e-8 USDT";
	case FIELD_RATIO: return "1e-9";
	case FIELD_TICKS: return "ticks";
	case FIELD_LOTS: return "lots";
	case FIELD_SIDE: return "side";
	default: return "?";
	}
}

static void add_names(char *page, const char *clauses, const char *tests)
{
	char items[ITEMS][2][96];
	size_t count = split(clauses, items);
	for (size_t i = 0; i < count; i++)
		sprintf(page + strlen(page), "%s`%s.%s`", i ? " " : "", items[i][0], items[i][1]);
	strcat(page, count ? " | " : "not proved | ");
	count = split(tests, items);
	for (size_t i = 0; i < count; i++)
		sprintf(page + strlen(page), "%s%s: `%s`", i ? ", " : "", items[i][0], items[i][1]);
	strcat(page, " |\n");
}

static void make_rules(char *page)
{
	strcpy(page,
	       "| refusal | rule | told in | refused when | proof | tests |\n|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct refusal_row *row = &refusal_rows[rows[i].refusal];
		sprintf(page + strlen(page), "| `%s` | %d | %s | %s%s%s | ", row->name, row->rule,
			unit_text(row->unit), row->text, *rows[i].when ? "; " : "", rows[i].when);
		add_names(page, rows[i].clauses, rows[i].tests);
	}
}

static void make_states(char *page)
{
	strcpy(page, "| state | entered by | left by | proof | tests |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		sprintf(page + strlen(page), "| %s | %s | %s | ", states[i].state, states[i].entered,
			states[i].left);
		add_names(page, states[i].clauses, states[i].tests);
	}
}

/* The page with what stands between two marks replaced by the table. */
static void put_table(char *page, const char *name, const char *table)
{
	static char tail[PAGE_MAX];
	char begin[96], end[96];
	snprintf(begin, sizeof(begin), "<!-- %s: made by tests/unit/risk/test_safety_docs.c -->\n", name);
	snprintf(end, sizeof(end), "<!-- end of %s -->\n", name);
	char *from = strstr(page, begin), *to = strstr(page, end);
	assert_non_null(from);
	assert_non_null(to);
	strcpy(tail, to);
	from += strlen(begin);
	assert_true((size_t)(from - page) + strlen(table) + strlen(tail) < PAGE_MAX);
	strcpy(from, table);
	strcat(from, tail);
}

static void the_page_has_the_tables_of_the_catalogue(void **state)
{
	(void)state;
	static char page[PAGE_MAX], wanted[PAGE_MAX], table[PAGE_MAX];
	read_file("docs/safety.md", page);
	strcpy(wanted, page);
	make_rules(table);
	put_table(wanted, "rules", table);
	make_states(table);
	put_table(wanted, "states", table);
	if (getenv("TRADEBOT_WRITE_DOCS")) {
		FILE *file = fopen(SOURCE_DIR "/docs/safety.md", "w");
		assert_non_null(file);
		fputs(wanted, file);
		fclose(file);
		return;
	}
	if (strcmp(page, wanted) != 0)
		fail_msg("docs/safety.md differs from the catalogue: run this test with "
			 "TRADEBOT_WRITE_DOCS=1");
}

#define PERCENT(ratio) (int)((ratio)*100 / RATIO_ONE)

/* A number that the first page tells and the code has not is a rule that nobody keeps. */
static void the_first_page_has_the_numbers_of_the_code(void **state)
{
	static char page[PAGE_MAX];
	char lines[8][128];

	(void)state;
	read_file("README.md", page);
	snprintf(lines[0], 128,
		 "| risk per trade | %d %% of capital at the stop, fees included; %d %% ceiling |",
		 PERCENT(limits_default.risk_per_trade), PERCENT(CEILING_RISK_PER_TRADE));
	snprintf(lines[1], 128, "| reward to risk | at least %.1f : 1 |",
		 (double)REWARD_RISK_NUM / REWARD_RISK_DEN);
	snprintf(lines[2], 128, "| exposure | %d %% per asset, %d %% total, leverage setting at most %dx |",
		 PERCENT(CAP_SYMBOL_EXPOSURE), PERCENT(CAP_TOTAL_EXPOSURE), PERCENT(CAP_LEVERAGE) / 100);
	snprintf(lines[3], 128, "| daily loss %d %% | halted until 00:00 UTC |", PERCENT(CEILING_DAILY_LOSS));
	snprintf(lines[4], 128, "| %d losing trades in a row | %d h cooldown |", COOLDOWN_STREAK,
		 (int)(COOLDOWN_MS / HOUR_MS));
	snprintf(lines[5], 128, "| %d red days in a row | safe mode: high confidence only, half size |",
		 SAFE_MODE_RED_DAYS);
	snprintf(lines[6], 128, "| drawdown %d / %d / %d %% | half size / paused / locked and flattened |",
		 PERCENT(HALF_SIZE_DRAWDOWN), PERCENT(PAUSE_DRAWDOWN), PERCENT(LOCK_DRAWDOWN));
	snprintf(lines[7], 128, "| volatility percentile > %d | no new positions |", CAP_VOLATILITY_PCT);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strstr(page, lines[i]))
			fail_msg("README.md does not say: %s", lines[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_refusal_has_a_row_in_the_order_of_the_catalogue),
		cmocka_unit_test(every_row_names_a_proof_and_a_test_that_exist),
		cmocka_unit_test(the_page_has_the_tables_of_the_catalogue),
		cmocka_unit_test(the_first_page_has_the_numbers_of_the_code),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
