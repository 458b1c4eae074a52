/* SPDX-License-Identifier: MIT
 * See auditor.h. Here: what is put on the wire, by whose order, once, and within which limits. */
#include "auditor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#define MARK_AGE_MS (31 * SECOND_MS) /* a quote that is older closes entries (rule 2) */

static bool field(const char *body, const char *key, char *out, size_t size)
{
	char head[40];

	snprintf(head, sizeof head, "\"%s\":\"", key);
	const char *at = strstr(body, head);
	out[0] = '\0';
	if (at == NULL)
		return false;
	at += strlen(head);
	snprintf(out, size, "%.*s", (int)strcspn(at, "\""), at);
	return true;
}

/* A decimal text in units of 10^-to; digits beyond are cut off. 0 for "". */
static int64_t scaled(const char *text, int64_t to)
{
	audit_wide value = 0;
	int64_t decimals = -1;

	for (; *text != '\0' && decimals < to; text++) {
		if (*text == '.')
			decimals = 0;
		else
			value = value * 10 + (*text - '0'), decimals += decimals >= 0;
	}
	return audit_scaled(value, 1, decimals < 0 ? 0 : decimals, to);
}

void auditor_told(struct auditor *a, const struct record *record)
{
	if (record->kind == RECORD_NOTE)
		a->notes[record->note.note]++;
	a->fills += record->kind == RECORD_FILL && record->fill.book == BOOK_MAIN;
	if (record->kind == RECORD_DECISION && record->decision.verdict == VERDICT_APPROVED &&
	    record->decision.book == BOOK_MAIN)
		a->decisions[a->decision_count++ % AUDIT_DECISIONS] = record->decision;
}

/* One decision, one entry. */
static void claim_decision(struct auditor *a, const struct order_request *order)
{
	for (size_t i = 0; i < AUDIT_DECISIONS; i++) {
		struct decision *d = &a->decisions[i];
		if (d->seq == 0 || d->sym != order->sym || d->side != order->side || d->qty != order->qty ||
		    d->entry != order->price || d->stop != order->stop || d->target != order->target)
			continue;
		d->seq = 0;
		return;
	}
	audit_violation(a, "%s: an entry that no decision stands for", a->universe->at[order->sym].wire);
}

void auditor_sent(struct auditor *a, const struct order_request *order, ms_t now_ms)
{
	const struct instrument *instrument = &a->universe->at[order->sym];

	if (a->sent_count == AUDIT_SENT_MAX)
		abort();
	a->sent[a->sent_count++] = (struct audit_sent){.order = *order,
						       .sym = audit_symbol_of(a, order->sym),
						       .price = audit_price(instrument, order->price),
						       .stop = audit_price(instrument, order->stop),
						       .target = audit_price(instrument, order->target),
						       .coins = audit_coins(instrument, order->qty),
						       .at_ms = now_ms};
	if (order->verb == VERB_ENTER)
		claim_decision(a, order);
}

static struct audit_sent *find_sent(struct auditor *a, int64_t id)
{
	for (size_t i = a->sent_count; i-- > 0;)
		if (a->sent[i].order.id == id && id != 0)
			return &a->sent[i];
	return NULL;
}

/* On the disk, as somebody else reads it. */
static bool is_committed(struct auditor *a, const char *column, int64_t id)
{
	char text[96];
	sqlite3_stmt *ask = NULL;
	bool found = false;

	if (a->journal == NULL &&
	    sqlite3_open_v2(a->path, &a->journal, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		return false;
	snprintf(text, sizeof text, "SELECT 1 FROM intents WHERE %s = %lld AND kind = 'ticket'", column,
		 (long long)id);
	if (sqlite3_prepare_v2(a->journal, text, -1, &ask, NULL) == SQLITE_OK)
		found = sqlite3_step(ask) == SQLITE_ROW;
	sqlite3_finalize(ask);
	return found;
}

/* The most E can have been taken for: as of what was last told of the wallet, and of quotes that may still be
 * decided on. */
static money_t equity_at_most(const struct auditor *a)
{
	ms_t since_ms = a->now_ms - MARK_AGE_MS;
	money_t most = 0;

	since_ms = a->told_wallet_ms < since_ms ? a->told_wallet_ms : since_ms;
	for (size_t i = a->equity_count; i-- > 0 && a->equity_count - i < AUDIT_EQUITY_MAX;) {
		const struct audit_equity *e = &a->equity[i % AUDIT_EQUITY_MAX];
		most = e->equity > most ? e->equity : most;
		if (e->at_ms < since_ms)
			break; /* it was still that then */
	}
	return most;
}

/* The lowest of what may still have been the mark. */
static price_t mark_at_least(const struct auditor *a, size_t sym)
{
	const struct audit_symbol *s = &a->at[sym];
	price_t least = INT64_MAX;

	for (size_t i = s->mark_count; i-- > 0 && s->mark_count - i < AUDIT_MARKS_MAX;) {
		price_t mark = s->marks[i % AUDIT_MARKS_MAX].mark;
		least = mark < least ? mark : least;
		if (s->marks[i % AUDIT_MARKS_MAX].at_ms < a->now_ms - MARK_AGE_MS)
			break;
	}
	return least == INT64_MAX ? 0 : least;
}

/* What of the bot's is in a symbol, and on its way there. */
static money_t exposure(const struct auditor *a, size_t sym)
{
	const struct emu_account *account = a->emu->account;
	const struct instrument *instrument = &emu_slot(account, (int64_t)sym)->instrument;
	money_t sum = audit_value(audit_price(instrument, mark_at_least(a, sym)),
				  audit_coins(instrument, a->at[sym].own));

	for (int64_t n = account->live_from + 1; n <= account->order_count; n++) {
		const struct emu_order *order = emu_order_at(account, n);
		if (order->sym != (int64_t)sym || order->reduce || emu_status_is_final(order->status) ||
		    order->status == EMU_STATUS_LOST || !audit_is_ours(account, order))
			continue;
		sum += audit_value(audit_price(instrument, order->last),
				   audit_coins(instrument, order->qty - order->filled));
	}
	return sum;
}

static void check_money(struct auditor *a, const struct audit_sent *sent)
{
	const char *wire = a->emu->universe.at[sent->sym].wire;
	ratio_t fee = a->universe->at[sent->order.sym].taker_fee;
	int64_t distance = sent->stop < sent->price ? sent->price - sent->stop : sent->stop - sent->price;
	money_t equity = equity_at_most(a), value = audit_value(sent->price, sent->coins), all = value;
	money_t traded = value + audit_value(sent->stop, sent->coins);
	money_t loss = audit_value(distance, sent->coins) + (money_t)((audit_wide)traded * fee / RATIO_ONE);
	bool half = a->is_half(a->ctx);

	for (size_t i = 0; i < a->emu->universe.count; i++)
		all += exposure(a, i);
	if (loss > equity / (half ? 200 : 100))
		audit_violation(a, "%s: an entry may lose %lld of %lld", wire, (long long)loss,
				(long long)equity);
	if (value + exposure(a, (size_t)sent->sym) > equity * 3 / (half ? 20 : 10))
		audit_violation(a, "%s: an entry of %lld in a symbol, E is %lld", wire, (long long)value,
				(long long)equity);
	if (all > equity / (half ? 4 : 2))
		audit_violation(a, "%s: an entry makes it %lld in all, E is %lld", wire, (long long)all,
				(long long)equity);
}

static void check_levels(struct auditor *a, const struct audit_sent *sent)
{
	int64_t side = sent->order.side;
	int64_t risk = side * (sent->price - sent->stop), reward = side * (sent->target - sent->price);

	if (risk <= 0 || reward <= 0 || (audit_wide)2 * reward < (audit_wide)3 * risk)
		audit_violation(a, "%s: entry %lld, stop %lld, target %lld",
				a->emu->universe.at[sent->sym].wire, (long long)sent->price,
				(long long)sent->stop, (long long)sent->target);
}

/* What else is there, as far as it had been told. */
static void check_company(struct auditor *a, const struct audit_sent *sent)
{
	const struct emu_account *account = a->emu->account;
	const struct audit_symbol *s = &a->at[sent->sym];
	const char *wire = a->emu->universe.at[sent->sym].wire;

	for (int64_t n = account->live_from + 1; n <= account->order_count; n++) {
		const struct emu_order *order = emu_order_at(account, n);
		if (order->sym == sent->sym && !order->reduce && !emu_status_is_final(order->status) &&
		    order->status != EMU_STATUS_LOST && audit_is_ours(account, order))
			audit_violation(a, "%s: a second entry while %s works", wire, order->link);
	}
	if (s->own > 0)
		audit_violation(a, "%s: an entry where %lld lots are held", wire, (long long)s->own);
	if (s->alien_ms != 0 && s->told_position_ms > s->alien_ms && s->alien_ms < a->now_ms - SECOND_MS)
		audit_violation(a, "%s: an entry beside what is not ours, told since %lld", wire,
				(long long)s->alien_ms);
	if (s->wild_ms != 0 && s->told_leverage_ms >= s->wild_ms && s->wild_ms < a->now_ms - SECOND_MS)
		audit_violation(a, "%s: an entry at a leverage over 2, told since %lld", wire,
				(long long)s->wild_ms);
}

static void check_entry(struct auditor *a, struct audit_sent *sent, const char *body)
{
	const char *wire = a->emu->universe.at[sent->sym].wire;
	char stop[40], target[40];

	a->enters++;
	field(body, "stopLoss", stop, sizeof stop);
	field(body, "takeProfit", target, sizeof target);
	if (sent->order.verb != VERB_ENTER || scaled(stop, 12) != sent->stop ||
	    scaled(target, 12) != sent->target)
		audit_violation(a, "%s: an entry is not as its ticket: %.80s", wire, body);
	if (sent->wire > 1)
		audit_violation(a, "%s: an entry is sent a second time", wire);
	check_money(a, sent);
	check_levels(a, sent);
	check_company(a, sent);
	if (a->entering != NULL)
		a->entering(a->entering_ctx, sent->sym);
}

static void on_create(struct auditor *a, const char *body)
{
	char link[40], symbol[40], side[16], qty[40];

	field(body, "orderLinkId", link, sizeof link);
	field(body, "symbol", symbol, sizeof symbol);
	field(body, "side", side, sizeof side);
	field(body, "qty", qty, sizeof qty);
	int64_t id = client_id_parse(link);
	struct audit_sent *sent = find_sent(a, id);
	if (sent == NULL) {
		audit_violation(a, "%s: no ticket stands for order %s", symbol, link);
		return;
	}
	sent->wire++;
	if (emu_find(a->emu, symbol) != sent->sym || scaled(qty, 6) != sent->coins ||
	    (side[0] == 'B') != (sent->order.side == SIDE_LONG))
		audit_violation(a, "%s: order %s is not as its ticket", symbol, link);
	if (!is_committed(a, "order_id", id))
		audit_violation(a, "%s: order %s leaves before it is in the journal", symbol, link);
	if (strstr(body, "\"reduceOnly\":true") == NULL) {
		check_entry(a, sent, body);
		return;
	}
	a->reduces++;
	a->at[sent->sym].idle_ms = 0;
	if (sent->order.verb != VERB_REDUCE)
		audit_violation(a, "%s: order %s is no reduce", symbol, link);
}

/* A stop or target is taken away: somebody has asked for it. */
static void on_unprotect(struct auditor *a, int64_t sym, enum role role)
{
	for (size_t i = a->asked_count; i-- > 0;) {
		struct audit_asked *asked = &a->asked[i];
		if (asked->sym != sym || client_id_role(asked->id) != role)
			continue;
		asked->used++;
		return;
	}
	audit_violation(a, "%s: a stop or target is taken away unasked", a->emu->universe.at[sym].wire);
}

static void on_stop(struct auditor *a, const char *body)
{
	char symbol[40], stop_text[40], target_text[40];

	field(body, "symbol", symbol, sizeof symbol);
	bool has_stop = field(body, "stopLoss", stop_text, sizeof stop_text);
	bool has_target = field(body, "takeProfit", target_text, sizeof target_text);
	int64_t sym = emu_find(a->emu, symbol), stop = scaled(stop_text, 12),
		target = scaled(target_text, 12);
	if ((has_stop && stop == 0) || (has_target && target == 0)) {
		a->cancels++;
		on_unprotect(a, sym, has_stop && stop == 0 ? ROLE_STOP : ROLE_TARGET);
		return;
	}
	a->protects++;
	a->at[sym].idle_ms = 0;
	for (size_t i = a->sent_count; i-- > 0;) {
		struct audit_sent *sent = &a->sent[i];
		if (sent->order.verb != VERB_PROTECT || sent->sym != sym || sent->stop != stop ||
		    (target != 0 && sent->target != target))
			continue;
		sent->wire++;
		if (!is_committed(a, "stop_id", sent->order.stop_id))
			audit_violation(a, "%s: a stop leaves before it is in the journal", symbol);
		return;
	}
	audit_violation(a, "%s: no ticket stands for a stop at %s", symbol, stop_text);
}

static void on_cancel(struct auditor *a, const char *body)
{
	char link[40];

	a->cancels++;
	field(body, "orderLinkId", link, sizeof link);
	int64_t id = client_id_parse(link);
	for (size_t i = a->asked_count; i-- > 0;)
		if (a->asked[i].id == id && id != 0)
			return;
	audit_violation(a, "%s is cancelled unasked", link);
}

static bool is_path(const char *path, const char *which)
{
	return strncmp(path, which, strlen(which)) == 0;
}

void audit_leaves(void *ctx, const char *path, const struct say *say)
{
	struct auditor *a = ctx;

	auditor_look(a, a->wire->now_ms);
	a->orders_before = a->emu->account->order_count;
	if (a->trace && strstr(path, "/market/") == NULL)
		printf("%lld -> %s %s\n", (long long)a->wire->now_ms, path, say->post ? say->text : "");
	if (!say->post)
		return;
	if (is_path(path, "/v5/order/create"))
		on_create(a, say->text);
	else if (is_path(path, "/v5/order/cancel"))
		on_cancel(a, say->text);
	else if (is_path(path, "/v5/position/trading-stop"))
		on_stop(a, say->text);
	else if (!is_path(path, "/v5/position/set-leverage"))
		audit_violation(a, "%s: who asked for that?", path);
}

/* When the answer was true; 0: it is of an unknown time. */
ms_t audit_handled(void *ctx, const char *path, const struct say *say, const struct emu_reply *reply)
{
	struct auditor *a = ctx;
	char link[40];

	(void)reply;
	if (say->post && is_path(path, "/v5/order/create") &&
	    field(say->text, "orderLinkId", link, sizeof link)) {
		struct audit_sent *sent = find_sent(a, client_id_parse(link));
		for (int64_t n = a->orders_before + 1; sent != NULL && n <= a->emu->account->order_count; n++)
			if (strcmp(emu_order_at(a->emu->account, n)->link, link) == 0 && ++sent->handled > 1)
				audit_violation(a, "%s: the exchange has taken it twice", link);
	}
	auditor_look(a, a->wire->now_ms);
	return emu_fault_until(a->emu, EMU_FAULT_STALE_READS) > 0 ? 0 : a->wire->now_ms;
}
