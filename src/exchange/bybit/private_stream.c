/* SPDX-License-Identifier: MIT
 * The private stream: log in, then subscribe, each answered before the next (contract, sections 2 and 10);
 * only then is anything read from the lists. A refused login means the key: it is tried again rarely. */
#include "bybit_internal.h"
#include "outbox.h"
#include "sign.h"

#include <stdio.h>
#include <string.h>

#define PATH             "/v5/private"
#define PING_EVERY_MS    20000
#define PONG_WAIT_MS     10000
#define ANSWER_MS        10000
#define LOGIN_LIFE_MS    10000
#define RECV_WINDOW_MS   5000
#define REFUSED_PAUSE_MS MINUTE_MS
#define REFUSED_MOST_MS  (10 * MINUTE_MS)

static bool is_plain(const char *key)
{
	for (; *key != '\0'; key++)
		if (*key <= ' ' || *key > '~' || *key == '"' || *key == '\\')
			return false;
	return true;
}

int bybit_private_init(struct bybit *b, const struct bybit_setup *setup)
{
	struct bybit_private *p = &b->private;

	b->setup.key = b->setup.secret = NULL; /* the caller's */
	bybit_calls_init(b);
	bybit_lists_init(b);
	p->flat_due_ms = p->ledger_due_ms = NEVER_MS;
	p->facts.key_expires_ms = p->facts.taker_fee = p->facts.maker_fee = UNKNOWN;
	p->facts.wallet = p->facts.equity = UNKNOWN;
	p->facts.set_margin_code = p->facts.set_mode_code = UNKNOWN;
	if (setup->key == NULL || *setup->key == '\0')
		return TB_OK;
	if (setup->secret == NULL || strlen(setup->key) >= sizeof p->key || !is_plain(setup->key))
		return TB_EINVAL;
	if (setup->protection != 0 && (setup->protection < BPS || setup->protection > RATIO_ONE / 10))
		return TB_EINVAL;
	if (setup->recv_window_ms < 0 || setup->recv_window_ms > MINUTE_MS)
		return TB_EINVAL;
	if (setup->recv_window_ms == 0)
		b->setup.recv_window_ms = RECV_WINDOW_MS;
	int err = hmac_open(&p->hmac, setup->secret, strlen(setup->secret));
	if (err != TB_OK)
		return err;
	snprintf(p->key, sizeof p->key, "%s", setup->key);
	p->wanted = true;
	return TB_OK;
}

static bool send(struct bybit *b, const char *text, int len, struct turn_out *out)
{
	if (outbox_send(out->say, BYBIT_STREAM_PRIVATE, text, (size_t)len))
		return true;
	b->private.stream.reopen = true;
	return false;
}

/* Once the clock is known. */
static void log_in(struct bybit *b, struct turn_out *out)
{
	struct bybit_private_stream *stream = &b->private.stream;
	ms_t expires_ms = bybit_server_ms(b) + LOGIN_LIFE_MS;
	char signature[HMAC_HEX_SIZE], text[256];

	if (bybit_sign_login(&b->private.hmac, expires_ms, signature) != 0) {
		stream->reopen = true;
		return;
	}
	int len = snprintf(text, sizeof text,
			   "{\"req_id\":\"a%u\",\"op\":\"auth\",\"args\":[\"%s\",%lld,\"%s\"]}",
			   ++stream->request, b->private.key, (long long)expires_ms, signature);
	if (!send(b, text, len, out))
		return;
	stream->login = LOGIN_ASKED;
	stream->asked_ms = b->now_ms;
}

static void subscribe(struct bybit *b, struct turn_out *out)
{
	struct bybit_private_stream *stream = &b->private.stream;
	char text[128];
	int len = snprintf(text, sizeof text,
			   "{\"req_id\":\"s%u\",\"op\":\"subscribe\","
			   "\"args\":[\"order\",\"execution\",\"position\",\"wallet\"]}",
			   ++stream->request);

	if (!send(b, text, len, out))
		return;
	stream->login = LOGIN_SUBSCRIBING;
	stream->asked_ms = b->now_ms;
}

static void become_live(struct bybit *b, struct turn_out *out)
{
	b->private.stream.login = LOGIN_LIVE;
	b->private.stream.live_ms = b->now_ms;
	b->private.stream.pause_ms = 0;
	b->private.calls_due_ms = b->now_ms; /* lists wait for this */
	b->counts.logins++;
	if (b->rest_failures < BYBIT_FAILURES_DOWN && bybit_is_connected(b))
		bybit_tell_link(b, LINK_UP, 0, out);
}

/* A fresh connection, after a while. */
static void rest(struct bybit *b)
{
	struct bybit_private_stream *stream = &b->private.stream;

	stream->reopen = true;
	stream->open_ms = b->now_ms + budget_back_off(&stream->pause_ms, REFUSED_PAUSE_MS, REFUSED_MOST_MS,
						      random_next(&b->dice));
}

void bybit_on_private_ack(struct bybit *b, const struct bybit_private_frame *frame, struct turn_out *out)
{
	struct bybit_private_stream *stream = &b->private.stream;
	char why[64];

	if (strcmp(frame->op, "auth") == 0 && stream->login == LOGIN_ASKED) {
		if (frame->success) {
			subscribe(b, out);
			return;
		}
		snprintf(why, sizeof why, "login: %lld %.40s", (long long)frame->code, frame->message);
		if (frame->code == 10002 || strstr(frame->message, "expire") != NULL) { /* the clock */
			bybit_garbage(b, SYM_NONE, "private stream", why, out);
			bybit_want(b, JOB_TIME, b->now_ms);
			stream->reopen = true;
			stream->open_ms = b->now_ms + SECOND_MS;
			return;
		}
		bybit_key_refused(b, why, out);
		rest(b);
	} else if (strcmp(frame->op, "subscribe") == 0 && stream->login == LOGIN_SUBSCRIBING) {
		if (frame->success) {
			become_live(b, out);
			return;
		}
		bybit_garbage(b, SYM_NONE, "private stream, subscribe", frame->message, out);
		rest(b);
	}
}

static void forget_connection(struct bybit *b)
{
	struct bybit_private_stream *stream = &b->private.stream;

	stream->up = false;
	stream->login = LOGIN_NONE;
	stream->pinged_ms = stream->asked_ms = 0;
	b->private.lists.caught_up = false;
	bybit_positions_forget(b);
}

void bybit_private_up(struct bybit *b, struct turn_out *out)
{
	forget_connection(b);
	b->private.stream.up = true;
	b->private.stream.ping_ms = b->now_ms + PING_EVERY_MS;
	if (b->clock.offset_ms != UNKNOWN)
		log_in(b, out);
}

void bybit_private_down(struct bybit *b, struct turn_out *out)
{
	forget_connection(b);
	bybit_tell_link(b, LINK_DOWN, 0, out);
}

static void open_anew(struct bybit *b, struct turn_out *out)
{
	struct bybit_private_stream *stream = &b->private.stream;

	if (stream->reopen && outbox_close(out->say, BYBIT_STREAM_PRIVATE)) {
		stream->reopen = stream->opened = false;
		bybit_private_down(b, out);
	}
	if (!stream->opened && !stream->reopen && b->now_ms >= stream->open_ms)
		stream->opened = outbox_open(out->say, HOST_PRIVATE, BYBIT_STREAM_PRIVATE, PATH);
}

static void keep_alive(struct bybit *b, struct turn_out *out)
{
	struct bybit_private_stream *stream = &b->private.stream;
	char text[48];

	if (stream->pinged_ms != 0 && b->now_ms >= stream->pinged_ms + PONG_WAIT_MS)
		stream->reopen = true;
	if ((stream->login == LOGIN_ASKED || stream->login == LOGIN_SUBSCRIBING) &&
	    b->now_ms >= stream->asked_ms + ANSWER_MS)
		stream->reopen = true;
	if (b->now_ms < stream->ping_ms || stream->reopen)
		return;
	int len = snprintf(text, sizeof text, "{\"op\":\"ping\",\"req_id\":\"p%u\"}", ++stream->request);
	send(b, text, len, out);
	if (stream->pinged_ms == 0)
		stream->pinged_ms = b->now_ms;
	stream->ping_ms = b->now_ms + PING_EVERY_MS;
}

static void ask_ledger(struct bybit *b)
{
	b->private.ledger_due_ms = NEVER_MS;
	if (bybit_call_find(b, CALL_LEDGER, SYM_NONE, 0) == NULL)
		bybit_call_add(b, CALL_LEDGER, SYM_NONE, 0);
}

void bybit_private_step(struct bybit *b, struct turn_out *out)
{
	struct bybit_private_stream *stream = &b->private.stream;

	bybit_calls_send(b, out);
	if (stream->up && stream->login == LOGIN_NONE && b->clock.offset_ms != UNKNOWN)
		log_in(b, out);
	if (stream->up)
		keep_alive(b, out);
	if (stream->reopen || !stream->opened)
		open_anew(b, out);
	if (b->now_ms >= b->private.flat_due_ms)
		bybit_guard_step(b, out);
	if (b->now_ms >= b->private.ledger_due_ms)
		ask_ledger(b);
	bybit_facts_step(b);
	bybit_lists_step(b);
	bybit_calls_send(b, out);
}

ms_t bybit_private_due_ms(const struct bybit *b)
{
	const struct bybit_private_stream *stream = &b->private.stream;
	ms_t due_ms = bybit_calls_due_ms(b);

	due_ms = ms_earlier(due_ms, b->private.flat_due_ms);
	due_ms = ms_earlier(due_ms, b->private.ledger_due_ms);
	if (stream->reopen)
		return b->now_ms;
	if (!stream->opened)
		return ms_earlier(due_ms, stream->open_ms > b->now_ms ? stream->open_ms : b->now_ms);
	if (!stream->up)
		return due_ms;
	due_ms = ms_earlier(due_ms, stream->ping_ms);
	if (stream->pinged_ms != 0)
		due_ms = ms_earlier(due_ms, stream->pinged_ms + PONG_WAIT_MS);
	if (stream->login == LOGIN_ASKED || stream->login == LOGIN_SUBSCRIBING)
		due_ms = ms_earlier(due_ms, stream->asked_ms + ANSWER_MS);
	return due_ms;
}
