/* SPDX-License-Identifier: MIT
 * The driver: record, then act; extra time changes nothing; and the checker that looks on counts what is
 * planted. */
#include "sim_stand.h"

static struct {
	int64_t ids[20000];
	size_t count;
	int64_t enters, reduces, protects, unrecorded;
	int64_t lost_id_sent, lost_id_unrecorded;
} seen;

static void witness_sent(void *ctx, const struct order_request *order, ms_t now_ms)
{
	const int64_t ids[] = {order->id, order->stop_id, order->target_id};

	checker_sent(ctx, order, now_ms);
	for (size_t i = 0; i < 3; i++)
		if (ids[i] != 0) {
			assert_true(seen.count < 20000);
			seen.ids[seen.count++] = ids[i];
		}
	seen.enters += order->verb == VERB_ENTER;
	seen.reduces += order->verb == VERB_REDUCE;
	seen.protects += order->verb == VERB_PROTECT;
	seen.lost_id_sent += sink_log.lost_id != 0 &&
			     (order->id == sink_log.lost_id || order->stop_id == sink_log.lost_id);
}

static void witness_heard(void *ctx, const struct event *event)
{
	checker_heard(ctx, event);
	if (event->kind == EVENT_UNRECORDED) {
		seen.unrecorded++;
		seen.lost_id_unrecorded += event->unrecorded.id == sink_log.lost_id;
	}
}

/* A world of so many days that is looked at from its start. */
static void open_days(int64_t days)
{
	sim_open(days);
	memset(&seen, 0, sizeof seen);
	sim->world.witness.sent = witness_sent;
	sim->world.witness.heard = witness_heard;
}

static void run_days(int64_t days, bool fail_enter, bool fail_protective)
{
	ms_t next_ms;

	open_days(days);
	sink_log.fail_next_enter = fail_enter;
	sink_log.fail_next_protective = fail_protective;
	sim_start();
	while (sim_world_next(sim, &next_ms))
		sim_world_turn(sim, next_ms);
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void no_client_id_is_ever_sent_twice(void **state)
{
	(void)state;
	run_days(3, false, false);
	assert_true(seen.enters > 3 && seen.protects + seen.reduces > 0);
	qsort(seen.ids, seen.count, sizeof seen.ids[0], by_value);
	for (size_t i = 1; i < seen.count; i++)
		assert_int_not_equal(seen.ids[i - 1], seen.ids[i]);
	assert_int_equal(sim->checker.over_limit + sim->checker.books + sim->checker.naked_seconds, 0);
	sim_close();
}

static void an_entry_that_cannot_be_recorded_never_leaves_and_comes_back_as_unrecorded(void **state)
{
	(void)state;
	run_days(3, true, false);
	assert_int_not_equal(sink_log.lost_id, 0);
	assert_int_equal(sim->world.dropped_enters, 1);
	assert_int_equal(sim->world.failed_commits, 1);
	assert_int_equal(seen.lost_id_sent, 0);
	assert_int_equal(seen.unrecorded, 1);
	assert_int_equal(seen.lost_id_unrecorded, 1);
	assert_true(sink_log.late_came); /* and what it had to say is kept: sink_commit compares it */
	assert_int_equal(sim->world.unsaved_count, 0);
	int64_t state_of_it = -1;
	for (size_t i = 0; i < sink_log.count; i++)
		if (sink_log.records[i].kind == RECORD_ORDER &&
		    sink_log.records[i].order.id == sink_log.lost_id)
			state_of_it = sink_log.records[i].order.state;
	assert_int_equal(state_of_it, ORDER_REJECTED);
	assert_true(seen.enters > 0); /* the next ones leave again */
	assert_int_equal(sim->checker.over_limit + sim->checker.books + sim->checker.naked_seconds, 0);
	sim_close();
}

static void a_protective_order_leaves_although_it_cannot_be_recorded(void **state)
{
	(void)state;
	run_days(3, false, true);
	assert_int_not_equal(sink_log.lost_id, 0);
	assert_int_equal(sim->world.failed_commits, 1);
	assert_int_equal(seen.lost_id_sent, 1);
	assert_int_equal(seen.unrecorded, 0);
	assert_true(sink_log.late_came);
	sim_close();
}

/* What a run has recorded and sent, to hold another one against. */
static struct {
	struct record *records;
	int64_t *ids;
	size_t count, id_count;
} kept;

static void keep_run(void)
{
	kept.count = sink_log.count, kept.id_count = seen.count;
	kept.records = malloc(kept.count * sizeof *kept.records);
	kept.ids = malloc(kept.id_count * sizeof *kept.ids);
	assert_true(kept.records != NULL && kept.ids != NULL);
	memcpy(kept.records, sink_log.records, kept.count * sizeof *kept.records);
	memcpy(kept.ids, seen.ids, kept.id_count * sizeof *kept.ids);
}

static void is_as_kept(void)
{
	for (size_t i = 0; i < kept.count && i < sink_log.count; i++) {
		const struct record *was = &kept.records[i], *is = &sink_log.records[i];
		const int64_t *a = record_values(was), *b = record_values(is);
		for (size_t f = 0; f < record_rows[was->kind].field_count; f++)
			if (was->kind != is->kind || a[f] != b[f])
				fail_msg("record %zu: %s.%s %lld, now %lld", i, record_rows[was->kind].table,
					 record_rows[was->kind].fields[f].name, (long long)a[f],
					 (long long)b[f]);
	}
	assert_int_equal(sink_log.count, kept.count);
	assert_int_equal(seen.count, kept.id_count);
	assert_memory_equal(seen.ids, kept.ids, kept.id_count * sizeof *kept.ids);
	free(kept.records), free(kept.ids);
}

/* Tells TIME at random moments, never after the next thing that happens anyway. */
static void extra_time_changes_no_record_and_no_intent(void **state)
{
	struct random random;
	ms_t next_ms;
	int64_t extra = 0;

	(void)state;
	run_days(3, false, false);
	keep_run();
	sim_close();
	random_seed(&random, 3);
	open_days(3);
	sim_start();
	while (sim_world_next(sim, &next_ms)) {
		for (int i = (int)(random_next(&random) % 3); i > 0 && next_ms > sim->world.now_ms; i--) {
			ms_t span = next_ms - sim->world.now_ms;
			sim->world.now_ms += (ms_t)(random_next(&random) % (uint64_t)span);
			extra++;
			world_tell(&sim->world, &(struct event){.kind = EVENT_TIME,
								.sym = SYM_NONE,
								.at_ms = sim->world.now_ms});
		}
		sim_world_turn(sim, next_ms);
	}
	assert_true(extra > 1000);
	is_as_kept();
	sim_close();
}

static size_t longest_stretch;

static void count_turn(void *ctx, int64_t turn)
{
	*(int64_t *)ctx = turn + 1;
	if (sim->stretch.instants > longest_stretch)
		longest_stretch = sim->stretch.instants;
}

/* How many turns it took. */
static int64_t turn_wheel(int64_t days, bool each_instant)
{
	int64_t turns = 0;

	open_days(days);
	sim_start();
	sim_world_run(sim,
		      &(struct sim_pace){.ctx = &turns, .each_instant = each_instant, .after = count_turn});
	assert_true(seen.enters > 3);
	return turns;
}

/* run_days goes from instant to instant; the wheel lets bars pass where nobody has anything. */
static void bars_that_pass_in_one_turn_change_no_record_and_no_intent(void **state)
{
	int64_t turns = 0, instants = 0;

	(void)state;
	for (int each = 0; each < 2; each++) {
		run_days(5, false, false);
		keep_run();
		sim_close();
		*(each ? &instants : &turns) = turn_wheel(5, each == 1);
		is_as_kept();
		sim_close();
	}
	assert_true(turns < instants * 3 / 4);
}

#define TAPE_DAYS 5
#define TAPE_ROOM ((size_t)(SIM_PREROLL + TAPE_DAYS * DAY_MS / MINUTE_MS))

static void make_hole(struct candle *bars, size_t *count, ms_t from_ms, int64_t missing)
{
	size_t kept_bars = 0;

	for (size_t i = 0; i < *count; i++)
		if (bars[i].open_ms < from_ms || bars[i].open_ms >= from_ms + missing * MINUTE_MS)
			bars[kept_bars++] = bars[i];
	*count = kept_bars;
}

/* What the generator made, as candle files would have it: each with holes of its own and a common one, one
 * that begins late and one that ends early. */
static void make_tapes(struct candle_set *set)
{
	run_days(TAPE_DAYS, false, false);
	set->universe = *sim->universe;
	set->timeframe_ms = MINUTE_MS;
	set->series = calloc(3, sizeof *set->series);
	assert_non_null(set->series);
	for (sym_t i = 0; i < 3; i++) {
		struct candle *bars = calloc(TAPE_ROOM, sizeof *bars);
		assert_non_null(bars);
		size_t count = sim_market_history(&sim->market, i, 0, bars, TAPE_ROOM);
		assert_true(count > TAPE_ROOM - 10);
		make_hole(bars, &count, START_MS + DAY_MS + i * 97 * MINUTE_MS, i + 1);
		make_hole(bars, &count, START_MS + DAY_MS + 800 * MINUTE_MS, 7);
		if (i == 1)
			make_hole(bars, &count, bars[0].open_ms, 61);
		if (i == 2)
			count -= 1000;
		set->series[i] = (struct candle_series){.candles = bars, .count = count};
	}
	static struct funding_point funding[3 * TAPE_DAYS];
	for (int64_t i = 0; i < 3 * TAPE_DAYS; i++)
		funding[i] = (struct funding_point){.ms = START_MS + i * 8 * HOUR_MS + 3,
						    .rate = RATIO_ONE / 10000};
	set->series[0].funding = funding;
	set->series[0].funding_count = 3 * TAPE_DAYS;
	sim_close();
}

static void tapes_that_pass_in_one_turn_change_no_record_and_no_intent(void **state)
{
	static struct candle_set set; /* large */
	int64_t turns = 0, instants = 0;

	(void)state;
	make_tapes(&set);
	sim_set = &set;
	longest_stretch = 0;
	for (int each = 1; each >= 0; each--) {
		*(each ? &instants : &turns) = turn_wheel(TAPE_DAYS, each == 1);
		assert_int_equal(sim->checker.over_limit + sim->checker.books, 0);
		if (each)
			keep_run();
		else
			is_as_kept();
		sim_close();
	}
	sim_set = NULL;
	for (size_t i = 0; i < 3; i++)
		free((void *)(uintptr_t)set.series[i].candles);
	free(set.series);
	assert_true(turns < instants / 2);
	assert_in_range(longest_stretch, 10, 15); /* to the next scan */
}

static struct universe universe;
static struct checker checker;

static int look_on(void **state)
{
	(void)state;
	universe.count = 2;
	universe.at[0] = universe.at[1] =
		(struct instrument){.name = "A/USDT:USDT", .value_num = 1000, .value_den = 1};
	checker_init(&checker, &universe, 10000 * MONEY_ONE, RATIO_ONE);
	checker_heard(&checker,
		      &(struct event){.kind = EVENT_TICKER, .ticker = {9999, 10001, 10000, 10000, 0, false}});
	return 0;
}

/* 10,000 USDT, entry 100 USDT a coin of 1000 lots: qty lots are worth qty / 10 USDT. */
static struct order_request an_entry(qty_t qty)
{
	return (struct order_request){.verb = VERB_ENTER,
				      .side = SIDE_LONG,
				      .qty = qty,
				      .price = 10000,
				      .stop = 9900,
				      .target = 10150,
				      .id = 16,
				      .stop_id = 34};
}
static void sent(struct order_request order)
{
	checker_sent(&checker, &order, 1000);
}
static void filled(int64_t side, qty_t qty, price_t price, ms_t at_ms)
{
	checker_heard(&checker, &(struct event){.kind = EVENT_FILL,
						.at_ms = at_ms,
						.fill = {.id = side == SIDE_LONG ? 16 : 17,
							 .side = side,
							 .qty = qty,
							 .price = price}});
}
static void finish(ms_t now_ms, money_t trades_net)
{
	checker_finish(&checker, now_ms, &(struct checker_truth){.trades_net = trades_net});
}
static void stop_is(enum order_state now_is, qty_t qty, ms_t at_ms)
{
	checker_heard(&checker, &(struct event){.kind = EVENT_ORDER,
						.at_ms = at_ms,
						.order = {.id = 34, .state = now_is, .qty = qty}});
}

static void the_checker_passes_an_honest_trade(void **state)
{
	(void)state;
	sent(an_entry(10000));
	filled(SIDE_LONG, 10000, 10000, 1000);
	stop_is(ORDER_LIVE, 10000, 4000); /* exactly at the deadline */
	sent((struct order_request){.verb = VERB_REDUCE, .side = SIDE_SHORT, .qty = 10000});
	filled(SIDE_SHORT, 10000, 10100, 9000);
	checker_heard(&checker, &(struct event){.kind = EVENT_BALANCE, .balance.wallet = 10010 * MONEY_ONE});
	finish(10000, 10 * MONEY_ONE);
	if (checker.over_limit + checker.naked_seconds + checker.books != 0)
		fail_msg("%s", checker.first);
}

static void the_checker_counts_each_kind_of_entry_that_breaks_a_limit(void **state)
{
	struct order_request order;
	order = an_entry(30001), sent(order); /* over 30 % in the symbol */
	assert_int_equal(checker.over_limit, 1);
	look_on(state), order = an_entry(30000), sent(order);
	assert_int_equal(checker.over_limit, 0);
	look_on(state), order = an_entry(10000), order.stop = 0, sent(order);
	assert_int_equal(checker.over_limit, 1);
	look_on(state), order = an_entry(10000), order.stop = 10001, sent(order);
	assert_int_equal(checker.over_limit, 1);
	look_on(state), order = an_entry(10000), order.target = 10149, sent(order);
	assert_int_equal(checker.over_limit, 1);
	look_on(state), order = an_entry(29000), order.stop = 9300, order.target = 12000,
			sent(order); /* 203 USDT */
	assert_int_equal(checker.over_limit, 1);
	look_on(state), order = an_entry(30000), sent(order), order.sym = 1, order.qty = 20001, sent(order);
	assert_int_equal(checker.over_limit, 1); /* over 50 % in all */
	look_on(state), order = an_entry(1000), sent(order), sent(order);
	assert_int_equal(checker.over_limit, 1); /* twice in a symbol */
	assert_non_null(strstr(checker.first, "A/USDT:USDT"));
}

static void the_checker_counts_a_reduce_that_does_not_shrink(void **state)
{
	(void)state;
	sent((struct order_request){.verb = VERB_REDUCE, .side = SIDE_SHORT, .qty = 1});
	assert_int_equal(checker.over_limit, 1);
	filled(SIDE_LONG, 10, 10000, 1000);
	sent((struct order_request){.verb = VERB_REDUCE, .side = SIDE_LONG, .qty = 10});
	assert_int_equal(checker.over_limit, 2);
	sent((struct order_request){.verb = VERB_REDUCE, .side = SIDE_SHORT, .qty = 11});
	assert_int_equal(checker.over_limit, 3);
	sent((struct order_request){.verb = VERB_REDUCE, .side = SIDE_SHORT, .qty = 10});
	assert_int_equal(checker.over_limit, 3);
}

static void the_checker_counts_seconds_without_a_stop_over_the_deadline(void **state)
{
	(void)state;
	sent(an_entry(10));
	filled(SIDE_LONG, 10, 10000, 1000);
	stop_is(ORDER_LIVE, 9, 2000); /* does not cover it all */
	stop_is(ORDER_LIVE, 10, 4001);
	assert_int_equal(checker.naked_seconds, 1);
	stop_is(ORDER_CANCELLED, 10, 5000);
	finish(5000 + 3000 + 2500, 0);
	assert_int_equal(checker.naked_seconds, 1 + 3);
}

static void the_checker_notices_a_stop_that_went_before_its_successor_was_confirmed(void **state)
{
	(void)state;
	sent(an_entry(10));
	filled(SIDE_LONG, 10, 10000, 1000);
	stop_is(ORDER_LIVE, 10, 1000);
	sent((struct order_request){
		.verb = VERB_PROTECT, .side = SIDE_SHORT, .qty = 10, .stop = 9950, .stop_id = 50});
	checker_heard(&checker,
		      &(struct event){.kind = EVENT_ORDER,
				      .at_ms = 2000,
				      .order = {.id = 34, .state = ORDER_CANCELLED, .role = ROLE_STOP}});
	checker_heard(
		&checker,
		&(struct event){.kind = EVENT_ORDER,
				.at_ms = 9000,
				.order = {.id = 50, .state = ORDER_LIVE, .qty = 10, .role = ROLE_STOP}});
	assert_int_equal(checker.naked_seconds, 4);
}

static void the_checker_believes_a_stop_that_was_overtaken_by_a_refused_one(void **state)
{
	(void)state;
	sent(an_entry(10));
	filled(SIDE_LONG, 10, 10000, 1000);
	struct order_request stop = {
		.verb = VERB_PROTECT, .side = SIDE_SHORT, .qty = 10, .stop = 9950, .stop_id = 50};
	sent(stop), stop.stop_id = 66, sent(stop);
	struct event news = {
		.kind = EVENT_ORDER, .at_ms = 1500, .order = {.id = 66, .state = ORDER_REJECTED, .qty = 10}};
	checker_heard(&checker, &news);
	news.order.id = 50, news.order.state = ORDER_LIVE;
	checker_heard(&checker, &news);
	finish(60000, 0);
	assert_int_equal(checker.naked_seconds, 0);
}

static void for_the_checker_a_limit_does_not_bring_a_link_back(void **state)
{
	(void)state;
	struct event link = {.kind = EVENT_LINK, .at_ms = 1500, .link.state = LINK_DOWN};
	sent(an_entry(10));
	filled(SIDE_LONG, 10, 10000, 1000);
	checker_heard(&checker, &link);
	link.link.state = LINK_LIMITED;
	checker_heard(&checker, &link);
	stop_is(ORDER_LIVE, 10, 60000);
	finish(60000, 0);
	assert_int_equal(checker.naked_seconds, 0);
}

static void the_checker_finds_books_that_do_not_add_up(void **state)
{
	filled(SIDE_LONG, 10, 10000, 1000);
	filled(SIDE_SHORT, 10, 10100, 2000);
	finish(3000, 10 * 100 * 1000); /* the wallet never got the gain */
	assert_int_equal(checker.books, 1);
	look_on(state);
	filled(SIDE_LONG, 10, 10000, 1000);
	filled(SIDE_SHORT, 10, 10100, 2000);
	checker_heard(&checker, &(struct event){.kind = EVENT_BALANCE,
						.balance.wallet = 10000 * MONEY_ONE + 10 * 100 * 1000});
	finish(3000, 10 * 100 * 1000 - 1); /* the trades say one unit less */
	assert_int_equal(checker.books, 1);
}

static void a_fill_told_twice_and_news_from_the_past_do_not_confuse_the_checker(void **state)
{
	(void)state;
	struct event fill = {
		.kind = EVENT_FILL,
		.at_ms = 1000,
		.fill = {.id = 16, .execution = 7, .side = SIDE_LONG, .qty = 10, .price = 10000}};
	sent(an_entry(10));
	checker_heard(&checker, &fill);
	checker_heard(&checker, &fill);
	assert_int_equal(checker.at[0].qty, 10);
	stop_is(ORDER_LIVE, 10, 2000);
	stop_is(ORDER_CANCELLED, 10, 3000);
	stop_is(ORDER_LIVE, 10, 3500); /* it is over, whoever still calls it live */
	assert_int_equal(checker.at[0].naked_ms, 3000);
}

static void each_try_to_protect_or_leave_gives_the_checker_patience_until_the_next_is_due(void **state)
{
	(void)state;
	sent(an_entry(10));
	filled(SIDE_LONG, 10, 10000, 1000);
	for (ms_t at_ms = 3500; at_ms <= 9500; at_ms += 3000)
		checker_sent(&checker,
			     &(struct order_request){
				     .verb = VERB_PROTECT, .side = SIDE_SHORT, .qty = 10, .stop_id = 50},
			     at_ms);
	assert_int_equal(checker.naked_seconds, 0);
	finish(12500 + 900, 0);
	assert_int_equal(checker.naked_seconds, 1);
	assert_int_equal(checker.unprotected_ms, 12400);
}

static void time_without_a_link_or_without_trading_does_not_count(void **state)
{
	struct instrument halted = universe.at[0];
	struct event link = {.kind = EVENT_LINK, .sym = SYM_NONE, .at_ms = 2000, .link.state = LINK_DOWN};
	halted.status = INSTRUMENT_SUSPENDED;
	struct event news = {
		.kind = EVENT_INSTRUMENT, .at_ms = 2000, .instrument = {&halted, &universe.at[0]}};
	filled(SIDE_LONG, 10, 10000, 1000);
	checker_heard(&checker, &link);
	link.link.state = LINK_UP, link.at_ms = 60000;
	checker_heard(&checker, &link);
	finish(63000, 0);
	assert_int_equal(checker.naked_seconds, 0);
	look_on(state);
	filled(SIDE_LONG, 10, 10000, 1000);
	checker_heard(&checker, &news);
	news.instrument.now = &universe.at[0], news.instrument.was = &halted, news.at_ms = 60000;
	checker_heard(&checker, &news);
	finish(64000, 0);
	assert_int_equal(checker.naked_seconds, 1);
}

static void what_another_hand_holds_is_in_the_books_and_not_in_the_limits(void **state)
{
	(void)state;
	checker_heard(&checker, &(struct event){.kind = EVENT_FILL,
						.at_ms = 1000,
						.fill = {.side = SIDE_LONG, .qty = 29000, .price = 10000}});
	assert_int_equal(checker.at[0].qty, 29000);
	assert_int_equal(checker.at[0].own, 0);
	sent(an_entry(20000));
	assert_int_equal(checker.over_limit, 0);
	filled(SIDE_LONG, 20000, 10000, 1000);
	checker_heard(&checker, &(struct event){.kind = EVENT_FILL,
						.at_ms = 2000,
						.fill = {.side = SIDE_SHORT, .qty = 40000, .price = 10000}});
	assert_int_equal(checker.at[0].own, 9000); /* no more than there is */
	checker_sent(&checker, &(struct order_request){.verb = VERB_REDUCE, .side = SIDE_SHORT, .qty = 9001},
		     12000);
	assert_int_equal(checker.over_limit, 1);
}

static void by_another_hand(int64_t side, qty_t qty, enum exit_reason reason, ms_t at_ms)
{
	checker_heard(&checker, &(struct event){.kind = EVENT_FILL,
						.at_ms = at_ms,
						.fill = {.side = side,
							 .qty = qty,
							 .price = 10000,
							 .execution = at_ms,
							 .reason = reason}});
}

static void what_the_exchange_takes_is_ours_also_where_a_visitor_has_some(void **state)
{
	(void)state;
	sent(an_entry(10));
	filled(SIDE_LONG, 10, 10000, 1000);
	by_another_hand(SIDE_LONG, 4, EXIT_NONE, 2000);
	by_another_hand(SIDE_SHORT, 3, EXIT_ADL, 3000);
	assert_int_equal(checker.at[0].own, 7);
	stop_is(ORDER_LIVE, 7, 3500);
	finish(60000, 0);
	assert_int_equal(checker.naked_seconds, 0);
}

static void beside_a_visitor_a_stop_need_not_cover_what_another_hand_may_have_closed_of_ours(void **state)
{
	(void)state;
	sent(an_entry(10));
	filled(SIDE_LONG, 10, 10000, 1000);
	by_another_hand(SIDE_LONG, 4, EXIT_NONE, 2000);
	by_another_hand(SIDE_SHORT, 3, EXIT_NONE, 3000);
	assert_int_equal(checker.at[0].own, 10);
	stop_is(ORDER_LIVE, 7, 3500);
	finish(60000, 0);
	assert_int_equal(checker.naked_seconds, 0);
	stop_is(ORDER_LIVE, 6, 60000);
	finish(65000, 0);
	assert_int_equal(checker.naked_seconds, 2);
}

static void what_another_hand_closed_of_ours_may_be_reduced_until_lists_have_told(void **state)
{
	(void)state;
	sent(an_entry(10));
	filled(SIDE_LONG, 10, 10000, 1000);
	stop_is(ORDER_LIVE, 10, 1000);
	by_another_hand(SIDE_SHORT, 3, EXIT_NONE, 2000);
	checker_sent(&checker, &(struct order_request){.verb = VERB_REDUCE, .side = SIDE_SHORT, .qty = 10},
		     11999);
	assert_int_equal(checker.over_limit, 0);
	checker_sent(&checker, &(struct order_request){.verb = VERB_REDUCE, .side = SIDE_SHORT, .qty = 8},
		     12000);
	assert_int_equal(checker.over_limit, 1);
}

static void another_grid_changes_no_coin_of_the_checkers_books(void **state)
{
	(void)state;
	struct instrument was = universe.at[0], now;
	was.tick = was.lot = (struct grid){1, 2}, was.contract = (struct grid){1, 0};
	now = was;
	now.generation = 1, now.tick = (struct grid){5, 3}, now.lot = (struct grid){1, 1};
	filled(SIDE_LONG, 120, 10000, 1000);
	universe.at[0] = now;
	checker_heard(&checker,
		      &(struct event){.kind = EVENT_INSTRUMENT, .at_ms = 2000, .instrument = {&now, &was}});
	assert_int_equal(checker.at[0].qty, 12);
	assert_int_equal(checker.at[0].own, 12);
	assert_int_equal(checker.at[0].mark, 20000);
}

#define TEST(name) cmocka_unit_test_setup(name, look_on)
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_client_id_is_ever_sent_twice),
		cmocka_unit_test(an_entry_that_cannot_be_recorded_never_leaves_and_comes_back_as_unrecorded),
		cmocka_unit_test(a_protective_order_leaves_although_it_cannot_be_recorded),
		cmocka_unit_test(extra_time_changes_no_record_and_no_intent),
		cmocka_unit_test(bars_that_pass_in_one_turn_change_no_record_and_no_intent),
		cmocka_unit_test(tapes_that_pass_in_one_turn_change_no_record_and_no_intent),
		TEST(the_checker_passes_an_honest_trade),
		TEST(the_checker_counts_each_kind_of_entry_that_breaks_a_limit),
		TEST(the_checker_counts_a_reduce_that_does_not_shrink),
		TEST(the_checker_counts_seconds_without_a_stop_over_the_deadline),
		TEST(the_checker_notices_a_stop_that_went_before_its_successor_was_confirmed),
		TEST(the_checker_believes_a_stop_that_was_overtaken_by_a_refused_one),
		TEST(for_the_checker_a_limit_does_not_bring_a_link_back),
		TEST(the_checker_finds_books_that_do_not_add_up),
		TEST(a_fill_told_twice_and_news_from_the_past_do_not_confuse_the_checker),
		TEST(each_try_to_protect_or_leave_gives_the_checker_patience_until_the_next_is_due),
		TEST(time_without_a_link_or_without_trading_does_not_count),
		TEST(what_another_hand_holds_is_in_the_books_and_not_in_the_limits),
		TEST(what_the_exchange_takes_is_ours_also_where_a_visitor_has_some),
		TEST(beside_a_visitor_a_stop_need_not_cover_what_another_hand_may_have_closed_of_ours),
		TEST(what_another_hand_closed_of_ours_may_be_reduced_until_lists_have_told),
		TEST(another_grid_changes_no_coin_of_the_checkers_books),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
