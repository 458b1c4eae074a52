/* SPDX-License-Identifier: MIT
 * The private stream: login, topics, pings, and the account's news. There is no snapshot when a topic is
 * subscribed to. */
#include "emu_private.h"

#include <stdio.h>
#include <string.h>

static void acknowledge(struct emu *emu, int client, const char *op, const char *req_id, bool success,
			const char *message)
{
	struct text *out = &emu->frame;
	const char *conn_id = emu->clients[client].conn_id;

	text_clear(out);
	if (emu->account != NULL && emu->account->setup.code_acks && strcmp(op, "auth") == 0)
		text_add(out, "{\"retCode\":%d,\"retMsg\":\"%s\",\"op\":\"auth\",\"connId\":\"%s\"}",
			 success ? 0 : 10004, success ? "OK" : message, conn_id);
	else {
		text_add(out, "{");
		if (req_id[0] != '\0')
			text_add(out, "\"req_id\":\"%s\",", req_id);
		text_add(out, "\"success\":%s,\"ret_msg\":\"%s\",\"op\":\"%s\",\"conn_id\":\"%s\"}",
			 success ? "true" : "false", message, op, conn_id);
	}
	emu_queue(emu, client, EMU_TEXT, out->at, out->len);
}

/* ["key", expires, "signature"] */
static bool may_log_in(struct emu *emu, const struct cJSON *args)
{
	const char *key = "", *sign = "";
	int64_t expires = 0;
	char text[64], expected[HMAC_HEX_SIZE];

	if (emu->account == NULL || json_text(json_at(args, 0), &key) != JSON_OK ||
	    json_int64(json_at(args, 1), &expires) != JSON_OK ||
	    json_text(json_at(args, 2), &sign) != JSON_OK || strcmp(key, emu->account->setup.key) != 0 ||
	    expires <= emu_server_ms(emu) || emu_fault_until(emu, EMU_FAULT_KEY_DEAD) > 0)
		return false;
	int len = snprintf(text, sizeof(text), "GET/realtime%lld", (long long)expires);
	return hmac_hex(&emu->account->hmac, text, (size_t)len, expected) == 0 && strcmp(expected, sign) == 0;
}

static void log_in(struct emu *emu, int client, const struct cJSON *args, const char *req_id)
{
	struct emu_client *c = &emu->clients[client];

	if (c->known) {
		acknowledge(emu, client, "auth", req_id, false, "Repeat auth");
		return;
	}
	c->known = may_log_in(emu, args) && !emu_fault_take(emu, EMU_FAULT_LOGIN_REFUSED, SYM_NONE, NULL);
	acknowledge(emu, client, "auth", req_id, c->known, c->known ? "" : "Params Error");
}

/* A bit of plain or linear; *is_linear says which. 0: no such topic. */
static uint8_t topic_bit(const char *text, bool *is_linear)
{
	for (int i = 0; i < EMU_TOPICS; i++) {
		size_t len = strlen(emu_private_topics[i]);
		if (strncmp(text, emu_private_topics[i], len) != 0)
			continue;
		*is_linear = strcmp(text + len, ".linear") == 0 && i != TOPIC_WALLET;
		if (text[len] == '\0' || *is_linear)
			return (uint8_t)(1 << i);
	}
	return 0;
}

/* All arguments are right: their bits. */
static bool read_topics(const struct cJSON *args, uint8_t bits[2], char *why, size_t size)
{
	bool is_linear = false;

	bits[0] = bits[1] = 0;
	for (const struct cJSON *item = json_first(args); item != NULL; item = json_next(item)) {
		const char *text = "";
		uint8_t bit = json_text(item, &text) == JSON_OK ? topic_bit(text, &is_linear) : 0;
		if (bit == 0) {
			snprintf(why, size, "error:handler not found,topic:%.60s",
				 strpbrk(text, "\"\\") ? "?" : text);
			return false;
		}
		bits[is_linear] |= bit;
	}
	/* the wallet has one style only and goes with both */
	if ((bits[0] & ~(1 << TOPIC_WALLET)) != 0 && bits[1] != 0) {
		snprintf(why, size, "error:topics of all categories and of one in one request");
		return false;
	}
	snprintf(why, size, "args is empty");
	return (bits[0] | bits[1]) != 0;
}

static void subscribe(struct emu *emu, int client, const struct cJSON *args, const char *req_id, bool on)
{
	struct emu_client *c = &emu->clients[client];
	const char *op = on ? "subscribe" : "unsubscribe";
	uint8_t bits[2];
	char why[160] = "";

	if (!c->known) {
		acknowledge(emu, client, op, req_id, false, "Request not authorized");
		return;
	}
	if (!read_topics(args, bits, why, sizeof(why))) {
		acknowledge(emu, client, op, req_id, false, why);
		return;
	}
	if (on && ((bits[0] & c->plain) != 0 || (bits[1] & c->linear) != 0)) {
		acknowledge(emu, client, op, req_id, false, "error:already subscribed");
		return;
	}
	if (on && emu_fault_take(emu, EMU_FAULT_REFUSED, SYM_NONE, NULL)) {
		acknowledge(emu, client, op, req_id, false, "error:server busy");
		return;
	}
	c->plain = (uint8_t)(on ? c->plain | bits[0] : c->plain & ~bits[0]);
	c->linear = (uint8_t)(on ? c->linear | bits[1] : c->linear & ~bits[1]);
	c->silent &= (uint8_t) ~(bits[0] | bits[1]);
	if (on && emu_fault_take(emu, EMU_FAULT_SILENT, SYM_NONE, NULL))
		c->silent |= bits[0] | bits[1];
	if (!on || !emu_fault_take(emu, EMU_FAULT_NO_ACK, SYM_NONE, NULL))
		acknowledge(emu, client, op, req_id, true, "");
}

void emu_private_frame(struct emu *emu, int client, const struct cJSON *root, const char *op,
		       const char *req_id)
{
	const struct cJSON *args = json_member(root, "args");

	if (strcmp(op, "auth") == 0) {
		log_in(emu, client, args, req_id);
	} else if (strcmp(op, "subscribe") == 0 || strcmp(op, "unsubscribe") == 0) {
		subscribe(emu, client, args, req_id, op[0] == 's');
	} else if (strcmp(op, "ping") != 0) {
		acknowledge(emu, client, "", req_id, false, "error:unknown op");
	} else if (emu_fault_until(emu, EMU_FAULT_NO_PONG) == 0) {
		text_clear(&emu->frame);
		text_add(&emu->frame, "{");
		if (req_id[0] != '\0')
			text_add(&emu->frame, "\"req_id\":\"%s\",", req_id);
		text_add(&emu->frame, "\"op\":\"pong\",\"args\":[\"%lld\"],\"conn_id\":\"%s\"}",
			 (long long)emu_server_ms(emu), emu->clients[client].conn_id);
		emu_queue(emu, client, EMU_TEXT, emu->frame.at, emu->frame.len);
	}
}

/* One message to one client, and what may happen to it there. */
static void pass(struct emu *emu, int client, int64_t sym, const struct text *text)
{
	int64_t value = 0;

	if (emu_fault_take(emu, EMU_FAULT_NEWS_MISS, sym, NULL))
		return;
	if (emu_fault_take(emu, EMU_FAULT_NEWS_LATE, sym, &value)) {
		emu_queue_late(emu, client, text->at, text->len, emu->now_ms + value);
		return;
	}
	if (emu_fault_take(emu, EMU_FAULT_NEWS_REORDER, sym, NULL)) {
		emu_queue_late(emu, client, text->at, text->len, emu->now_ms + 1);
		return;
	}
	emu_pass(emu, client, sym, text->at, text->len);
	if (emu_fault_take(emu, EMU_FAULT_NEWS_DUPLICATE, sym, &value))
		emu_queue_late(emu, client, text->at, text->len, emu->now_ms + value);
}

void emu_private_publish(struct emu *emu, enum emu_private_topic topic, int64_t sym, const char *id,
			 const char *rows)
{
	struct text text = {0};
	uint8_t bit = (uint8_t)(1 << topic);
	const char *wire = sym < SIM_SYMBOLS_MAX ? emu->universe.at[sym].wire : "USDT";

	for (int i = 0; i < EMU_CLIENTS_MAX; i++) {
		struct emu_client *client = &emu->clients[i];
		if (!client->open || !client->known || (client->silent & bit) != 0)
			continue;
		for (int linear = 0; linear < 2; linear++) {
			if (((linear ? client->linear : client->plain) & bit) == 0)
				continue;
			text_clear(&text);
			text_add(&text, "{\"topic\":\"%s%s\",\"id\":\"", emu_private_topics[topic],
				 linear ? ".linear" : "");
			if (id != NULL)
				text_add(&text, "%s", id);
			else
				text_add(&text, "592324_%s_%lld", wire, (long long)emu->account->seq);
			text_add(&text, "\",\"creationTime\":%lld,\"data\":[", (long long)emu->now_ms);
			text_put(&text, rows, strlen(rows));
			text_put(&text, "]}", 2);
			client->heard_ms = emu->now_ms;
			pass(emu, i, sym, &text);
		}
	}
	text_free(&text);
}
