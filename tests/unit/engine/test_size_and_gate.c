/* SPDX-License-Identifier: MIT
 * decide sizes with the numbers the gate judges by: a well-formed proposal passes the gate's rules about size
 * (6, 7, 8, 10, 14), whatever the market and the desk look like, and never loses to a rounding. */
#include "proposal.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

static int64_t between(struct random *random, int64_t low, int64_t high)
{
	return low + (int64_t)(random_next(random) % (uint64_t)(high - low + 1));
}

static void a_market(struct random *random, struct given *given)
{
	static const struct grid ticks[] = {{1, 1}, {1, 2}, {5, 1}, {1, 4}, {1, 6}, {25, 3}, {1, 0}};
	static const struct grid lots[] = {{1, 3}, {1, 0}, {1, 5}, {10, 0}, {1, 1}};
	struct instrument *instrument = &given->instrument;

	do {
		instrument->tick = ticks[random_next(random) % 7];
		instrument->lot = lots[random_next(random) % 5];
	} while (instrument_settle(instrument) != 0);
	instrument->taker_fee = between(random, 0, 20 * BPS);
	instrument->max_qty = between(random, 1, 1000000000);
	instrument->min_qty = between(random, 1, 100);
	instrument->min_notional = between(random, 0, USDT(10));
	price_t mid = between(random, 1000, 10000000);
	given->quote.bid = mid;
	given->quote.ask = mid + between(random, 0, mid / 1000);
	given->quote.mark = given->quote.last = mid;
	given->quote.spread = quote_spread(given->quote.bid, given->quote.ask);
	given->in.close = mid;
	given->signal.side = random_next(random) % 2 ? SIDE_LONG : SIDE_SHORT;
	given->signal.stop_distance = between(random, mid / 500 + 2, mid / 10);
	given->signal.target_distance = given->signal.stop_distance * between(random, 2, 4);
	given->signal.confidence = between(random, 0, RATIO_ONE);
}

static void a_desk(struct random *random, struct given *given)
{
	struct standing *standing = &given->standing;
	money_t capital = between(random, USDT(10), USDT(1000000));

	standing->capital = capital;
	standing->symbol_exposure = 0;
	standing->total_exposure = random_next(random) % 2 ? 0 : between(random, 0, capital / 2);
	given->account.available = between(random, capital / 2, capital * 2);
	given->account.scanned = random_next(random) % 2;
	given->account.scanned_exposure = between(random, 0, standing->total_exposure);
	given->account.weight = between(random, RATIO_ONE / 4, RATIO_ONE);
	given->in.slippage = between(random, 0, 5 * BPS);
	given->limits.risk_per_trade = between(random, RATIO_ONE / 1000, 2 * RATIO_ONE / 100);
	if (random_next(random) % 2) {
		given->desk.nav = NAV_ONE * 88 / 100;
		given->desk.half_size = 1;
	}
	if (random_next(random) % 2) {
		given->desk.loss_capital = between(random, USDT(10), USDT(1000000));
		given->desk.loss_risk = between(random, 1, given->desk.loss_capital / 50);
		given->desk.loss_ms = NOW - between(random, 0, 30 * HOUR_MS);
	}
}

static void a_proposal_passes_every_rule_about_its_size(void **state)
{
	(void)state;
	const uint64_t size_rules =
		1ULL << REFUSAL_RISK | 1ULL << REFUSAL_SYMBOL_EXPOSURE | 1ULL << REFUSAL_TOTAL_EXPOSURE |
		1ULL << REFUSAL_POSITIONS | 1ULL << REFUSAL_MARTINGALE | 1ULL << REFUSAL_HALF_RISK |
		1ULL << REFUSAL_HALF_SYMBOL | 1ULL << REFUSAL_HALF_TOTAL | 1ULL << REFUSAL_UNDER_MINIMUM |
		1ULL << REFUSAL_OVER_MAXIMUM | 1ULL << REFUSAL_UNUSABLE | 1ULL << REFUSAL_OFF_GRID;
	struct random random;
	int proposals = 0, weighted_up_to_minimum = 0;

	random_seed(&random, 20);
	for (int i = 0; i < 200000; i++) {
		struct given given = a_good_signal();
		struct enter enter;
		struct finding why;
		struct assessment answer;

		a_market(&random, &given);
		a_desk(&random, &given);
		if (propose(&given, &enter, &why) != NOTE_ENTERED)
			continue;
		risk_assess(&given.limits, &given.desk, &given.standing, &given.quote, &given.instrument,
			    &enter, &answer);
		proposals++;
		weighted_up_to_minimum += enter.qty == given.instrument.min_qty;
		if ((answer.failed & size_rules) != 0)
			fail_msg("case %d: %s, limit %lld, actual %lld", i,
				 refusal_rows[answer.first.rule].name, (long long)answer.first.limit,
				 (long long)answer.first.actual);
	}
	assert_true(proposals > 20000);
	assert_true(weighted_up_to_minimum > 0);
}

/* The same search has to find a proposal that is one lot too large, or it proves nothing. */
static void one_lot_more_than_the_risk_allows_is_refused(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	struct enter enter;
	struct finding why;
	struct assessment answer;

	given.signal.stop_distance = 1000;
	given.signal.target_distance = 3000;
	assert_int_equal(propose(&given, &enter, &why), NOTE_ENTERED);
	enter.qty += 2; /* the proposal stays two units of money below the limit, which may cost a lot */
	risk_assess(&given.limits, &given.desk, &given.standing, &given.quote, &given.instrument, &enter,
		    &answer);
	assert_int_equal(answer.first.rule, REFUSAL_RISK);
}

/* A short's way out costs its fee on a higher price than the entry's: the gate counts that. */
static void a_short_with_a_distant_stop_and_nothing_but_fees_passes_the_risk_rule(void **state)
{
	(void)state;
	struct given given = a_good_signal();
	struct enter enter;
	struct finding why;
	struct assessment answer;

	given.signal.side = SIDE_SHORT;
	given.signal.stop_distance = 1000;
	given.signal.target_distance = 3000;
	given.instrument.taker_fee = 20 * BPS;
	assert_int_equal(propose(&given, &enter, &why), NOTE_ENTERED);
	risk_assess(&given.limits, &given.desk, &given.standing, &given.quote, &given.instrument, &enter,
		    &answer);
	assert_int_equal(answer.failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_proposal_passes_every_rule_about_its_size),
		cmocka_unit_test(a_short_with_a_distant_stop_and_nothing_but_fees_passes_the_risk_rule),
		cmocka_unit_test(one_lot_more_than_the_risk_allows_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
