/* SPDX-License-Identifier: MIT
 * Fuzzes the Bybit codec's private side: each line of the input is one thing that comes or is wanted. Its
 * first character says what: P a message of the private stream, R the answer to the oldest request that waits
 * for one, X its HTTP status and text, U and D the stream up and down, L log in and subscribe, W so many ms
 * later, E R T a ticket to enter (E), reduce (O) or protect (T), Q C a question about, or the end of, the
 * n-th id, V leverage, S the lists. Whatever comes: news have their form, an execution is told once, an order
 * that is over does not begin again, an entry leaves at most once, and what is sent is plain text. */
#include "bybit_internal.h"
#include "outbox.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define START_MS 1760000040000LL
#define SYMBOLS  2
#define IDS_MAX  256
#define TOLD_MAX 4096
#define SECRET   "s3cr3tQwErTyUiOpAsDfGhJkLzXcVbNm012345"

static _Alignas(16) struct bybit fresh, codec;
static struct universe universe;
static struct events heard;
static struct outbox box;
static struct exchange exchange = {&bybit_ops, &codec};
static ms_t now_ms;
static int64_t sequence, ids[IDS_MAX], final_state[IDS_MAX], entries[IDS_MAX], executions[TOLD_MAX];
static size_t id_count, execution_count;

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void check_order(const struct event *event)
{
	require(event->order.state > ORDER_INTENT && event->order.state < ORDER_STATE_COUNT);
	require(event->order.role >= 0 && event->order.role < ROLE_COUNT);
	require(event->order.qty >= 0 && event->order.filled >= 0 && event->order.price >= 0);
	require(memchr(event->order.reason, '\0', sizeof event->order.reason) != NULL);
	for (size_t i = 0; i < id_count; i++) {
		if (ids[i] != event->order.id)
			continue;
		require(final_state[i] == 0 || final_state[i] == event->order.state);
		if (order_is_final(event->order.state))
			final_state[i] = event->order.state;
	}
}

static void check_number(int64_t number)
{
	for (size_t i = 0; i < execution_count; i++)
		require(executions[i] != number);
	if (execution_count < TOLD_MAX && execution_count < BYBIT_SEEN_MAX)
		executions[execution_count++] = number;
}

static void check_fill(const struct fill *fill)
{
	require(fill->qty > 0 && fill->price > 0 && fill->execution > 0 && fill->fee != UNKNOWN);
	require(fill->side == SIDE_LONG || fill->side == SIDE_SHORT);
	require(fill->role >= 0 && fill->role < ROLE_COUNT && fill->id >= 0);
	check_number(fill->execution);
}

static void check_event(const struct event *event)
{
	switch (event->kind) {
	case EVENT_ORDER: check_order(event); break;
	case EVENT_ORDER_ABSENT: require(event->absent.id > 0); break;
	case EVENT_FILL: require(event->sym < SYMBOLS), check_fill(&event->fill); break;
	case EVENT_LEDGER:
		require(event->ledger.id != 0 && event->ledger.amount != 0 &&
			event->ledger.amount != UNKNOWN);
		check_number(event->ledger.id);
		break;
	case EVENT_POSITION:
		require(event->sym < SYMBOLS && event->position.qty >= 0 && event->position.cost >= 0);
		require((event->position.qty == 0) == (event->position.side == SIDE_NONE));
		break;
	case EVENT_BALANCE:
		require(event->balance.wallet != UNKNOWN && event->balance.equity != UNKNOWN);
		break;
	case EVENT_GARBAGE:
		for (const char *at = event->garbage.text; *at != '\0'; at++)
			require(*at >= ' ' && *at <= '~');
		break;
	default: break;
	}
}

static void check_entry(const char *text)
{
	char id[CLIENT_ID_TEXT_MAX + 4];

	for (size_t i = 0; i < id_count; i++) {
		if (client_id_role(ids[i]) != ROLE_ENTRY)
			continue;
		id[0] = '"';
		client_id_format(ids[i], id + 1);
		strcat(id, "\"");
		if (strstr(text, id) != NULL)
			require(++entries[i] == 1);
	}
}

static void check_say(const struct say *say)
{
	require(strlen(say->text) == say->len && strstr(say->text, SECRET) == NULL);
	require(strstr(say->path, SECRET) == NULL && strstr(say->head, SECRET) == NULL);
	for (const char *at = say->path; *at != '\0'; at++)
		require(*at > ' ' && *at < 0x7f);
	if (say->kind == SAY_HTTP && say->post && strcmp(say->path, "/v5/order/create") == 0)
		check_entry(say->text);
}

static void check_turn(void)
{
	for (size_t i = 0; i < heard.count; i++)
		check_event(&heard.at[i]);
	for (size_t i = 0; i < box.count; i++)
		check_say(&box.at[i]);
	require(heard.dropped == 0);
	require(bybit_ops.next_ms(&exchange) >= now_ms || box.count > 0);
	heard.count = 0;
	outbox_clear(&box);
}

static void tell(struct wire_in in)
{
	struct turn_out out = {.say = &box, .heard = &heard};

	in.at_ms = now_ms;
	require(bybit_ops.on_wire(&exchange, &in, &out) == TB_OK);
	check_turn();
}

static void stream(enum wire_kind kind, const char *text, size_t len)
{
	tell((struct wire_in){.kind = kind, .stream = BYBIT_STREAM_PRIVATE, .text = text, .len = len});
}

static void answer(int status, const char *text, size_t len)
{
	struct bybit_call *oldest = NULL;

	for (size_t i = 0; i < BYBIT_CALLS_MAX; i++) {
		struct bybit_call *call = &codec.private.calls[i];
		if (call->request != 0 && (oldest == NULL || call->request < oldest->request))
			oldest = call;
	}
	if (oldest != NULL)
		tell((struct wire_in){.kind = WIRE_REPLY,
				      .request = oldest->request,
				      .status = status,
				      .text = text,
				      .len = len});
}

static int64_t new_id(enum role role)
{
	int64_t id = client_id(1, ++sequence, role);

	require(id_count < IDS_MAX);
	final_state[id_count] = entries[id_count] = 0;
	ids[id_count++] = id;
	return id;
}

static bool seal_enter(struct ticket *ticket)
{
	struct limits limits = limits_default;
	struct desk desk;
	struct standing standing = {.capital = 100000 * MONEY_ONE,
				    .ready = 1,
				    .healthy = 1,
				    .leverage = 2 * RATIO_ONE,
				    .states_known = STATES_ALL};
	struct quote quote = {.bid = 600000,
			      .ask = 600000,
			      .mark = 600000,
			      .last = 600000,
			      .depth = 10000000 * MONEY_ONE,
			      .ticker_ms = now_ms,
			      .depth_ms = now_ms,
			      .bar_ms = now_ms,
			      .volatility = {50, 100}};
	struct enter enter = {.sym = 0,
			      .side = SIDE_LONG,
			      .qty = 10,
			      .entry = 600000,
			      .stop = 590000,
			      .target = 620000,
			      .confidence = RATIO_ONE,
			      .leverage = 2 * RATIO_ONE,
			      .decided_ms = now_ms};
	struct finding why;

	desk_init(&desk);
	desk.day_ms = now_ms - now_ms % DAY_MS;
	struct order_ids order_ids = {new_id(ROLE_ENTRY), new_id(ROLE_STOP), new_id(ROLE_TARGET)};
	return risk_enter(&limits, &desk, &standing, &quote, &universe.at[0], &enter, &order_ids, &why,
			  ticket) == REFUSAL_NONE;
}

static void submit(char kind, int64_t number)
{
	struct turn_out out = {.say = &box, .heard = &heard};
	struct holding holding = {.side = SIDE_LONG, .qty = 10, .phase = PHASE_PROTECTED};
	struct order_ids closing = {0};
	struct ticket ticket;

	if (id_count + 3 > IDS_MAX)
		return;
	if (kind == 'E') {
		if (!seal_enter(&ticket))
			return;
	} else if (kind == 'O') {
		closing.id = new_id(ROLE_EXIT);
		require(risk_reduce(&holding, &(struct reduce){1 + number % 10}, &closing, 0, now_ms,
				    &ticket) == REFUSAL_NONE);
	} else {
		struct protect protect = {580000 + number % 20000, number % 2 ? 620000 : 0};
		closing.stop_id = new_id(ROLE_STOP);
		closing.target_id = protect.target != 0 ? new_id(ROLE_TARGET) : 0;
		require(risk_protect(&holding, NULL, &protect, &closing, 0, now_ms, &ticket) == REFUSAL_NONE);
	}
	if (bybit_ops.submit(&exchange, &ticket, now_ms, &out) == TB_OK)
		require(bybit_ops.submit(&exchange, &ticket, now_ms, &out) == TB_EREFUSED);
	check_turn();
}

static void ask(enum intent_kind kind, int64_t id, int64_t value)
{
	struct turn_out out = {.say = &box, .heard = &heard};
	struct intent intent = {.kind = (uint8_t)kind, .sym = 0, .id = id, .value = value};

	bybit_ops.ask(&exchange, &intent, now_ms, &out);
	check_turn();
}

static int64_t number(const char *text, size_t len)
{
	int64_t value = 0;

	for (size_t i = 0; i < len && i < 6 && text[i] >= '0' && text[i] <= '9'; i++)
		value = value * 10 + text[i] - '0';
	return value;
}

static void log_in(void)
{
	static const char auth[] = "{\"success\":true,\"op\":\"auth\"}",
			  subscribed[] = "{\"success\":true,\"op\":\"subscribe\"}";

	stream(WIRE_UP, "", 0);
	stream(WIRE_FRAME, auth, sizeof auth - 1);
	stream(WIRE_FRAME, subscribed, sizeof subscribed - 1);
}

static void line(char kind, const char *text, size_t len)
{
	int64_t n = number(text, len);

	switch (kind) {
	case 'P': stream(WIRE_FRAME, text, len); break;
	case 'R': answer(200, text, len); break;
	case 'X':
		answer(n % 5 == 0 ? WIRE_CUT : n % 5 == 1 ? WIRE_NOT_SENT : (int)(n % 1000), text, len);
		break;
	case 'U': stream(WIRE_UP, "", 0); break;
	case 'D': stream(WIRE_DOWN, "", 0); break;
	case 'L': log_in(); break;
	case 'W':
		now_ms += n;
		tell((struct wire_in){.kind = WIRE_TIME});
		break;
	case 'E':
	case 'O':
	case 'T': submit(kind, n); break;
	case 'Q':
	case 'C':
		if (id_count > 0)
			ask(kind == 'Q' ? INTENT_QUERY : INTENT_CANCEL, ids[(size_t)n % id_count], 0);
		break;
	case 'V': ask(INTENT_LEVERAGE, 0, RATIO_ONE + n * RATIO_ONE / 100); break;
	case 'S': ask(INTENT_SNAPSHOT, 0, 0); break;
	default: break;
	}
}

/* A codec that has begun, made once: all but its books, which are large. */
static void make_fresh(void)
{
	static const struct bybit_setup setup = {.timeframe_ms = MINUTE_MS,
						 .book_levels = 50,
						 .taker_fee = 550000,
						 .maintenance = 5000000,
						 .seed = 1,
						 .key = "tbK3yAbCdEfGhJkLmN",
						 .secret = SECRET};
	struct exchange made = {&bybit_ops, &fresh};

	require(bybit_init(&made, &setup) == TB_OK);
}

static void begin(void)
{
	static const char time[] = "{\"retCode\":0,\"result\":{\"timeSecond\":\"1760000040\"}}";

	if (fresh.setup.timeframe_ms == 0)
		make_fresh();
	memcpy(&codec, &fresh, offsetof(struct bybit, books));
	bybit_reader_init(&codec.reader);
	universe = (struct universe){.count = SYMBOLS};
	for (int i = 0; i < SYMBOLS; i++) {
		struct instrument *instrument = &universe.at[i];
		memcpy(instrument->name, i == 0 ? "BTC/USDT:USDT" : "ETH/USDT:USDT", 14);
		memcpy(instrument->wire, i == 0 ? "BTCUSDT" : "ETHUSDT", 8);
		instrument->tick = (struct grid){1, 1};
		instrument->lot = (struct grid){1, 3};
		instrument->contract = (struct grid){1, 0};
		instrument->min_qty = 1, instrument->max_qty = 1000;
		instrument->listed_ms = UNKNOWN;
		require(instrument_settle(instrument) == TB_OK);
	}
	now_ms = START_MS;
	id_count = execution_count = 0;
	sequence = 0;
	bybit_ops.attach(&exchange, &universe);
	tell((struct wire_in){.kind = WIRE_TIME});
	tell((struct wire_in){.kind = WIRE_REPLY,
			      .request = codec.jobs[JOB_TIME].request,
			      .status = 200,
			      .text = time,
			      .len = sizeof time - 1});
	for (size_t i = 0; i < BYBIT_CALLS_MAX; i++) /* the start's own questions are out of the way */
		bybit_call_drop(&codec, &codec.private.calls[i]);
	tell((struct wire_in){.kind = WIRE_UP});
	log_in();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;

	begin();
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		if (stop > at)
			line(*at, at + 1, (size_t)(stop - at) - 1);
		at = stop + 1;
	}
	return 0;
}
