/* SPDX-License-Identifier: MIT
 * Storms: seeded random orders, prices, changes of instruments and faults, in thousands, and what must be
 * true after each of them. The numbers of a failing run are its seed and step. */
#include <stdlib.h>

#include "random.h"
#include "stand.h"

#define STEPS 4000
#define SEEDS 12

/* What a listener who trusts every event once knows of an order. */
struct known {
	int64_t id, role;
	qty_t qty, filled;
	bool final;
	qty_t told; /* filled, by its final state */
};

struct storm {
	struct stand stand;
	struct random random;
	ms_t now;
	price_t price[2];
	int64_t bar;
	size_t read; /* of heard */
	struct known orders[3 * STEPS];
	size_t order_count;
	int64_t seen_executions;  /* every number up to here was told, except those in waiting */
	qty_t bought[2], sold[2]; /* lots in the grid of now, by each execution once */
	money_t fees;
	uint8_t executed[STEPS * 4];
};

static struct storm storm, other;

static int64_t any(struct storm *s, int64_t below)
{
	return (int64_t)random_below(&s->random, (uint64_t)below);
}

static void storm_init(struct storm *s, uint64_t seed, enum sim_sky sky)
{
	memset(s, 0, sizeof *s);
	random_seed(&s->random, seed);
	stand_init(&s->stand, LATENCY_MS);
	stand_market(&s->stand);
	struct sim_weather_setup weather = {
		.seed = seed, .sky = sky, .faults_per_day = sky ? 40000 : 0, .jitter_ms = 500};
	struct sim_broker_setup setup = {.balance = 100 * START_MONEY,
					 .latency_ms = LATENCY_MS,
					 .leverage = 2 * RATIO_ONE,
					 .weather = weather};
	struct sim_broker *broker = &s->stand.broker;
	struct sim_slot slots[2] = {broker->slots[0], broker->slots[1]};
	assert_int_equal(sim_broker_init(broker, &setup, &s->stand.universe), TB_OK);
	for (int i = 0; i < 2; i++)
		broker->slots[i] = slots[i];
	stand_forget(&s->stand);
	s->now = BAR_MS;
	s->price[BTC] = 600000, s->price[SOL] = 15000;
}

static struct known *known_of(struct storm *s, int64_t id)
{
	for (size_t i = s->order_count; i-- > 0;)
		if (s->orders[i].id == id)
			return &s->orders[i];
	return NULL;
}

static void know(struct storm *s, int64_t id, int64_t role, qty_t qty)
{
	if (id != 0)
		s->orders[s->order_count++] = (struct known){.id = id, .role = role, .qty = qty};
}

static void read_fill(struct storm *s, const struct event *event)
{
	struct known *order = known_of(s, event->fill.id);

	assert_in_range(event->fill.execution, 1, (int64_t)sizeof s->executed - 1);
	if (s->executed[event->fill.execution]++) /* told twice */
		return;
	*(event->fill.side == SIDE_LONG ? &s->bought[event->sym] : &s->sold[event->sym]) += event->fill.qty;
	s->fees += event->fill.fee;
	assert_true(event->fill.qty > 0 && event->fill.price > 0 && event->fill.fee >= 0);
	if (event->fill.id == 0)
		return;
	assert_non_null(order);
	order->filled += event->fill.qty;
	if (order->role == ROLE_ENTRY || order->role == ROLE_EXIT)
		assert_true(order->filled <= order->qty);
}

static void read_order(struct storm *s, const struct event *event)
{
	struct known *order = known_of(s, event->order.id);

	assert_non_null(order);
	assert_true(event->order.filled <= event->order.qty);
	assert_true(event->order.state == ORDER_LIVE || order_is_final(event->order.state));
	if (!order_is_final(event->order.state))
		return;
	if (order->final && order->qty != VALUE_MAX) /* an end is an end, however often it is told */
		assert_int_equal(order->told, event->order.filled);
	order->final = true;
	order->told = event->order.filled;
}

static void read_news(struct storm *s)
{
	struct events *heard = &s->stand.heard;

	for (size_t i = 0; i < heard->count; i++) {
		if (heard->at[i].kind == EVENT_FILL)
			read_fill(s, &heard->at[i]);
		else if (heard->at[i].kind == EVENT_ORDER)
			read_order(s, &heard->at[i]);
	}
	heard->count = 0;
}

static void send_any(struct storm *s)
{
	sym_t sym = (sym_t)any(s, 2);
	const struct sim_slot *slot = &s->stand.broker.slots[sym];
	int64_t side = any(s, 2) ? SIDE_LONG : SIDE_SHORT;
	price_t p = slot->last, far = p / 50 + 2;
	struct order_request order;

	switch (any(s, 4)) {
	case 0:
	case 1:
		order = stand_enter(&s->stand, sym, side, 1 + any(s, 200), p - side * (far / 2 + any(s, far)),
				    p + side * (far / 2 + any(s, far)));
		know(s, order.id, ROLE_ENTRY, order.qty);
		know(s, order.stop_id, ROLE_STOP, 0);
		know(s, order.target_id, ROLE_TARGET, 0);
		break;
	case 2:
		order = (struct order_request){.verb = VERB_REDUCE,
					       .sym = sym,
					       .side = slot->side ? -slot->side : side,
					       .qty = 1 + any(s, 150),
					       .id = ++s->stand.next_id};
		know(s, order.id, ROLE_EXIT, order.qty);
		break;
	default:
		order = (struct order_request){.verb = VERB_PROTECT,
					       .sym = sym,
					       .side = slot->side ? -slot->side : side,
					       .qty = slot->qty,
					       .stop = p - slot->side * (1 + any(s, far)),
					       .target = p + slot->side * (1 + any(s, far)),
					       .stop_id = ++s->stand.next_id,
					       .target_id = s->stand.next_id + 1};
		s->stand.next_id++;
		know(s, order.stop_id, ROLE_STOP, 0);
		know(s, order.target_id, ROLE_TARGET, 0);
		break;
	}
	order.generation = slot->instrument.generation - (any(s, 50) == 0);
	int err = sim_broker_accept(&s->stand.broker, &order, s->now);
	assert_true(err == TB_OK || err == TB_EFULL);
}

static void ask_any(struct storm *s)
{
	static const uint8_t kinds[] = {INTENT_CANCEL, INTENT_QUERY, INTENT_QUERY, INTENT_LEVERAGE};
	struct intent intent = {.kind = kinds[any(s, 4)], .sym = (sym_t)any(s, 2)};

	if (intent.kind == INTENT_LEVERAGE)
		intent.value = (1 + any(s, 3)) * RATIO_ONE;
	else if (s->order_count > 0)
		intent.id = s->orders[s->order_count - 1 -
				      (size_t)any(s, (int64_t)s->order_count) % 20 % s->order_count]
				    .id;
	int err = sim_broker_ops.ask(&s->stand.exchange, &intent, s->now, &s->stand.out);
	assert_true(err == TB_OK || err == TB_EFULL);
}

/* Halts, and twice in a run another lot. The listener's lots are expressed anew like everybody's. */
static void change_any(struct storm *s, int step)
{
	sym_t sym = (sym_t)any(s, 2);
	struct instrument now = s->stand.broker.slots[sym].instrument;
	struct event event = {.kind = EVENT_INSTRUMENT, .sym = sym, .at_ms = s->now};

	event.instrument.now = &now;
	if (step % 1500 == 1499) {
		read_news(s);
		now.generation++;
		now.lot.step *= 4; /* a coarser one: 4 old lots are a new one; odd ones are closed */
		assert_int_equal(instrument_settle(&now), TB_OK);
		stand_hear(&s->stand, &event);
		read_news(s);
		qty_t held = s->bought[sym] - s->sold[sym];
		assert_int_equal(held % 4, 0);
		s->bought[sym] = held > 0 ? held / 4 : 0;
		s->sold[sym] = held < 0 ? -held / 4 : 0;
		for (size_t i = 0; i < s->order_count; i++) /* nothing is known of them in the new grid */
			s->orders[i].qty = VALUE_MAX;
		return;
	}
	now.status =
		now.status == INSTRUMENT_TRADING ? INSTRUMENT_SUSPENDED + any(s, 2) - 1 : INSTRUMENT_TRADING;
	stand_hear(&s->stand, &event);
}

static void print_any(struct storm *s)
{
	sym_t sym = (sym_t)any(s, 2);
	price_t step = s->price[sym] / 200 + 1, was = s->price[sym];
	price_t next = was + any(s, 2 * step + 1) - step;

	if (any(s, 60) == 0) /* a gap */
		next = any(s, 2) ? was + was / 12 : was - was / 12;
	if (next < 2000 || next > 2000000)
		next = sym == BTC ? 600000 : 15000;
	s->price[sym] = next;
	if (any(s, 3) == 0)
		stand_quote(&s->stand, sym, s->now, next - 2, next + 2, any(s, 3) * 100000 * MONEY_ONE);
	else
		stand_print(&s->stand, sym, s->now, s->now / MINUTE_MS * MINUTE_MS, was,
			    (was > next ? was : next) + 3, (was < next ? was : next) - 3, next);
	if (any(s, 40) == 0) {
		struct event event = {.kind = EVENT_FUNDING_RATE, .sym = sym, .at_ms = s->now};
		event.funding.rate = any(s, 1000001) - 500000, event.funding.settled = true;
		stand_hear(&s->stand, &event);
	}
}

static void assert_whole(struct storm *s, uint64_t seed, int step)
{
	struct sim_broker *b = &s->stand.broker;
	money_t cost[2];

	if (sim_broker_check(b) != 0)
		fail_msg("seed %d step %d: the books are off by %lld", (int)seed, step,
			 (long long)sim_broker_check(b));
	for (int i = 0; i < 2; i++) {
		const struct sim_slot *slot = &b->slots[i];
		cost[i] = slot->cost;
		assert_true(slot->qty >= 0 && (slot->qty == 0) == (slot->side == SIDE_NONE));
		assert_true((slot->qty == 0) == (slot->cost == 0) && cost[i] >= 0);
		assert_true(slot->foreign >= 0 && slot->foreign <= slot->qty);
		if (slot->qty == 0)
			assert_true(slot->stop.id == 0 && slot->target.id == 0 && slot->margin == 0);
		if (slot->stop.id != 0)
			assert_true(slot->stop.side == -slot->side);
	}
	for (int64_t i = 0; i < b->work_count; i++)
		assert_true(b->works[i].filled < b->works[i].most && b->works[i].pieces > 0);
}

/* The list says exactly what is there. */
static void assert_snapshot(struct storm *s)
{
	struct intent intent = {.kind = INTENT_SNAPSHOT};
	struct events *heard = &s->stand.heard;
	qty_t listed[2] = {0, 0};

	read_news(s);
	assert_int_equal(sim_broker_ops.ask(&s->stand.exchange, &intent, s->now, &s->stand.out), TB_OK);
	for (size_t i = 0; i < heard->count; i++) {
		const struct event *event = &heard->at[i];
		if (event->kind == EVENT_POSITION)
			listed[event->sym] += event->position.side * event->position.qty;
		if (event->kind == EVENT_BALANCE)
			assert_int_equal(event->balance.wallet, s->stand.broker.wallet);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(listed[i], s->stand.broker.slots[i].side * s->stand.broker.slots[i].qty);
	heard->count = 0;
}

static void one_step(struct storm *s, int step)
{
	int64_t what = any(s, 100);

	s->now += 1 + any(s, 700);
	if (what < 45)
		print_any(s);
	else if (what < 75)
		send_any(s);
	else if (what < 85)
		ask_any(s);
	else if (what < 90)
		sim_broker_command(&s->stand.broker, (enum sim_fault)any(s, SIM_FAULT_COUNT),
				   (sym_t)any(s, 2), any(s, 2000), s->now, &s->stand.heard);
	else if (what < 91 || step % 1500 == 1499)
		change_any(s, step);
	else {
		stand_time(&s->stand, s->now);
		assert_true(sim_broker_ops.next_ms(&s->stand.exchange) > s->now);
	}
}

/* Trading on, and everything that still waits is told. */
static void drain(struct storm *s)
{
	sim_broker_calm(&s->stand.broker);
	for (int i = 0; i < 10000 && sim_broker_ops.next_ms(&s->stand.exchange) != NEVER_MS; i++) {
		s->now = sim_broker_ops.next_ms(&s->stand.exchange);
		stand_time(&s->stand, s->now);
		read_news(s);
	}
	assert_int_equal(sim_broker_ops.next_ms(&s->stand.exchange), NEVER_MS);
}

static void in_any_storm_the_books_are_equal_and_every_fill_is_told_once_at_least(void **state)
{
	(void)state;
	int64_t issued = 0, fills = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		storm_init(&storm, seed, seed % 3 == 0 ? SIM_SKY_CALM : SIM_SKY_STORM);
		for (int step = 0; step < STEPS; step++) {
			one_step(&storm, step);
			assert_whole(&storm, seed, step);
			if (step % 50 == 0)
				assert_snapshot(&storm);
			if (storm.stand.heard.count > EVENTS_MAX / 2)
				read_news(&storm);
		}
		drain(&storm);
		assert_snapshot(&storm);
		struct sim_broker *b = &storm.stand.broker;
		for (size_t i = 0; i < storm.order_count; i++)
			if (storm.orders[i].final && storm.orders[i].qty != VALUE_MAX)
				assert_int_equal(storm.orders[i].filled, storm.orders[i].told);
		for (int64_t i = 1; i <= b->executions; i++)
			assert_true(storm.executed[i] > 0);
		for (int i = 0; i < 2; i++)
			assert_int_equal(storm.bought[i] - storm.sold[i], b->slots[i].side * b->slots[i].qty);
		assert_int_equal(storm.fees, b->fees);
		for (int i = 0; i < SIM_FAULT_COUNT; i++)
			issued += b->weather.issued[i];
		fills += b->executions;
	}
	print_message("%d storms: %lld faults, %lld fills\n", SEEDS, (long long)issued, (long long)fills);
	assert_true(issued > 1000 && fills > 2000);
}

/* At random points the account is written away, as sim.bin does it, and goes on in another place. */
static void a_saved_account_goes_on_exactly_as_the_one_that_stayed(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		storm_init(&storm, seed, SIM_SKY_STORM);
		storm_init(&other, seed, SIM_SKY_STORM);
		struct random cuts;
		random_seed(&cuts, seed * 77);
		for (int step = 0; step < STEPS; step++) {
			one_step(&storm, step);
			one_step(&other, step);
			if (random_below(&cuts, 20) == 0) {
				static struct sim_broker saved;
				size_t bytes = sim_broker_bytes(&other.stand.broker);
				memcpy(&saved, &other.stand.broker, bytes);
				memset(&other.stand.broker, 0xa5, sizeof saved);
				memcpy(&other.stand.broker, &saved, bytes);
			}
			assert_int_equal(storm.stand.heard.count, other.stand.heard.count);
			assert_memory_equal(storm.stand.heard.at, other.stand.heard.at,
					    storm.stand.heard.count * sizeof(struct event));
			assert_int_equal(sim_broker_ops.next_ms(&storm.stand.exchange),
					 sim_broker_ops.next_ms(&other.stand.exchange));
			read_news(&storm);
			read_news(&other);
		}
		assert_memory_equal(&storm.stand.broker, &other.stand.broker,
				    sim_broker_bytes(&storm.stand.broker));
	}
}

/* Without orders the same seed draws the same faults, however the market's time is cut up. */
static void the_weather_is_a_matter_of_seed_and_time_alone(void **state)
{
	(void)state;
	int64_t issued[2][SIM_FAULT_COUNT];
	for (int run = 0; run < 2; run++) {
		storm_init(&storm, 7, SIM_SKY_STORM);
		for (ms_t at = 0; at < 4 * HOUR_MS; at += run ? 250 : 10000) {
			if (at % 10000 == 0)
				stand_quote(&storm.stand, BTC, BAR_MS + at, 599970, 600030, MONEY_ONE);
			else
				stand_time(&storm.stand, BAR_MS + at);
			stand_forget(&storm.stand);
		}
		stand_time(&storm.stand, BAR_MS + 4 * HOUR_MS);
		memcpy(issued[run], storm.stand.broker.weather.issued, sizeof issued[run]);
	}
	assert_memory_equal(issued[0], issued[1], sizeof issued[0]);
}

static void a_silent_market_has_no_weather_after_an_hour(void **state)
{
	(void)state;
	storm_init(&storm, 7, SIM_SKY_STORM);
	stand_quote(&storm.stand, BTC, BAR_MS, 599970, 600030, MONEY_ONE);
	int64_t before = 0;
	for (int i = 0; i < 100000; i++) {
		ms_t next = sim_broker_ops.next_ms(&storm.stand.exchange);
		if (next == NEVER_MS)
			break;
		assert_true(next <= BAR_MS + 2 * HOUR_MS);
		stand_time(&storm.stand, next);
		stand_forget(&storm.stand);
		before++;
	}
	assert_true(before > 1000);
	assert_int_equal(sim_broker_ops.next_ms(&storm.stand.exchange), NEVER_MS);
}

/* Every fault with a weight does strike in a long storm with a position in it. */
static void every_fault_of_the_catalogue_is_drawn(void **state)
{
	(void)state;
	int64_t issued[SIM_FAULT_COUNT] = {0};
	for (uint64_t seed = 21; seed < 24; seed++) {
		storm_init(&storm, seed, SIM_SKY_STORM);
		for (int step = 0; step < STEPS; step++) {
			one_step(&storm, step % 1500 == 1499 ? 0 : step);
			stand_forget(&storm.stand);
		}
		for (int i = 0; i < SIM_FAULT_COUNT; i++)
			issued[i] += storm.stand.broker.weather.issued[i];
	}
	for (int i = 0; i < SIM_FAULT_COUNT; i++)
		if (issued[i] == 0)
			fail_msg("%s was never drawn", sim_fault_rows[i].word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_any_storm_the_books_are_equal_and_every_fill_is_told_once_at_least),
		cmocka_unit_test(a_saved_account_goes_on_exactly_as_the_one_that_stayed),
		cmocka_unit_test(the_weather_is_a_matter_of_seed_and_time_alone),
		cmocka_unit_test(a_silent_market_has_no_weather_after_an_hour),
		cmocka_unit_test(every_fault_of_the_catalogue_is_drawn),
	};

	return cmocka_run_group_tests_name("sim storm", tests, NULL, NULL);
}
