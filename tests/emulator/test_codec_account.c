/* SPDX-License-Identifier: MIT
 * Tests that the codec and the emulated account understand each other: tickets of the real gate go in, bytes
 * between the two, events come out. Whatever happens on the way, what was told in the end is what the
 * exchange's books say, to the last unit. */
#include "emu_account_stand.h"

#include "bybit.h"
#include "outbox.h"
#include "random.h"
#include "tradebot/ticket.h"

#define INSTANCE    9
#define REPLIES_MAX 256
#define NUMBERS_MAX 4096
#define SNAPSHOT_MS MINUTE_MS

static struct exchange codec;
static struct outbox box;
static struct events turn;
static struct universe listed;
static ms_t now_ms, snapshot_ms;
static int streams[STREAMS_MAX];
static sym_t btc;
static int64_t sequence;

/* What was told: each execution and ledger row once, by its number. */
static struct told {
	int64_t numbers[NUMBERS_MAX];
	size_t number_count;
	money_t cost, fees, ledger; /* cost: bought - sold */
	qty_t qty;
	money_t wallet, equity;
	qty_t position;
	int64_t garbage, ends;
	int64_t state; /* of the last order that was sent */
	int64_t stop_live;
} told;

struct waiting {
	struct wire_in in;
	char *text, *head;
};
static struct waiting replies[REPLIES_MAX];
static size_t reply_count;

static int64_t id_of(int64_t n, enum role role)
{
	return client_id(INSTANCE, n, role);
}

static bool first_time(int64_t number)
{
	for (size_t i = 0; i < told.number_count; i++)
		if (told.numbers[i] == number)
			return false;
	assert_true(told.number_count < NUMBERS_MAX);
	told.numbers[told.number_count++] = number;
	return true;
}

static void hear(const struct event *event)
{
	const struct fill *fill = &event->fill;

	switch (event->kind) {
	case EVENT_FILL:
		if (event->sym != btc || !first_time(fill->execution))
			return;
		money_t value = fill->side == SIDE_LONG
					? notional_up(&listed.at[btc], fill->price, fill->qty)
					: notional_down(&listed.at[btc], fill->price, fill->qty);
		told.cost += fill->side * value;
		told.qty += fill->side * fill->qty;
		told.fees += fill->fee;
		return;
	case EVENT_LEDGER:
		if (first_time(-event->ledger.id))
			told.ledger += event->ledger.amount;
		return;
	case EVENT_BALANCE:
		told.wallet = event->balance.wallet;
		told.equity = event->balance.equity;
		return;
	case EVENT_POSITION:
		if (event->sym == btc)
			told.position = event->position.side * event->position.qty;
		return;
	case EVENT_ORDER:
		if (client_id_role(event->order.id) == ROLE_STOP)
			told.stop_live = event->order.state == ORDER_LIVE ? event->order.price : 0;
		else if (client_id_sequence(event->order.id) == sequence)
			told.state = event->order.state;
		return;
	case EVENT_SNAPSHOT_END: told.ends++; return;
	case EVENT_GARBAGE: /* a login that is refused by a fault is tried again */
		told.garbage += strncmp(event->garbage.text, "key refused: login", 18) != 0;
		return;
	default: return;
	}
}

static void reply_later(struct wire_in in, const char *text, size_t len, const char *head)
{
	assert_true(reply_count < REPLIES_MAX);
	replies[reply_count++] = (struct waiting){in, strndup(text, len), strdup(head)};
}

static void open_stream(uint8_t stream, const char *path)
{
	streams[stream] = emu_ws_open(emu, now_ms, path);
	reply_later((struct wire_in){.kind = streams[stream] >= 0 ? WIRE_UP : WIRE_DOWN, .stream = stream},
		    "", 0, "");
}

static void say(const struct say *say)
{
	struct emu_request request = {say->post ? "POST" : "GET", say->path, say->head,
				      say->post ? say->text : "", say->post ? say->len : 0};
	bool whole;

	switch (say->kind) {
	case SAY_HTTP:
		emu_http(emu, now_ms, &request, &reply);
		whole = reply.ending == EMU_WHOLE;
		reply_later((struct wire_in){.kind = WIRE_REPLY,
					     .request = say->request,
					     .status = whole ? reply.status : WIRE_CUT},
			    whole ? reply.body : "", whole ? reply.len : 0, whole ? reply.head : "");
		return;
	case SAY_OPEN: open_stream(say->stream, say->path); return;
	case SAY_SEND:
		if (streams[say->stream] >= 0)
			emu_ws_frame(emu, now_ms, streams[say->stream], say->text, say->len);
		return;
	default:
		if (streams[say->stream] >= 0)
			emu_ws_close(emu, streams[say->stream]);
		streams[say->stream] = -1;
	}
}

/* What the codec has told is heard, what it wants said is said. */
static void end_turn(void)
{
	for (size_t i = 0; i < turn.count; i++)
		hear(&turn.at[i]);
	turn.count = 0;
	for (size_t i = 0; i < box.count; i++)
		say(&box.at[i]);
	outbox_clear(&box);
}

static void wire(struct wire_in in)
{
	struct turn_out out = {.say = &box, .heard = &turn};

	in.at_ms = now_ms;
	assert_int_equal(bybit_ops.on_wire(&codec, &in, &out), 0);
	end_turn();
}

static void take_reply(void)
{
	struct waiting first = replies[0];

	memmove(replies, replies + 1, --reply_count * sizeof(replies[0]));
	first.in.text = first.text;
	first.in.len = strlen(first.text);
	first.in.head = first.head;
	first.in.head_len = strlen(first.head);
	wire(first.in);
	free(first.text);
	free(first.head);
}

static void take_frame(const struct emu_out *out)
{
	for (uint8_t stream = 0; stream < STREAMS_MAX; stream++) {
		if (streams[stream] != out->client)
			continue;
		if (out->kind == EMU_TEXT) {
			char *text = strndup(out->text, out->len);
			wire((struct wire_in){
				.kind = WIRE_FRAME, .stream = stream, .text = text, .len = out->len});
			free(text);
			return;
		}
		wire((struct wire_in){.kind = WIRE_DOWN, .stream = stream, .text = "closed", .len = 6});
		open_stream(stream, stream == BYBIT_STREAM_PRIVATE ? "/v5/private" : "/v5/public/linear");
		return;
	}
}

static void settle(void)
{
	struct emu_out out;

	for (bool any = true; any;) {
		for (any = false; reply_count > 0; any = true)
			take_reply();
		for (; emu_take(emu, &out); any = true)
			take_frame(&out);
	}
}

static void ask(enum intent_kind kind, int64_t value)
{
	struct turn_out out = {.say = &box, .heard = &turn};
	struct intent intent = {.kind = (uint8_t)kind, .sym = btc, .value = value};

	bybit_ops.ask(&codec, &intent, now_ms, &out);
	end_turn();
	settle();
}

/* Time goes on; once a minute the lists are asked for, as the engine does. */
static void run(ms_t span_ms)
{
	ms_t end = now_ms + span_ms;

	for (;;) {
		ms_t due = bybit_ops.next_ms(&codec), next = emu_next_ms(emu);
		due = next < due ? next : due;
		due = snapshot_ms < due ? snapshot_ms : due;
		if (due > end)
			break;
		now_ms = due > now_ms ? due : now_ms;
		emu_advance(emu, now_ms);
		settle();
		if (bybit_ops.next_ms(&codec) <= now_ms)
			wire((struct wire_in){.kind = WIRE_TIME});
		if (snapshot_ms <= now_ms) {
			snapshot_ms = now_ms + SNAPSHOT_MS;
			told.position = 0;
			ask(INTENT_SNAPSHOT, 0);
		}
		settle();
	}
	now_ms = end;
	emu_advance(emu, now_ms);
	settle();
}

static int open_both(void **state)
{
	struct emu_setup setup = an_account(2);
	struct bybit_setup mine = {.timeframe_ms = MINUTE_MS,
				   .book_levels = 50,
				   .taker_fee = STAND_FEE,
				   .maintenance = RATIO_ONE / 100,
				   .seed = 1,
				   .key = STAND_KEY,
				   .secret = STAND_SECRET};

	(void)state;
	account_open(&setup);
	memset(&told, 0, sizeof(told));
	for (int i = 0; i < STREAMS_MAX; i++)
		streams[i] = -1;
	now_ms = emu_now(emu);
	snapshot_ms = NEVER_MS;
	codec = (struct exchange){&bybit_ops, aligned_alloc(16, (bybit_ops.state_bytes + 15) / 16 * 16)};
	memset(codec.state, 0, bybit_ops.state_bytes);
	assert_int_equal(bybit_init(&codec, &mine), 0);
	run(3000);
	assert_non_null(bybit_ops.listing(&codec));
	listed = *bybit_ops.listing(&codec);
	bybit_ops.attach(&codec, &listed);
	btc = universe_find(&listed, "BTC/USDT:USDT");
	ask(INTENT_WATCH, 1);
	ask(INTENT_LEVERAGE, 2 * RATIO_ONE);
	snapshot_ms = now_ms;
	run(3000);
	assert_int_equal(told.ends, 3);
	return 0;
}

static int close_both(void **state)
{
	for (; reply_count > 0; reply_count--) {
		free(replies[reply_count - 1].text);
		free(replies[reply_count - 1].head);
	}
	bybit_close(&codec);
	free(codec.state);
	return close_account(state);
}

static price_t last_price(void)
{
	const struct cJSON *row =
		json_at(json_member(get("/v5/market/tickers?category=linear&symbol=BTCUSDT"), "list"), 0);
	int64_t ticks = 0;

	assert_int_equal(json_grid(json_member(row, "lastPrice"), &listed.at[btc].tick, &ticks), JSON_OK);
	return ticks;
}

static void submit(const struct ticket *ticket)
{
	struct turn_out out = {.say = &box, .heard = &turn};

	told.state = 0;
	assert_int_equal(bybit_ops.submit(&codec, ticket, now_ms, &out), 0);
	end_turn();
	settle();
}

/* Long 0.010, its stop and target so many bps away. */
static void enter_at(price_t last, int64_t stop_bps, int64_t target_bps)
{
	struct limits limits = limits_default;
	struct desk desk;
	struct standing standing = {.capital = 100000 * MONEY_ONE,
				    .ready = 1,
				    .healthy = 1,
				    .leverage = 2 * RATIO_ONE,
				    .states_known = STATES_ALL};
	struct quote quote = {.bid = last,
			      .ask = last,
			      .mark = last,
			      .last = last,
			      .depth = 10000000 * MONEY_ONE,
			      .ticker_ms = now_ms,
			      .depth_ms = now_ms,
			      .bar_ms = now_ms,
			      .volatility = {50, 100}};
	struct enter enter = {.sym = btc,
			      .side = SIDE_LONG,
			      .qty = 10,
			      .entry = last,
			      .stop = last - last * stop_bps / 10000,
			      .target = last + last * target_bps / 10000,
			      .confidence = RATIO_ONE,
			      .leverage = 2 * RATIO_ONE,
			      .decided_ms = now_ms};
	struct finding why = {0};
	struct ticket ticket = {0};

	sequence += 3;
	struct order_ids ids = {id_of(sequence, ROLE_ENTRY), id_of(sequence + 1, ROLE_STOP),
				id_of(sequence + 2, ROLE_TARGET)};
	desk_init(&desk);
	desk.day_ms = now_ms - now_ms % DAY_MS;
	enum refusal refusal =
		risk_enter(&limits, &desk, &standing, &quote, &listed.at[btc], &enter, &ids, &why, &ticket);
	if (refusal != REFUSAL_NONE)
		fail_msg("the gate: %s", refusal_rows[refusal].name);
	submit(&ticket);
}

static void enter(int64_t stop_bps, int64_t target_bps)
{
	enter_at(last_price(), stop_bps, target_bps);
}

static void leave(void)
{
	struct holding holding = {
		.sym = btc, .phase = PHASE_PROTECTED, .side = SIDE_LONG, .qty = told.qty > 0 ? told.qty : 1};
	struct ticket ticket;

	sequence += 3;
	struct order_ids ids = {.id = id_of(sequence, ROLE_EXIT)};
	assert_int_equal(risk_reduce(&holding, &(struct reduce){holding.qty}, &ids, 0, now_ms, &ticket),
			 REFUSAL_NONE);
	submit(&ticket);
}

static void move_stop(int64_t bps)
{
	price_t last = last_price();
	struct holding holding = {
		.sym = btc, .phase = PHASE_PROTECTED, .side = SIDE_LONG, .qty = told.qty > 0 ? told.qty : 1};
	struct protect protect = {last - last * bps / 10000, 0};
	struct ticket ticket;

	sequence += 3;
	struct order_ids ids = {.stop_id = id_of(sequence, ROLE_STOP)};
	assert_int_equal(risk_protect(&holding, NULL, &protect, &ids, 0, now_ms, &ticket), REFUSAL_NONE);
	submit(&ticket);
}

/* Everything is over, lists have been read: what was told is what the exchange has. */
static void same_books(void)
{
	run(3 * MINUTE_MS);
	if (told.qty != 0) {
		leave();
		run(3 * MINUTE_MS);
	}
	assert_int_equal(told.qty, 0);
	assert_int_equal(told.position, 0);
	assert_int_equal(told.fees, book_sum("fees"));
	assert_int_equal(-told.cost, book_sum("gross"));
	assert_int_equal(told.ledger, book_sum("funding") + book_sum("transfers"));
	assert_int_equal(told.wallet, book_sum("wallet"));
	assert_int_equal(told.garbage, 0);
}

static void the_facts_are_the_account_s(void **state)
{
	struct turn_out out = {.say = &box, .heard = &turn};
	const struct account_facts *facts = bybit_account_facts(&codec);

	(void)state;
	assert_int_equal(facts->asked, ACCOUNT_FACTS_ALL);
	assert_int_equal(facts->known, ACCOUNT_FACTS_ALL);
	assert_string_equal(facts->account, "592324");
	assert_true(facts->key_trade && facts->unified);
	assert_false(facts->key_withdraw || facts->has_position || facts->has_order || facts->borrows);
	assert_int_equal(facts->wallet, book_sum("wallet"));
	assert_int_equal(facts->equity, facts->wallet);
	assert_int_equal(facts->taker_fee, STAND_FEE);
	enter(100, 200);
	run(3000);
	assert_int_equal(bybit_ask_account(&codec, ACCOUNT_ASK_FACTS, now_ms, &out), 0);
	end_turn();
	run(3000);
	assert_int_equal(facts->asked, ACCOUNT_FACTS_ALL);
	assert_true(facts->has_position && facts->has_order); /* its stop and target */
	assert_int_equal(facts->wallet, book_sum("wallet"));
	same_books();
}

static void an_entry_is_protected_amended_and_left(void **state)
{
	(void)state;
	enter(100, 200);
	run(3000);
	assert_int_equal(told.state, ORDER_FILLED);
	assert_int_equal(told.qty, 10);
	price_t first = told.stop_live;
	assert_true(first > 0);
	move_stop(50);
	run(3000);
	assert_true(told.stop_live > first);
	same_books();
}

static void a_stop_closes_and_funding_is_booked(void **state)
{
	(void)state;
	enter(20, 900);
	for (int minutes = 0; minutes < 600 && told.qty > 0; minutes++)
		run(MINUTE_MS);
	assert_int_equal(told.qty, 0);
	enter(2000, 5000);
	run(9 * HOUR_MS);
	assert_true(told.ledger != 0 || book_sum("funding") == 0);
	same_books();
}

static void no_fault_on_the_way_changes_the_books(void **state)
{
	static const char *const words[] = {
		"post_reset_before",
		"post_reset_after",
		"post_shut_before",
		"post_shut_after",
		"post_10016_after",
		"order_late=1500",
		"order_mute",
		"stale_reads=4000",
		"news_miss*3",
		"news_late=3000*2",
		"news_reorder*2",
		"news_duplicate=500*4",
		"partial=4",
		"slip",
		"cut=110000",
		"entry_rejected",
		"stop_missing",
		"disconnect",
		"silent",
		"limit_10006=2000",
		"busy_10016=3000",
		"transfer=50",
		"transfer=-20",
		"late_row=30",
		"equity_x10=1000",
		"http_5xx=3000",
		"order_lost",
		"reset_after*2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		price_t last = last_price();
		assert_int_equal(strike(words[i]), 0);
		enter_at(last, 300, 600);
		run(2 * MINUTE_MS); /* two readings of all lists */
		if (told.qty != told.position)
			fail_msg("%s: told %lld lots, the exchange has %lld", words[i], (long long)told.qty,
				 (long long)told.position);
		emu_calm(emu);
		for (int tries = 0; tries < 5 && told.qty > 0; tries++) {
			leave();
			run(2 * MINUTE_MS);
		}
		if (told.qty != 0 || told.position != 0)
			fail_msg("%s: told %lld lots, the exchange has %lld", words[i], (long long)told.qty,
				 (long long)told.position);
	}
	run(11 * MINUTE_MS); /* the last row of the log was ten minutes late */
	same_books();
}

static void a_fill_that_was_missed_is_found_though_a_later_one_was_heard(void **state)
{
	(void)state;
	enter(300, 600);
	run(SECOND_MS);
	assert_int_equal(strike("order_mute"), 0); /* nothing is told of the next order */
	leave();
	run(10 * SECOND_MS);
	enter(300, 600); /* and this one is heard before the lists are read again */
	run(3 * MINUTE_MS);
	assert_int_equal(told.qty, told.position);
	same_books();
}

static void the_books_are_equal_after_each_seed_of_faults(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct random dice;
		random_seed(&dice, seed);
		for (int i = 0; i < 40; i++) {
			price_t last = last_price();
			for (int n = (int)random_below(&dice, 3); n >= 0; n--) {
				int kind = EMU_FAULT_POST_RESET_BEFORE +
					   (int)random_below(&dice, EMU_FAULT_STOP_MISSING -
									    EMU_FAULT_POST_RESET_BEFORE);
				if (kind != EMU_FAULT_KEY_DEAD && kind != EMU_FAULT_ORDER_LOST)
					strike(emu_fault_rows[kind].word);
			}
			if (told.qty == 0)
				enter_at(last, 300, 600);
			else
				leave();
			run(1 + (ms_t)random_below(&dice, 90 * SECOND_MS));
			emu_calm(emu);
		}
		run(3 * MINUTE_MS);
		if (told.qty != told.position)
			fail_msg("seed %llu: told %lld lots, the exchange has %lld", (unsigned long long)seed,
				 (long long)told.qty, (long long)told.position);
	}
	same_books();
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_both, close_both)
	const struct CMUnitTest tests[] = {
		TEST(the_facts_are_the_account_s),
		TEST(an_entry_is_protected_amended_and_left),
		TEST(a_stop_closes_and_funding_is_booked),
		TEST(no_fault_on_the_way_changes_the_books),
		TEST(a_fill_that_was_missed_is_found_though_a_later_one_was_heard),
		TEST(the_books_are_equal_after_each_seed_of_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
