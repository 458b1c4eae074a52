/* SPDX-License-Identifier: MIT
 * Every rule of the gate at its limit, one step inside and one step beyond; and that nothing that is not
 * known can pass. */
#include "risk_fixture.h"
#include "gate.h"

#include <stddef.h>

static void a_good_entry_passes_every_rule(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	assert_passes(&given);
	given = a_good_short();
	assert_passes(&given);
}

static void every_refusal_of_an_entry_has_a_rule_in_the_order_of_the_catalogue(void **state)
{
	(void)state;
#define X(id, name) REFUSAL_##id,
	static const enum refusal rules[] = {GATE_RULES(X)};
#undef X
	size_t count = sizeof(rules) / sizeof(rules[0]);
	assert_int_equal(count, REFUSAL_COUNT - 4); /* NONE, and three that only REDUCE and PROTECT can get */
	for (size_t i = 0; i < count; i++)
		assert_int_equal(rules[i], i + 1);
}

/* A value of the question, set to something; what then fails first, or NONE. */
struct edge {
	size_t offset;
	int64_t value;
	enum refusal rule;
	int64_t limit;
};
#define AT(field) offsetof(struct given, field)

static void set(struct given *given, size_t offset, int64_t value)
{
	memcpy((char *)given + offset, &value, sizeof(value));
}

static void check_edges(const struct edge *edges, size_t count, struct given base)
{
	for (size_t i = 0; i < count; i++) {
		struct given given = base;
		set(&given, edges[i].offset, edges[i].value);
		if (edges[i].rule == REFUSAL_NONE)
			assert_passes(&given);
		else
			assert_refused(&given, edges[i].rule, edges[i].limit, edges[i].value);
	}
}
#define CHECK(edges, base) check_edges(edges, sizeof(edges) / sizeof((edges)[0]), base)

static void facts_pass_at_their_limit_and_fail_one_step_beyond(void **state)
{
	(void)state;
	static const struct edge edges[] = {
		{AT(desk.operator_halt), 1, REFUSAL_OPERATOR_HALT, 0},
		{AT(standing.ready), 0, REFUSAL_NOT_READY, 1},
		{AT(standing.healthy), 0, REFUSAL_UNHEALTHY, 1},
		{AT(standing.clock_off_ms), 999, REFUSAL_NONE, 0},
		{AT(standing.clock_off_ms), 1000, REFUSAL_NONE, 0},
		{AT(standing.clock_off_ms), 1001, REFUSAL_CLOCK, 1000},
		{AT(standing.order_unknown), 1, REFUSAL_ORDER_UNKNOWN, 0},
		{AT(standing.unreconciled), 1, REFUSAL_UNRECONCILED, 0},
		{AT(standing.unexplained), 1, REFUSAL_UNEXPLAINED, 0},
		{AT(instrument.status), INSTRUMENT_CLOSING, REFUSAL_NOT_TRADING, 0},
		{AT(instrument.status), INSTRUMENT_SUSPENDED, REFUSAL_NOT_TRADING, 0},
		{AT(instrument.status), INSTRUMENT_DELISTING, REFUSAL_NOT_TRADING, 0},
		{AT(instrument.status), INSTRUMENT_GONE, REFUSAL_NOT_TRADING, 0},
		{AT(instrument.blacklisted), 1, REFUSAL_BLACKLISTED, 0},
		{AT(standing.foreign), 1, REFUSAL_FOREIGN, 0},
		{AT(enter.generation), 1, REFUSAL_OFF_GRID, 0},
		{AT(enter.qty), 9, REFUSAL_UNDER_MINIMUM, 10},
		{AT(enter.qty), 10, REFUSAL_NONE, 0},
		{AT(enter.qty), 20000, REFUSAL_NONE, 0},
		{AT(enter.qty), 20001, REFUSAL_OVER_MAXIMUM, 20000},
		{AT(standing.leverage), CAP_LEVERAGE, REFUSAL_NONE, 0},
		{AT(standing.leverage), CAP_LEVERAGE + 1, REFUSAL_LEVERAGE, CAP_LEVERAGE},
		{AT(enter.leverage), CAP_LEVERAGE, REFUSAL_NONE, 0},
		{AT(enter.leverage), CAP_LEVERAGE + 1, REFUSAL_LEVERAGE, CAP_LEVERAGE},
		{AT(standing.positions), 4, REFUSAL_NONE, 0},
		{AT(standing.positions), 5, REFUSAL_POSITIONS, 5},
		{AT(standing.entry_pending), 1, REFUSAL_ENTRY_PENDING, 0},
		{AT(standing.side), SIDE_LONG, REFUSAL_NONE, 0},
		{AT(standing.side), SIDE_SHORT, REFUSAL_OPPOSITE, SIDE_LONG},
		{AT(quote.spread), 10 * BPS - 1, REFUSAL_NONE, 0},
		{AT(quote.spread), 10 * BPS, REFUSAL_NONE, 0},
		{AT(quote.spread), 10 * BPS + 1, REFUSAL_SPREAD, 10 * BPS},
		{AT(desk.entries_day), 99, REFUSAL_NONE, 0},
		{AT(desk.entries_day), 100, REFUSAL_ENTRIES_DAY, 100},
		{AT(desk.fees_day), USDT(100), REFUSAL_NONE, 0},
		{AT(desk.fees_day), USDT(100) + 1, REFUSAL_FEES_DAY, USDT(100)},
		{AT(enter.stop), 0, REFUSAL_NO_STOP, 1},
		{AT(enter.stop), 9998, REFUSAL_NONE, 0},
		{AT(enter.stop), 10000, REFUSAL_STOP_SIDE, 10000},
		{AT(enter.stop), 10001, REFUSAL_STOP_SIDE, 10000},
		{AT(enter.target), 0, REFUSAL_NO_TARGET, 1},
		{AT(enter.target), 10000, REFUSAL_TARGET_SIDE, 10000},
		{AT(enter.target), 9999, REFUSAL_TARGET_SIDE, 10000},
	};
	struct given base = a_good_entry();
	base.instrument.min_qty = 10;
	base.instrument.max_qty = 20000;
	CHECK(edges, base);
}

static void data_may_be_as_old_as_its_limit_and_no_older(void **state)
{
	(void)state;
	struct {
		size_t offset;
		ms_t most;
		enum refusal rule;
	} ages[] = {
		{AT(quote.ticker_ms), 30000, REFUSAL_TICKER_STALE},
		{AT(quote.bar_ms), 70000, REFUSAL_BAR_STALE},
	};
	for (size_t i = 0; i < 2; i++) {
		struct given given = a_good_entry();
		set(&given, ages[i].offset, NOW - ages[i].most);
		assert_passes(&given);
		set(&given, ages[i].offset, NOW - ages[i].most - 1);
		assert_refused(&given, ages[i].rule, ages[i].most, ages[i].most + 1);
		set(&given, ages[i].offset, NOW + 1000);
		assert_passes(&given);
		set(&given, ages[i].offset, NOW + 1001);
		assert_refused(&given, ages[i].rule, ages[i].most, -1001);
	}
}

static void depth_is_ten_times_the_order_and_fresh(void **state)
{
	(void)state;
	struct given given = a_good_entry(); /* worth 100 USDT */
	given.quote.depth = USDT(1000);
	given.quote.depth_ms = NOW - 5000;
	assert_passes(&given);
	given.quote.depth_ms = NOW - 5001;
	assert_refused(&given, REFUSAL_DEPTH, USDT(1000), UNKNOWN);
	given.quote.depth_ms = NOW;
	given.quote.depth = USDT(1000) - 1;
	assert_refused(&given, REFUSAL_DEPTH, USDT(1000), USDT(1000) - 1);
}

static void volatility_of_exactly_95_passes(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.quote.volatility = (struct rank){1900, 2000};
	assert_passes(&given);
	given.quote.volatility = (struct rank){1901, 2000};
	assert_refused(&given, REFUSAL_VOLATILITY, 950000000, 950500000);
	given.quote.volatility = (struct rank){0, 0};
	assert_true(has(assess(&given).unanswered, REFUSAL_VOLATILITY));
}

static void slippage_counts_from_five_fills_and_over_ten_bps(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.standing.slippage = 10 * BPS + 1;
	given.standing.slippage_fills = 4;
	assert_passes(&given);
	given.standing.slippage_fills = 5;
	assert_refused(&given, REFUSAL_SLIPPAGE, 10 * BPS, 10 * BPS + 1);
	given.standing.slippage = 10 * BPS;
	assert_passes(&given);
	given.standing.slippage = -10 * BPS;
	assert_passes(&given);
	given.standing.slippage_until_ms = NOW + 1;
	assert_refused(&given, REFUSAL_SLIPPAGE, 10 * BPS, -10 * BPS);
	given.standing.slippage_until_ms = NOW;
	assert_passes(&given);
}

static void reward_of_exactly_one_and_a_half_times_the_risk_passes(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.enter.target = 10151;
	assert_passes(&given);
	given.enter.target = 10149;
	assert_refused(&given, REFUSAL_REWARD_RISK, 1500000000, 1490000000);
	given = a_good_short();
	given.enter.target = 9851;
	assert_refused(&given, REFUSAL_REWARD_RISK, 1500000000, 1490000000);
}

static void the_stop_keeps_two_ticks_and_the_spread_away(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.quote.spread = 0;
	given.enter.stop = 9999;
	assert_refused(&given, REFUSAL_STOP_NEAR, 2, 1);
	given.enter.stop = 9998;
	assert_passes(&given);
	given.quote.spread = 2 * BPS; /* exactly 2 ticks of 10,000 */
	assert_passes(&given);
	given.quote.spread = 2 * BPS + 1; /* rounds up to 3 */
	assert_refused(&given, REFUSAL_STOP_NEAR, 3, 2);
	given.quote.spread = UNKNOWN;
	assert_true(has(assess(&given).unanswered, REFUSAL_STOP_NEAR));
	given.enter.stop = 9999;
	assert_refused(&given, REFUSAL_STOP_NEAR, 2, 1);
}

static void liquidation_stays_beyond_the_stop(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.standing.leverage = 2 * RATIO_ONE; /* liquidation at 100 * (1 - 0.5 + 0.005) = 50.50 */
	given.enter.qty = 100;
	given.enter.target = PRICE(300);
	given.enter.stop = 5051;
	assert_passes(&given);
	given.enter.stop = 5050;
	assert_refused(&given, REFUSAL_LIQUIDATION, 5050, 5050);
	given.instrument.maintenance = UNKNOWN;
	assert_true(has(assess(&given).unanswered, REFUSAL_LIQUIDATION));
	given.enter.stop = 5000; /* fails with no maintenance margin at all */
	assert_refused(&given, REFUSAL_LIQUIDATION, 5000, 5000);

	given = a_good_short();
	given.standing.leverage = 2 * RATIO_ONE; /* 100 * (1 + 0.5 - 0.005) = 149.50 */
	given.enter.qty = 100;
	given.enter.target = 1;
	given.enter.stop = 14949;
	assert_passes(&given);
	given.enter.stop = 14950;
	assert_refused(&given, REFUSAL_LIQUIDATION, 14950, 14950);
	given.standing.leverage = RATIO_ONE / 2; /* counts as 1x: 199.50 */
	assert_passes(&given);
}

static void the_loss_at_the_stop_may_be_one_percent_with_fees(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.enter.stop = PRICE(90);
	given.enter.target = PRICE(115);
	given.enter.qty = COINS(10); /* 10 USDT a coin: 100 USDT */
	assert_passes(&given);
	assert_int_equal(assess(&given).risk, USDT(100));
	given.enter.qty = COINS(10) + 1;
	assert_refused(&given, REFUSAL_RISK, USDT(100), USDT(100) + MONEY_ONE / 100);
	given.enter.qty = COINS(10);
	given.instrument.taker_fee = 1; /* 1e-9 of 1,900 USDT: 190 of 1e-8 */
	assert_refused(&given, REFUSAL_RISK, USDT(100), USDT(100) + 190);
	given.instrument.taker_fee = UNKNOWN;
	assert_true(has(assess(&given).unanswered, REFUSAL_RISK));
}

static void no_setting_makes_the_risk_looser_than_two_percent(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.limits.risk_per_trade = CEILING_RISK_PER_TRADE;
	assert_passes(&given);
	given.limits.risk_per_trade = CEILING_RISK_PER_TRADE + 1;
	assert_refused(&given, REFUSAL_UNUSABLE, CEILING_RISK_PER_TRADE, CEILING_RISK_PER_TRADE + 1);
}

static void exposure_may_be_thirty_percent_a_symbol_and_fifty_in_all(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.standing.symbol_exposure = USDT(2900);
	given.standing.total_exposure = USDT(4900);
	assert_passes(&given);
	given.standing.symbol_exposure++;
	assert_refused(&given, REFUSAL_SYMBOL_EXPOSURE, USDT(3000), USDT(3000) + 1);
	given.standing.symbol_exposure -= 2;
	assert_passes(&given);
	given.standing.total_exposure++;
	assert_refused(&given, REFUSAL_TOTAL_EXPOSURE, USDT(5000), USDT(5000) + 1);
}

static void half_size_halves_three_limits(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.desk.half_size = 1;
	given.enter.stop = PRICE(90);
	given.enter.target = PRICE(115);
	given.enter.qty = COINS(5); /* risks 50, worth 500 */
	given.standing.symbol_exposure = USDT(1000);
	given.standing.total_exposure = USDT(2000);
	assert_passes(&given);
	given.standing.symbol_exposure++;
	assert_refused(&given, REFUSAL_HALF_SYMBOL, USDT(1500), USDT(1500) + 1);
	given.standing.symbol_exposure--;
	given.standing.total_exposure++;
	assert_refused(&given, REFUSAL_HALF_TOTAL, USDT(2500), USDT(2500) + 1);
	given.standing.total_exposure = given.standing.symbol_exposure = 0;
	given.enter.qty++;
	assert_refused(&given, REFUSAL_HALF_RISK, USDT(50), USDT(50) + MONEY_ONE / 100);
	given.desk.half_size = 0;
	assert_passes(&given);
}

static void nothing_is_added_to_a_position_that_loses(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.standing.side = SIDE_LONG;
	given.standing.losing = 1;
	assert_refused(&given, REFUSAL_AVERAGING_DOWN, 0, 1);
	given.standing.losing = 0;
	assert_passes(&given);
	given.standing.side = SIDE_SHORT;
	given.standing.losing = 1;
	assert_refused(&given, REFUSAL_OPPOSITE, SIDE_LONG, SIDE_SHORT);
}

static void risk_after_a_loss_is_compared_in_percent_of_capital_for_a_day(void **state)
{
	(void)state;
	struct given given = a_good_entry(); /* risks 1 USDT of 10,000 */
	given.desk.loss_risk = USDT(2);
	given.desk.loss_capital = USDT(20000);
	given.desk.loss_ms = NOW - 24 * HOUR_MS + 1;
	assert_passes(&given);
	given.desk.loss_capital++;
	assert_refused(&given, REFUSAL_MARTINGALE, USDT(1) - 1, USDT(1));
	given.desk.loss_ms--;
	assert_passes(&given);
	given.desk.loss_ms = NOW;
	given.desk.loss_risk = 0;
	assert_passes(&given);
	given.desk.loss_risk = 1;
	given.desk.loss_capital = 0; /* on no capital: nothing is allowed */
	assert_refused(&given, REFUSAL_MARTINGALE, 0, USDT(1));
}

static void safe_mode_takes_confidence_of_exactly_080(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.desk.safe_mode = given.desk.half_size = 1;
	given.enter.confidence = 800000000;
	assert_passes(&given);
	given.enter.confidence = 799999999;
	assert_refused(&given, REFUSAL_SAFE_CONFIDENCE, 800000000, 799999999);
	given.desk.safe_mode = 0;
	assert_passes(&given);
}

static void ten_entries_fill_a_minute_and_the_next_minute_is_free(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.desk.minute_ms = NOW;
	given.desk.entries_minute = 9;
	assert_passes(&given);
	given.desk.entries_minute = 10;
	assert_refused(&given, REFUSAL_ENTRIES_MINUTE, 10, 10);
	given.desk.minute_ms = NOW - MINUTE_MS;
	assert_passes(&given);
}

static void states_refuse_until_their_time_is_up(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.desk.halted_until_ms = NOW + 1;
	assert_refused(&given, REFUSAL_DAY_HALTED, limits_default.daily_loss, 0);
	given.desk.halted_until_ms = NOW;
	assert_passes(&given);
	given.desk.cooldown_until_ms = NOW + HOUR_MS;
	assert_refused(&given, REFUSAL_COOLDOWN, DAY_MS, DAY_MS - HOUR_MS);
	given.desk.cooldown_until_ms = NOW;
	assert_passes(&given);
	given.desk.paused = 1;
	assert_refused(&given, REFUSAL_PAUSED, PAUSE_DRAWDOWN, 0);
	given.desk.locked = 1;
	assert_refused(&given, REFUSAL_LOCKED, LOCK_DRAWDOWN, 0);
}

static void an_instruments_least_notional_is_told_in_lots(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.instrument.min_notional = USDT(100);
	assert_passes(&given);
	given.instrument.min_notional = USDT(100) + 1;
	assert_refused(&given, REFUSAL_UNDER_MINIMUM, COINS(1) + 1, COINS(1));
}

static void an_odd_value_is_a_refusal_of_its_own(void **state)
{
	(void)state;
	static const struct edge edges[] = {
		{AT(enter.qty), 0, REFUSAL_UNUSABLE, 1},
		{AT(enter.qty), -1, REFUSAL_UNUSABLE, 1},
		{AT(enter.qty), VALUE_MAX + 1, REFUSAL_UNUSABLE, VALUE_MAX},
		{AT(enter.qty), INT64_MAX, REFUSAL_UNUSABLE, VALUE_MAX},
		{AT(enter.entry), 0, REFUSAL_UNUSABLE, 1},
		{AT(enter.entry), INT64_MAX, REFUSAL_UNUSABLE, VALUE_MAX},
		{AT(enter.stop), -1, REFUSAL_UNUSABLE, 0},
		{AT(enter.target), -1, REFUSAL_UNUSABLE, 0},
		{AT(enter.side), 0, REFUSAL_UNUSABLE, 1},
		{AT(enter.side), 2, REFUSAL_UNUSABLE, 1},
		{AT(enter.confidence), RATIO_ONE + 1, REFUSAL_UNUSABLE, RATIO_ONE},
		{AT(enter.decided_ms), 0, REFUSAL_UNUSABLE, 1},
		{AT(standing.capital), 0, REFUSAL_UNUSABLE, 1},
		{AT(standing.capital), -USDT(5), REFUSAL_UNUSABLE, 1},
		{AT(standing.capital), VALUE_MAX + 1, REFUSAL_UNUSABLE, VALUE_MAX},
		{AT(standing.symbol_exposure), -1, REFUSAL_UNUSABLE, 0},
		{AT(standing.total_exposure), INT64_MAX, REFUSAL_UNUSABLE, VALUE_MAX},
		{AT(standing.ready), 2, REFUSAL_UNUSABLE, 1},
		{AT(standing.losing), -1, REFUSAL_UNUSABLE, 0},
		{AT(standing.leverage), 0, REFUSAL_UNUSABLE, 1},
		{AT(quote.spread), -1, REFUSAL_UNUSABLE, 0},
		{AT(quote.depth), -1, REFUSAL_UNUSABLE, 0},
		{AT(quote.volatility.num), 101, REFUSAL_UNUSABLE, 100},
		{AT(instrument.taker_fee), -1, REFUSAL_UNUSABLE, 0},
		{AT(instrument.value_num), 0, REFUSAL_UNUSABLE, 1},
		{AT(limits.daily_loss), CEILING_DAILY_LOSS + 1, REFUSAL_UNUSABLE, CEILING_DAILY_LOSS},
		{AT(limits.positions), UNKNOWN, REFUSAL_UNUSABLE, 0},
		{AT(desk.nav_peak), 0, REFUSAL_UNUSABLE, 1},
		{AT(desk.loss_ms), -1, REFUSAL_UNUSABLE, 0},
	};
	CHECK(edges, a_good_entry());
}

static void a_product_that_does_not_fit_is_refused_not_wrapped(void **state)
{
	(void)state;
	struct given given = a_good_entry();
	given.enter.qty = VALUE_MAX;
	assert_refused(&given, REFUSAL_UNUSABLE, VALUE_MAX, VALUE_MAX);
	given.enter.qty = COINS(1);
	given.enter.entry = VALUE_MAX;
	given.enter.stop = VALUE_MAX - 10;
	given.enter.target = VALUE_MAX;
	assert_true(has(assess(&given).failed, REFUSAL_UNUSABLE));
}

/* Each fact that may be UNKNOWN, and a rule that cannot be answered without it. */
static const struct {
	size_t offset;
	enum refusal rule;
} facts[] = {
	{AT(enter.side), REFUSAL_STOP_SIDE},
	{AT(enter.qty), REFUSAL_RISK},
	{AT(enter.entry), REFUSAL_STOP_SIDE},
	{AT(enter.stop), REFUSAL_NO_STOP},
	{AT(enter.target), REFUSAL_NO_TARGET},
	{AT(enter.confidence), REFUSAL_SAFE_CONFIDENCE},
	{AT(enter.leverage), REFUSAL_LEVERAGE},
	{AT(enter.decided_ms), REFUSAL_TICKER_STALE},
	{AT(enter.generation), REFUSAL_OFF_GRID},
	{AT(standing.capital), REFUSAL_RISK},
	{AT(standing.total_exposure), REFUSAL_TOTAL_EXPOSURE},
	{AT(standing.symbol_exposure), REFUSAL_SYMBOL_EXPOSURE},
	{AT(standing.positions), REFUSAL_POSITIONS},
	{AT(standing.ready), REFUSAL_NOT_READY},
	{AT(standing.healthy), REFUSAL_UNHEALTHY},
	{AT(standing.clock_off_ms), REFUSAL_CLOCK},
	{AT(standing.order_unknown), REFUSAL_ORDER_UNKNOWN},
	{AT(standing.unreconciled), REFUSAL_UNRECONCILED},
	{AT(standing.unexplained), REFUSAL_UNEXPLAINED},
	{AT(standing.foreign), REFUSAL_FOREIGN},
	{AT(standing.entry_pending), REFUSAL_ENTRY_PENDING},
	{AT(standing.side), REFUSAL_OPPOSITE},
	{AT(standing.losing), REFUSAL_AVERAGING_DOWN},
	{AT(standing.leverage), REFUSAL_LIQUIDATION},
	{AT(standing.slippage), REFUSAL_SLIPPAGE},
	{AT(standing.slippage_fills), REFUSAL_SLIPPAGE},
	{AT(standing.slippage_until_ms), REFUSAL_SLIPPAGE},
	{AT(standing.states_known), REFUSAL_LOCKED},
	{AT(quote.spread), REFUSAL_SPREAD},
	{AT(quote.depth), REFUSAL_DEPTH},
	{AT(quote.depth_ms), REFUSAL_DEPTH},
	{AT(quote.ticker_ms), REFUSAL_TICKER_STALE},
	{AT(quote.bar_ms), REFUSAL_BAR_STALE},
	{AT(quote.volatility.num), REFUSAL_VOLATILITY},
	{AT(quote.volatility.den), REFUSAL_VOLATILITY},
	{AT(instrument.status), REFUSAL_NOT_TRADING},
	{AT(instrument.blacklisted), REFUSAL_BLACKLISTED},
	{AT(instrument.min_qty), REFUSAL_UNDER_MINIMUM},
	{AT(instrument.max_qty), REFUSAL_OVER_MAXIMUM},
	{AT(instrument.min_notional), REFUSAL_UNDER_MINIMUM},
	{AT(instrument.maintenance), REFUSAL_LIQUIDATION},
	{AT(instrument.taker_fee), REFUSAL_RISK},
	{AT(instrument.value_num), REFUSAL_RISK},
};

static void what_nobody_has_told_leaves_rules_unanswered_and_seals_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		struct given given = a_good_entry();
		struct ticket ticket = {0};
		struct finding why;
		given.standing.slippage_fills = 5;
		set(&given, facts[i].offset, UNKNOWN);
		struct assessment answer = assess(&given);
		assert_int_equal(answer.failed, 0);
		assert_true(has(answer.unanswered, facts[i].rule));
		struct order_ids ids = {1, 2, 3};
		assert_int_not_equal(risk_enter(&given.limits, &given.desk, &given.standing, &given.quote,
						&given.instrument, &given.enter, &ids, &why, &ticket),
				     REFUSAL_NONE);
		assert_int_equal(why.actual, UNKNOWN);
		assert_null(ticket_order(&ticket, NOW));
	}
}

static void each_state_that_is_not_known_leaves_its_rules_unanswered(void **state)
{
	(void)state;
	static const struct {
		int64_t bit;
		enum refusal rule;
	} states[] = {
		{STATE_DAY, REFUSAL_DAY_HALTED},       {STATE_DRAWDOWN, REFUSAL_LOCKED},
		{STATE_DRAWDOWN, REFUSAL_PAUSED},      {STATE_DRAWDOWN, REFUSAL_HALF_RISK},
		{STATE_STREAK, REFUSAL_COOLDOWN},      {STATE_DAYS, REFUSAL_SAFE_CONFIDENCE},
		{STATE_DAYS, REFUSAL_HALF_SYMBOL},     {STATE_OPERATOR, REFUSAL_OPERATOR_HALT},
		{STATE_LAST_LOSS, REFUSAL_MARTINGALE}, {STATE_RATE, REFUSAL_ENTRIES_MINUTE},
		{STATE_RATE, REFUSAL_ENTRIES_DAY},     {STATE_RATE, REFUSAL_FEES_DAY},
	};
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		struct given given = a_good_entry();
		given.standing.states_known = STATES_ALL & ~states[i].bit;
		assert_int_equal(assess(&given).failed, 0);
		assert_true(has(assess(&given).unanswered, states[i].rule));
	}
	struct given given = a_good_entry();
	given.standing.states_known = 0;
	given.desk.locked = 1; /* what is known to be set refuses all the same */
	assert_true(has(assess(&given).failed, REFUSAL_LOCKED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_entry_passes_every_rule),
		cmocka_unit_test(every_refusal_of_an_entry_has_a_rule_in_the_order_of_the_catalogue),
		cmocka_unit_test(facts_pass_at_their_limit_and_fail_one_step_beyond),
		cmocka_unit_test(data_may_be_as_old_as_its_limit_and_no_older),
		cmocka_unit_test(depth_is_ten_times_the_order_and_fresh),
		cmocka_unit_test(volatility_of_exactly_95_passes),
		cmocka_unit_test(slippage_counts_from_five_fills_and_over_ten_bps),
		cmocka_unit_test(reward_of_exactly_one_and_a_half_times_the_risk_passes),
		cmocka_unit_test(the_stop_keeps_two_ticks_and_the_spread_away),
		cmocka_unit_test(liquidation_stays_beyond_the_stop),
		cmocka_unit_test(the_loss_at_the_stop_may_be_one_percent_with_fees),
		cmocka_unit_test(no_setting_makes_the_risk_looser_than_two_percent),
		cmocka_unit_test(exposure_may_be_thirty_percent_a_symbol_and_fifty_in_all),
		cmocka_unit_test(half_size_halves_three_limits),
		cmocka_unit_test(nothing_is_added_to_a_position_that_loses),
		cmocka_unit_test(risk_after_a_loss_is_compared_in_percent_of_capital_for_a_day),
		cmocka_unit_test(safe_mode_takes_confidence_of_exactly_080),
		cmocka_unit_test(ten_entries_fill_a_minute_and_the_next_minute_is_free),
		cmocka_unit_test(states_refuse_until_their_time_is_up),
		cmocka_unit_test(an_instruments_least_notional_is_told_in_lots),
		cmocka_unit_test(an_odd_value_is_a_refusal_of_its_own),
		cmocka_unit_test(a_product_that_does_not_fit_is_refused_not_wrapped),
		cmocka_unit_test(what_nobody_has_told_leaves_rules_unanswered_and_seals_nothing),
		cmocka_unit_test(each_state_that_is_not_known_leaves_its_rules_unanswered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
