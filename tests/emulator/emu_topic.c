/* SPDX-License-Identifier: MIT
 * Streams: who is there, who has which topic, and what is answered to subscribe, unsubscribe and ping. Data
 * messages pass the faults here, one client after the other. */
#include "emu_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hash.h"

#define PATH_PUBLIC  "/v5/public/linear"
#define PATH_PRIVATE "/v5/private"

static void name_client(const struct emu *emu, struct emu_client *client)
{
	int64_t word = (int64_t)client->number;
	uint64_t a = hash_words(emu->setup.market.seed, &word, 1), b = hash_words(a, &word, 1);

	snprintf(client->conn_id, sizeof(client->conn_id), "%08x-%04x-%04x-%04x-%012llx", (unsigned)(a >> 32),
		 (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xffff), (unsigned)(b >> 48),
		 (unsigned long long)(b & 0xffffffffffffULL));
}

int emu_ws_open(struct emu *emu, ms_t now, const char *target)
{
	size_t path = strcspn(target, "?");

	emu_advance(emu, now);
	emu->counts.opens++;
	bool is_private = path == strlen(PATH_PRIVATE) && strncmp(target, PATH_PRIVATE, path) == 0;
	if (!is_private && (path != strlen(PATH_PUBLIC) || strncmp(target, PATH_PUBLIC, path) != 0))
		return -404;
	if (emu_fault_until(emu, EMU_FAULT_MAINTENANCE) > 0 || emu_fault_until(emu, EMU_FAULT_NO_STREAMS) > 0)
		return -503;
	for (int i = 0; i < EMU_CLIENTS_MAX; i++) {
		struct emu_client *client = &emu->clients[i];
		if (client->open || client->closing)
			continue;
		client->open = true;
		client->number = ++emu->client_count;
		client->topic_count = client->args = 0;
		client->is_private = is_private;
		client->heard_ms = emu->now_ms;
		client->known = false;
		client->plain = client->linear = client->silent = 0;
		name_client(emu, client);
		return i;
	}
	return -503;
}

/* Where a topic is counted: tickers, trades, four books, thirteen intervals. */
static int32_t *listeners(struct emu *emu, int64_t kind, int64_t sym, int64_t detail)
{
	int32_t *slots = emu->symbols[sym].listeners;

	switch (kind) {
	case TOPIC_TICKER: return &slots[0];
	case TOPIC_TRADE: return &slots[1];
	case TOPIC_BOOK: return &slots[2 + detail];
	default: return &slots[2 + EMU_BOOK_LEVELS + emu_interval_index(detail)];
	}
}

static void count_topic(struct emu *emu, const struct emu_topic *topic, int32_t step)
{
	emu->subscriptions += step;
	if (topic->kind != TOPIC_QUIET)
		*listeners(emu, topic->kind, topic->sym, topic->detail) += step;
}

static void forget_topics(struct emu *emu, struct emu_client *client)
{
	for (size_t i = 0; i < client->topic_count; i++)
		count_topic(emu, &client->topics[i], -1);
	client->topic_count = 0;
}

bool emu_anybody(struct emu *emu, int64_t kind, int64_t sym, int64_t detail)
{
	return emu->subscriptions > 0 && *listeners(emu, kind, sym, detail) > 0;
}

void emu_ws_close(struct emu *emu, int client)
{
	struct emu_client *c = &emu->clients[client];

	if (!c->open && !c->closing)
		return;
	c->open = c->closing = false;
	forget_topics(emu, c);
	emu_queue_forget(emu, client);
}

/* Closes a stream from here. What was queued is sent before. */
static void drop(struct emu *emu, int number)
{
	struct emu_client *client = &emu->clients[number];

	emu_queue(emu, number, EMU_CLOSE, "", 0);
	client->open = false;
	client->closing = true;
	forget_topics(emu, client);
}

void emu_clients_drop(struct emu *emu)
{
	for (int i = 0; i < EMU_CLIENTS_MAX; i++)
		if (emu->clients[i].open)
			drop(emu, i);
}

ms_t emu_clients_idle_ms(const struct emu *emu)
{
	ms_t next = NEVER_MS;

	for (int i = 0; i < EMU_CLIENTS_MAX; i++) {
		const struct emu_client *client = &emu->clients[i];
		if (client->open && client->is_private && client->heard_ms + EMU_IDLE_MS < next)
			next = client->heard_ms + EMU_IDLE_MS;
	}
	return next;
}

void emu_clients_idle(struct emu *emu)
{
	for (int i = 0; i < EMU_CLIENTS_MAX; i++) {
		const struct emu_client *client = &emu->clients[i];
		if (!client->open || !client->is_private || client->heard_ms + EMU_IDLE_MS > emu->now_ms)
			continue;
		emu_note(emu, "a private stream said nothing for 10 minutes: closed");
		drop(emu, i);
	}
}

void emu_pass(struct emu *emu, int client, int64_t sym, const char *text, size_t len)
{
	int64_t value = 0;

	if (emu_fault_take(emu, EMU_FAULT_MISS, sym, NULL))
		return;
	for (int kind = EMU_FAULT_FRAME_TRUNCATED; kind <= EMU_FAULT_FRAME_NAN; kind++) {
		if (!emu_fault_take(emu, (enum emu_fault_kind)kind, sym, NULL))
			continue;
		emu_mangle((enum emu_fault_kind)kind, text, len, &emu->dice, &emu->work);
		emu_queue(emu, client, EMU_TEXT, emu->work.at, emu->work.len);
		return;
	}
	if (emu_fault_take(emu, EMU_FAULT_LATE, sym, &value)) {
		emu_queue_late(emu, client, text, len, emu->now_ms + value);
		return;
	}
	if (emu_fault_take(emu, EMU_FAULT_REORDER, sym, NULL)) {
		emu_queue_late(emu, client, text, len, emu->now_ms + 1);
		return;
	}
	emu_queue(emu, client, EMU_TEXT, text, len);
	if (emu_fault_take(emu, EMU_FAULT_DUPLICATE, sym, NULL))
		emu_queue(emu, client, EMU_TEXT, text, len);
}

void emu_publish(struct emu *emu, int64_t kind, int64_t sym, int64_t detail)
{
	for (int i = 0; i < EMU_CLIENTS_MAX && emu->subscriptions > 0; i++) {
		const struct emu_client *client = &emu->clients[i];
		for (size_t k = 0; k < client->topic_count; k++) {
			const struct emu_topic *topic = &client->topics[k];
			if (topic->kind == kind && topic->sym == sym && topic->detail == detail &&
			    !topic->silent)
				emu_pass(emu, i, sym, emu->frame.at, emu->frame.len);
		}
	}
}

/* "kline.1.BTCUSDT", "tickers.BTCUSDT", "orderbook.50.BTCUSDT", "publicTrade.BTCUSDT". False: none of them.
 */
static bool parse_topic(const struct emu *emu, const char *text, struct emu_topic *topic)
{
	char kind[24] = "", middle[16] = "";
	const char *first = strchr(text, '.'), *last = strrchr(text, '.');

	*topic = (struct emu_topic){.kind = TOPIC_QUIET, .sym = SYM_NONE};
	if (first == NULL || strlen(text) >= sizeof(topic->text) || (size_t)(first - text) >= sizeof(kind) ||
	    last - first >= (ptrdiff_t)sizeof(middle))
		return false;
	strcpy(topic->text, text);
	memcpy(kind, text, (size_t)(first - text));
	if (last > first)
		memcpy(middle, first + 1, (size_t)(last - first - 1));
	topic->sym = emu_find(emu, last + 1);
	bool known = topic->sym != SYM_NONE && emu_is_listed(&emu->symbols[topic->sym]);
	if (!known && !emu_listing_has(emu, last + 1))
		return false;
	bool plain = last == first, right;
	int64_t is = TOPIC_QUIET;
	if (strcmp(kind, "kline") == 0) {
		is = TOPIC_KLINE;
		topic->detail = emu_interval_ms(middle);
		right = topic->detail != 0;
	} else if (strcmp(kind, "orderbook") == 0) {
		is = TOPIC_BOOK;
		for (right = false; topic->detail < EMU_BOOK_LEVELS; topic->detail++) {
			char level[16];
			snprintf(level, sizeof(level), "%lld", (long long)emu_book_levels[topic->detail]);
			if ((right = strcmp(level, middle) == 0))
				break;
		}
	} else {
		is = strcmp(kind, "tickers") == 0       ? TOPIC_TICKER
		     : strcmp(kind, "publicTrade") == 0 ? TOPIC_TRADE
							: TOPIC_QUIET;
		right = plain && (is != TOPIC_QUIET || strcmp(kind, "allLiquidation") == 0 ||
				  strcmp(kind, "priceLimit") == 0);
	}
	topic->kind = known ? is : TOPIC_QUIET;
	return right;
}

static void acknowledge(struct emu *emu, int client, const char *op, const char *req_id, bool success,
			const char *message)
{
	text_clear(&emu->frame);
	text_add(&emu->frame,
		 "{\"success\":%s,\"ret_msg\":\"%s\",\"conn_id\":\"%s\",\"req_id\":\"%s\",\"op\":\"%s\"}",
		 success ? "true" : "false", message, emu->clients[client].conn_id, req_id, op);
	emu_queue(emu, client, EMU_TEXT, emu->frame.at, emu->frame.len);
}

static struct emu_topic *find_topic(struct emu_client *client, const char *text)
{
	for (size_t i = 0; i < client->topic_count; i++)
		if (strcmp(client->topics[i].text, text) == 0)
			return &client->topics[i];
	return NULL;
}

/* Every argument is right, or why not. Nothing is subscribed yet. */
static bool check_args(struct emu *emu, struct emu_client *client, const struct cJSON *args, char *why,
		       size_t size)
{
	size_t characters = 0;

	if (json_count(args) == 0) {
		snprintf(why, size, "args is empty");
		return false;
	}
	for (const struct cJSON *item = json_first(args); item != NULL; item = json_next(item)) {
		struct emu_topic topic;
		const char *text = "";
		if (json_text(item, &text) != JSON_OK || strpbrk(text, "\"\\") != NULL ||
		    !parse_topic(emu, text, &topic)) {
			snprintf(why, size, "Invalid topic: %.80s", strpbrk(text, "\"\\") ? "?" : text);
			return false;
		}
		if (find_topic(client, text) != NULL) {
			snprintf(why, size, "error:already subscribed,topic:%s", text);
			return false;
		}
		characters += strlen(text);
	}
	if (client->args + characters > EMU_ARGS_MAX) {
		snprintf(why, size, "args size >%d", EMU_ARGS_MAX);
		return false;
	}
	return true;
}

static void subscribe(struct emu *emu, int number, const struct cJSON *args, const char *req_id)
{
	struct emu_client *client = &emu->clients[number];
	char why[160];

	if (!check_args(emu, client, args, why, sizeof(why))) {
		acknowledge(emu, number, "subscribe", req_id, false, why);
		return;
	}
	if (emu_fault_take(emu, EMU_FAULT_REFUSED, SYM_NONE, NULL)) {
		acknowledge(emu, number, "subscribe", req_id, false, "error:server busy");
		return;
	}
	bool silent = emu_fault_take(emu, EMU_FAULT_SILENT, SYM_NONE, NULL);
	bool told = !emu_fault_take(emu, EMU_FAULT_NO_ACK, SYM_NONE, NULL);
	if (told)
		acknowledge(emu, number, "subscribe", req_id, true, "");
	for (const struct cJSON *item = json_first(args); item != NULL; item = json_next(item)) {
		struct emu_topic topic;
		const char *text = "";
		if (json_text(item, &text) != JSON_OK || !parse_topic(emu, text, &topic) ||
		    find_topic(client, text) != NULL)
			continue;
		topic.silent = silent;
		client->args += strlen(text);
		if (client->topic_count == client->topic_room) {
			client->topic_room = client->topic_room > 0 ? 2 * client->topic_room : 64;
			client->topics = emu_grow(client->topics, client->topic_room * sizeof(topic));
		}
		emu_topic_snapshot(emu, number, &topic);
		client->topics[client->topic_count++] = topic;
		count_topic(emu, &topic, 1);
	}
}

static void unsubscribe(struct emu *emu, int number, const struct cJSON *args, const char *req_id)
{
	struct emu_client *client = &emu->clients[number];

	for (const struct cJSON *item = json_first(args); item != NULL; item = json_next(item)) {
		const char *text = "";
		struct emu_topic *topic = json_text(item, &text) == JSON_OK ? find_topic(client, text) : NULL;
		if (topic == NULL)
			continue;
		client->args -= strlen(text);
		count_topic(emu, topic, -1);
		client->topic_count--;
		memmove(topic, topic + 1,
			(size_t)(client->topics + client->topic_count - topic) * sizeof(*topic));
	}
	acknowledge(emu, number, "unsubscribe", req_id, true, "");
}

void emu_ws_frame(struct emu *emu, ms_t now, int client, const char *text, size_t len)
{
	const struct cJSON *root = NULL;
	const char *op = "", *said = "";
	char req_id[128] = "";

	emu_advance(emu, now);
	emu->counts.messages++;
	if (client < 0 || client >= EMU_CLIENTS_MAX || !emu->clients[client].open)
		return;
	emu->clients[client].heard_ms = emu->now_ms;
	if (json_parse(&emu->arena, text, len, &root) != JSON_OK ||
	    json_text(json_member(root, "op"), &op) != JSON_OK) {
		acknowledge(emu, client, "", "", false, "error:request format");
		return;
	}
	if (json_number_text(json_member(root, "req_id"), &said) == JSON_OK && strpbrk(said, "\"\\") == NULL)
		snprintf(req_id, sizeof(req_id), "%s", said);
	if (emu->clients[client].is_private)
		emu_private_frame(emu, client, root, op, req_id);
	else if (strcmp(op, "subscribe") == 0)
		subscribe(emu, client, json_member(root, "args"), req_id);
	else if (strcmp(op, "unsubscribe") == 0)
		unsubscribe(emu, client, json_member(root, "args"), req_id);
	else if (strcmp(op, "ping") != 0)
		acknowledge(emu, client, "", req_id, false, "error:unknown op");
	else if (emu_fault_until(emu, EMU_FAULT_NO_PONG) == 0)
		acknowledge(emu, client, "ping", req_id, true, "pong");
}
