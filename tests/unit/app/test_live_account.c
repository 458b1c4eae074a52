/* SPDX-License-Identifier: MIT
 * A live world on an account of the exchange's: orders go there and nowhere else, a restart sends nothing
 * again and tells the codec what it has to know of the journal, and a lost shadow keeps nobody from looking
 * after what is real. */
#include "live_stand.h"

#include "log.h"
#include "state_dir.h"
#include "tradebot/ticket.h"

#define BALANCE (10000 * MONEY_ONE)

/* What the codec was told. */
static struct {
	int64_t since_calls;
	ms_t fills_ms, ledger_ms;
	struct order remembered[8];
	size_t remembered_count;
} told_codec;

static void remember(struct exchange *codec, const struct order *order)
{
	assert_ptr_equal(codec, &stand->venue.exchange);
	if (told_codec.remembered_count < 8)
		told_codec.remembered[told_codec.remembered_count++] = *order;
}

static void since(struct exchange *codec, ms_t fills_ms, ms_t ledger_ms)
{
	assert_ptr_equal(codec, &stand->venue.exchange);
	told_codec.since_calls++;
	told_codec.fills_ms = fills_ms, told_codec.ledger_ms = ledger_ms;
}

static void tell(struct event event, ms_t now_ms)
{
	event.at_ms = now_ms;
	stand_frame(WIRE_FRAME, &event, 1, now_ms);
}

/* An empty account, or one position long of qty. */
static void tell_lists(sym_t sym, qty_t qty, ms_t now_ms)
{
	if (qty > 0)
		tell((struct event){.kind = EVENT_POSITION,
				    .sym = sym,
				    .position = {.side = SIDE_LONG, .qty = qty, .leverage = UNKNOWN}},
		     now_ms);
	tell((struct event){.kind = EVENT_SNAPSHOT_END, .sym = SYM_NONE, .snapshot.what = SNAPSHOT_POSITIONS},
	     now_ms);
	tell((struct event){.kind = EVENT_SNAPSHOT_END, .sym = SYM_NONE, .snapshot.what = SNAPSHOT_ORDERS},
	     now_ms);
	tell((struct event){.kind = EVENT_BALANCE,
			    .sym = SYM_NONE,
			    .balance = {.equity = BALANCE, .wallet = BALANCE, .available = BALANCE}},
	     now_ms);
	tell((struct event){.kind = EVENT_SNAPSHOT_END, .sym = SYM_NONE, .snapshot.what = SNAPSHOT_BALANCE},
	     now_ms);
}

static void tell_leverage(ms_t now_ms)
{
	for (sym_t sym = 0; sym < stand->live.universe.count; sym++)
		tell((struct event){.kind = EVENT_POSITION,
				    .sym = sym,
				    .position = {.leverage = stand->live.settings.decision.leverage}},
		     now_ms);
}

static void begin(ms_t now_ms)
{
	char error[512] = "";

	memset(&told_codec, 0, sizeof told_codec);
	if (stand_open_live(now_ms, error, sizeof error) != 0)
		fail_msg("%s", error);
	stand_begin(now_ms);
	stand_settle(now_ms);
}

static int make(void **state)
{
	(void)state;
	stand_make(6);
	stand->account = (struct live_account){&stand->venue.exchange, remember, since};
	begin(START_MS - 1);
	return 0;
}

static int end(void **state)
{
	(void)state;
	live_world_close(&stand->live);
	stand_remove();
	return 0;
}

static const struct order_request *last_sent(enum verb verb)
{
	for (size_t i = stand->venue.sent_count; i-- > 0;)
		if (stand->venue.sent[i].verb == (int64_t)verb)
			return &stand->venue.sent[i];
	return NULL;
}

/* Days go by until an entry leaves, to an account that is told to be empty whenever it is asked for. */
static const struct order_request *await_entry(void)
{
	int64_t snapshots = stand->venue.asked[INTENT_SNAPSHOT];

	tell_lists(0, 0, stand->live.world.now_ms);
	tell_leverage(stand->live.world.now_ms);
	stand_settle(stand->live.world.now_ms);
	assert_true(engine_ready(stand->live.engine));
	while (last_sent(VERB_ENTER) == NULL && stand_step()) {
		if (stand->venue.asked[INTENT_SNAPSHOT] == snapshots)
			continue;
		snapshots = stand->venue.asked[INTENT_SNAPSHOT];
		tell_lists(0, 0, stand->live.world.now_ms);
	}
	assert_non_null(last_sent(VERB_ENTER));
	return last_sent(VERB_ENTER);
}

static void die_and_come_back(ms_t after_ms)
{
	ms_t now_ms = stand->live.world.now_ms + after_ms;

	live_world_close(&stand->live);
	memset(&stand->live, 0, sizeof stand->live);
	stand->venue.sent_count = 0;
	memset(stand->venue.asked, 0, sizeof stand->venue.asked);
	begin(now_ms);
}

static void a_new_journal_tells_the_codec_nothing(void **state)
{
	(void)state;
	assert_int_equal(told_codec.since_calls, 0);
	assert_int_equal(stand->venue.asked[INTENT_SNAPSHOT], 1);
	assert_false(engine_ready(stand->live.engine));
	assert_int_equal(stand->live.settings.lists_every_ms, MINUTE_MS);
}

static void an_entry_goes_to_the_exchange_and_the_twin_of_the_shadow_gets_none(void **state)
{
	(void)state;
	const struct order_request *entry = await_entry();
	const struct sim_broker *twin = &stand->live.accounts.broker;
	assert_true(entry->stop > 0 && entry->target > 0 && entry->stop_id != 0);
	assert_int_equal(twin->arrival_count, 0);
	assert_int_equal(twin->executions, 0);
	assert_true(twin->slots[twin->slot_of[entry->sym] - 1].last > 0); /* but it knows the market */
}

static void after_a_death_an_entry_is_looked_up_and_never_sent_again(void **state)
{
	(void)state;
	int64_t id = await_entry()->id;
	ms_t died_ms = stand->live.world.now_ms;
	die_and_come_back(3 * SECOND_MS);
	assert_int_equal(stand->venue.sent_count, 0);
	assert_int_equal(stand->live.accounts.broker.arrival_count, 0);
	assert_int_equal(told_codec.since_calls, 1);
	assert_int_equal(told_codec.fills_ms, died_ms - HOUR_MS);
	assert_int_equal(told_codec.ledger_ms, died_ms - HOUR_MS);
	tell_lists(0, 0, stand->live.world.now_ms);
	for (int i = 0; i < 20 && stand->venue.asked[INTENT_QUERY] == 0; i++)
		stand_step();
	assert_true(stand->venue.asked[INTENT_QUERY] > 0);
	assert_int_equal(stand->venue.asked_id, id);
	assert_null(last_sent(VERB_ENTER));
}

static void hold(const struct order_request *entry)
{
	ms_t now_ms = stand->live.world.now_ms;

	tell((struct event){.kind = EVENT_ORDER,
			    .sym = (sym_t)entry->sym,
			    .order = {.id = entry->id,
				      .state = ORDER_FILLED,
				      .role = ROLE_ENTRY,
				      .side = entry->side,
				      .qty = entry->qty,
				      .filled = entry->qty}},
	     now_ms);
	tell((struct event){.kind = EVENT_FILL,
			    .sym = (sym_t)entry->sym,
			    .fill = {.id = entry->id,
				     .execution = 1,
				     .side = entry->side,
				     .qty = entry->qty,
				     .price = entry->price,
				     .at_ms = now_ms,
				     .spread = UNKNOWN,
				     .impact = UNKNOWN}},
	     now_ms);
}

static void tell_stop(const struct order_request *entry, enum order_state state)
{
	tell((struct event){.kind = EVENT_ORDER,
			    .sym = (sym_t)entry->sym,
			    .order = {.id = entry->stop_id,
				      .state = state,
				      .role = ROLE_STOP,
				      .side = -entry->side,
				      .qty = entry->qty,
				      .filled = state == ORDER_FILLED ? entry->qty : 0,
				      .price = entry->stop}},
	     stand->live.world.now_ms);
}

static bool is_remembered(int64_t id, price_t price, enum order_state state)
{
	for (size_t i = 0; i < told_codec.remembered_count; i++) {
		const struct order *order = &told_codec.remembered[i];
		if (order->id == id && order->price == price && order->state == (int64_t)state)
			return true;
	}
	return false;
}

static void after_a_death_the_codec_remembers_the_stops_of_what_is_held(void **state)
{
	(void)state;
	struct order_request entry = *await_entry();
	hold(&entry);
	tell_stop(&entry, ORDER_LIVE);
	stand_settle(stand->live.world.now_ms);
	die_and_come_back(MINUTE_MS);
	assert_true(is_remembered(entry.stop_id, entry.stop, ORDER_LIVE));
	assert_true(is_remembered(entry.target_id, entry.target, ORDER_INTENT));
}

static void after_a_death_the_codec_remembers_a_stop_whose_fill_was_not_told(void **state)
{
	(void)state;
	struct order_request entry = *await_entry();
	hold(&entry);
	tell_stop(&entry, ORDER_FILLED);
	stand_settle(stand->live.world.now_ms);
	die_and_come_back(SECOND_MS);
	assert_true(is_remembered(entry.stop_id, entry.stop, ORDER_FILLED));
}

static void a_lost_shadow_does_not_keep_the_account_from_being_looked_after(void **state)
{
	char path[STATE_PATH_MAX];

	(void)state;
	await_entry();
	assert_int_equal(state_path(stand->dir, STATE_SHADOW_FILE, path), 0);
	assert_int_equal(unlink(path), 0);
	die_and_come_back(SECOND_MS);
	assert_true(stand->live.lost_account);
	tell_lists(0, 0, stand->live.world.now_ms);
	stand_settle(stand->live.world.now_ms);
	assert_true(engine_ready(stand->live.engine));
}

static void the_accounts_own_fee_is_the_one_that_counts(void **state)
{
	(void)state;
	stand->taker_fee = RATIO_ONE / 1000;
	die_and_come_back(SECOND_MS);
	for (size_t i = 0; i < stand->live.universe.count; i++)
		assert_int_equal(stand->live.universe.at[i].taker_fee, RATIO_ONE / 1000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make, end)
	const struct CMUnitTest tests[] = {
		TEST(a_new_journal_tells_the_codec_nothing),
		TEST(an_entry_goes_to_the_exchange_and_the_twin_of_the_shadow_gets_none),
		TEST(after_a_death_an_entry_is_looked_up_and_never_sent_again),
		TEST(after_a_death_the_codec_remembers_the_stops_of_what_is_held),
		TEST(after_a_death_the_codec_remembers_a_stop_whose_fill_was_not_told),
		TEST(a_lost_shadow_does_not_keep_the_account_from_being_looked_after),
		TEST(the_accounts_own_fee_is_the_one_that_counts),
	};

	return cmocka_run_group_tests(tests, stand_be_quiet, stand_speak);
}
