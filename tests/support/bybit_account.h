/* SPDX-License-Identifier: MIT
 * A Bybit codec with a key, logged in, and what an account says: tickets sealed by the real gate, rows of
 * orders, executions, positions and wallet in the exchange's shapes. */
#ifndef SUPPORT_BYBIT_ACCOUNT_H
#define SUPPORT_BYBIT_ACCOUNT_H

#include "bybit_stand.h"
#include "decimal.h"
#include "sign.h"

#define KEY      "tbK3yAbCdEfGhJkLmN"
#define SECRET   "s3cr3tQwErTyUiOpAsDfGhJkLzXcVbNm012345"
#define BTC      0
#define ETH      1
#define INSTANCE 9

static inline int private_wire(struct stand *s, enum wire_kind kind, const char *text)
{
	return stand_wire(
		s, (struct wire_in){
			   .kind = kind, .stream = BYBIT_STREAM_PRIVATE, .text = text, .len = strlen(text)});
}

static inline void private_frame(struct stand *s, const char *text)
{
	assert_int_equal(private_wire(s, WIRE_FRAME, text), 0);
}

static inline struct bybit *codec_of(struct stand *s)
{
	return s->exchange.state;
}

/* The say of a request; NULL. */
static inline const struct say *say_of(const struct stand *s, uint32_t request)
{
	for (size_t i = 0; i < s->box.count; i++)
		if (s->box.at[i].kind == SAY_HTTP && s->box.at[i].request == request)
			return &s->box.at[i];
	return NULL;
}

static inline struct stand *account_started(ratio_t protection)
{
	struct stand *s = calloc(1, sizeof *s);
	struct bybit_setup setup = *stand_setup();
	char btc[1024], eth[1024], rows[2100];

	assert_non_null(s);
	s->exchange = (struct exchange){&bybit_ops, calloc(1, bybit_ops.state_bytes)};
	assert_non_null(s->exchange.state);
	s->now_ms = START_MS;
	setup.key = KEY, setup.secret = SECRET, setup.protection = protection;
	assert_int_equal(bybit_init(&s->exchange, &setup), 0);
	stand_time(s, START_MS);
	uint32_t time = stand_asked(s, "/v5/market/time"),
		 list = stand_asked(s, "/v5/market/instruments-info");
	snprintf(rows, sizeof rows, "%s,%s", stand_row(btc, sizeof btc, "BTC", ""),
		 stand_row(eth, sizeof eth, "ETH", ""));
	stand_server_time(s, time, 0);
	stand_page(s, list, rows, "");
	s->universe = *bybit_ops.listing(&s->exchange);
	bybit_ops.attach(&s->exchange, &s->universe);
	return s;
}

static inline void account_login(struct stand *s)
{
	private_wire(s, WIRE_UP, "");
	assert_non_null(stand_sent(s, "auth", 0));
	private_frame(s, "{\"success\":true,\"ret_msg\":\"\",\"op\":\"auth\",\"conn_id\":\"c\"}");
	assert_non_null(stand_sent(s, "subscribe", 0));
	private_frame(s, "{\"success\":true,\"ret_msg\":\"\",\"op\":\"subscribe\",\"conn_id\":\"c\"}");
}

/* What the app would want to know first: out of the way. */
static inline void account_no_facts(struct stand *s)
{
	for (size_t i = 0; i < BYBIT_CALLS_MAX; i++)
		if (codec_of(s)->private.calls[i].kind >= CALL_KEY)
			bybit_call_drop(codec_of(s), &codec_of(s)->private.calls[i]);
}

static inline struct stand *account_protected(ratio_t protection)
{
	struct stand *s = account_started(protection);

	stand_up(s);
	account_no_facts(s);
	account_login(s);
	stand_clear(s);
	return s;
}

static inline struct stand *account_new(void)
{
	return account_protected(0);
}

static inline void account_free(struct stand *s)
{
	bybit_close(&s->exchange);
	stand_free(s);
}

static inline int64_t id_of(int64_t sequence, enum role role)
{
	return client_id(INSTANCE, sequence, role);
}

static inline const char *text_of(int64_t id)
{
	static char text[8][CLIENT_ID_TEXT_MAX];
	static int at;

	at = (at + 1) % 8;
	client_id_format(id, text[at]);
	return text[at];
}

/* Long 0.010 BTC at 60000 with stop 59000 and target 62000; sequence: of its ids. */
static inline struct ticket ticket_enter(const struct stand *s, int64_t sequence)
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
			      .ticker_ms = s->now_ms,
			      .depth_ms = s->now_ms,
			      .bar_ms = s->now_ms,
			      .volatility = {50, 100}};
	struct enter enter = {.sym = BTC,
			      .side = SIDE_LONG,
			      .qty = 10,
			      .entry = 600000,
			      .stop = 590000,
			      .target = 620000,
			      .confidence = RATIO_ONE,
			      .leverage = 2 * RATIO_ONE,
			      .decided_ms = s->now_ms};
	struct order_ids ids = {id_of(sequence, ROLE_ENTRY), id_of(sequence + 1, ROLE_STOP),
				id_of(sequence + 2, ROLE_TARGET)};
	struct finding why = {0};
	struct ticket ticket = {0};

	desk_init(&desk);
	desk.day_ms = s->now_ms - s->now_ms % DAY_MS;
	enum refusal refusal = risk_enter(&limits, &desk, &standing, &quote, &s->universe.at[BTC], &enter,
					  &ids, &why, &ticket);
	if (refusal != REFUSAL_NONE)
		fail_msg("the gate: %s", refusal_rows[refusal].name);
	return ticket;
}

static inline struct holding holding_long(qty_t qty)
{
	return (struct holding){.sym = BTC, .phase = PHASE_PROTECTED, .side = SIDE_LONG, .qty = qty};
}

static inline struct ticket ticket_reduce(const struct stand *s, qty_t qty, int64_t sequence)
{
	struct holding holding = holding_long(qty);
	struct order_ids ids = {.id = id_of(sequence, ROLE_EXIT)};
	struct ticket ticket;

	assert_int_equal(risk_reduce(&holding, &(struct reduce){qty}, &ids, 0, s->now_ms, &ticket),
			 REFUSAL_NONE);
	return ticket;
}

static inline struct ticket ticket_protect(const struct stand *s, qty_t qty, price_t stop, price_t target,
					   int64_t sequence)
{
	struct holding holding = holding_long(qty);
	struct order_ids ids = {.stop_id = id_of(sequence, ROLE_STOP),
				.target_id = target != 0 ? id_of(sequence + 1, ROLE_TARGET) : 0};
	struct protect protect = {stop, target};
	struct ticket ticket;

	assert_int_equal(risk_protect(&holding, NULL, &protect, &ids, 0, s->now_ms, &ticket), REFUSAL_NONE);
	return ticket;
}

static inline int submit(struct stand *s, const struct ticket *ticket)
{
	struct turn_out out = {.say = &s->box, .heard = &s->heard};

	stand_clear(s);
	return bybit_ops.submit(&s->exchange, ticket, s->now_ms, &out);
}

static inline uint32_t submitted(struct stand *s, struct ticket ticket, const char *path)
{
	assert_int_equal(submit(s, &ticket), 0);
	return stand_asked(s, path);
}

static inline int ask_id(struct stand *s, enum intent_kind kind, sym_t sym, int64_t id)
{
	struct turn_out out = {.say = &s->box, .heard = &s->heard};
	struct intent intent = {.kind = (uint8_t)kind, .sym = sym, .id = id};

	stand_clear(s);
	return bybit_ops.ask(&s->exchange, &intent, s->now_ms, &out);
}

/* What is told of this id, the last of it in this turn; NULL. */
static inline const struct event *order_told(const struct stand *s, int64_t id)
{
	for (size_t i = s->heard.count; i-- > 0;)
		if (s->heard.at[i].kind == EVENT_ORDER && s->heard.at[i].order.id == id)
			return &s->heard.at[i];
	return NULL;
}

static inline void told(const struct stand *s, int64_t id, enum order_state state)
{
	const struct event *event = order_told(s, id);

	if (event == NULL)
		fail_msg("nothing is told of %s", text_of(id));
	if (event->order.state != (int64_t)state)
		fail_msg("%s is told %s, not %s", text_of(id), order_state_text[event->order.state],
			 order_state_text[state]);
}

/* Rows. id "" for an order that has none; more: members in front, which win. */
static inline const char *row_order(const char *id, const char *side, const char *status, const char *qty,
				    const char *filled, const char *more)
{
	static char text[8][900];
	static int at;

	at = (at + 1) % 8;
	snprintf(
		text[at], sizeof text[at],
		"{%s\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"orderId\":\"o-%s\",\"orderLinkId\":\"%"
		"s\","
		"\"side\":\"%s\",\"positionIdx\":0,\"orderStatus\":\"%s\",\"cancelType\":\"UNKNOWN\","
		"\"rejectReason\":\"EC_NoError\",\"price\":\"0\",\"qty\":\"%s\",\"avgPrice\":\"\","
		"\"cumExecQty\":\"%s\",\"orderType\":\"Market\",\"stopOrderType\":\"\",\"triggerPrice\":\"\","
		"\"createType\":\"CreateByUser\",\"reduceOnly\":false,\"createdTime\":\"1760000040000\","
		"\"updatedTime\":\"1760000040001\"}",
		more, id, id, side, status, qty, filled);
	return text[at];
}

/* A stop's or target's own order: order_id, its trigger. */
static inline const char *row_child(const char *order_id, bool stop, const char *status, const char *qty,
				    const char *filled, const char *trigger, const char *cancel)
{
	char more[400];

	snprintf(more, sizeof more,
		 "\"orderId\":\"%s\",\"createType\":\"%s\",\"stopOrderType\":\"%s\",\"triggerPrice\":\"%s\","
		 "\"reduceOnly\":true,\"cancelType\":\"%s\",",
		 order_id, stop ? "CreateByStopLoss" : "CreateByTakeProfit", stop ? "StopLoss" : "TakeProfit",
		 trigger, cancel);
	return row_order("", "Sell", status, qty, filled, more);
}

static inline const char *row_execution(const char *execution, const char *id, const char *side,
					const char *qty, const char *price, const char *fee, const char *more)
{
	static char text[8][900];
	static int at;

	at = (at + 1) % 8;
	snprintf(text[at], sizeof text[at],
		 "{%s\"category\":\"linear\",\"symbol\":\"BTCUSDT\",\"orderId\":\"o-%s\",\"orderLinkId\":\"%"
		 "s\","
		 "\"execId\":\"%s\",\"side\":\"%s\",\"execQty\":\"%s\",\"execPrice\":\"%s\",\"execFee\":\"%"
		 "s\","
		 "\"execType\":\"Trade\",\"execTime\":\"1760000040000\",\"stopOrderType\":\"UNKNOWN\","
		 "\"createType\":\"CreateByUser\",\"isMaker\":false,\"extraFees\":\"\",\"closedSize\":\"\"}",
		 more, id, id, execution, side, qty, price, fee);
	return text[at];
}

static inline const char *row_position(const char *side, const char *size, const char *stop,
				       const char *target, int64_t seq)
{
	static char text[8][700];
	static int at;

	at = (at + 1) % 8;
	snprintf(text[at], sizeof text[at],
		 "{\"positionIdx\":0,\"symbol\":\"BTCUSDT\",\"side\":\"%s\",\"size\":\"%s\",\"avgPrice\":"
		 "\"60000\","
		 "\"positionValue\":\"\",\"leverage\":\"2\",\"markPrice\":\"60000\",\"stopLoss\":\"%s\","
		 "\"takeProfit\":\"%s\",\"positionStatus\":\"Normal\",\"seq\":%lld,"
		 "\"updatedTime\":\"1760000040001\"}",
		 side, size, stop, target, (long long)seq);
	return text[at];
}

static inline const char *row_wallet(const char *equity, const char *wallet, const char *more)
{
	static char text[700];

	snprintf(text, sizeof text,
		 "{\"accountType\":\"UNIFIED\",\"totalAvailableBalance\":\"\",\"coin\":[{\"coin\":\"BTC\","
		 "\"equity\":\"1\",\"walletBalance\":\"1\"},{%s\"coin\":\"USDT\",\"equity\":\"%s\","
		 "\"walletBalance\":\"%s\",\"usdValue\":\"1\",\"bonus\":\"0\",\"locked\":\"0\","
		 "\"totalOrderIM\":\"0\",\"totalPositionIM\":\"0\"}]}",
		 more, equity, wallet);
	return text;
}

/* One message of the private stream with these rows, "," between them. */
static inline void news(struct stand *s, const char *topic, const char *rows)
{
	char *text = NULL;

	assert_true(asprintf(&text,
			     "{\"id\":\"x\",\"topic\":\"%s\",\"creationTime\":1760000040002,\"data\":[%s]}",
			     topic, rows) > 0);
	private_frame(s, text);
	free(text);
}

static inline void news2(struct stand *s, const char *topic, const char *one, const char *two)
{
	char *rows = NULL;

	assert_true(asprintf(&rows, "%s,%s", one, two) > 0);
	news(s, topic, rows);
	free(rows);
}

static inline void reply_list(struct stand *s, uint32_t request, const char *rows)
{
	stand_page(s, request, rows, "");
}

static inline void reply_ack(struct stand *s, uint32_t request)
{
	stand_result(s, request, "{\"orderId\":\"o\",\"orderLinkId\":\"\"}");
}

/* Waits in steps until something is asked for whose path begins so; 0: it never is. */
static inline uint32_t wait_asked(struct stand *s, const char *path, ms_t step_ms, int steps)
{
	for (int i = 0; i < steps; i++) {
		stand_wait(s, step_ms);
		if (stand_asked(s, path) != 0)
			return stand_asked(s, path);
	}
	return 0;
}

/* Entered and filled at 60000, with its stop and target confirmed: ids of sequence, +1, +2. */
static inline struct stand *account_holding(int64_t sequence)
{
	struct stand *s = account_new();
	uint32_t request = submitted(s, ticket_enter(s, sequence), "/v5/order/create");
	const char *id = text_of(id_of(sequence, ROLE_ENTRY));

	reply_ack(s, request);
	news(s, "order", row_order(id, "Buy", "Filled", "0.010", "0.010", ""));
	news(s, "execution", row_execution("x-in", id, "Buy", "0.010", "60000", "0.33", ""));
	news(s, "position", row_position("Buy", "0.010", "59000", "62000", 100));
	told(s, id_of(sequence + 1, ROLE_STOP), ORDER_LIVE);
	told(s, id_of(sequence + 2, ROLE_TARGET), ORDER_LIVE);
	stand_wait(s, 300); /* its reading back */
	request = stand_asked(s, "/v5/position/list?category=linear&symbol=BTCUSDT");
	reply_list(s, request, row_position("Buy", "0.010", "59000", "62000", 100));
	stand_clear(s);
	return s;
}

#endif
