/* SPDX-License-Identifier: MIT
 * See auditor.h. Here: whose the exchange's positions are, what of that could be known, and how long it was
 * without a stop. */
#include "auditor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

void audit_violation(struct auditor *a, const char *format, ...)
{
	char text[SPY_TEXT_MAX];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	spy_violation(a->spy, "at %lld: %s", (long long)a->now_ms, text);
}

static void hear(void *ctx, const struct event *event)
{
	struct auditor *a = ctx;

	if (event->kind == EVENT_SNAPSHOT_END && event->snapshot.what == SNAPSHOT_ORDERS)
		a->blind = false;
	if (event->kind != EVENT_LINK)
		return;
	if (a->trace && (event->link.state == LINK_LIMITED || a->down != (event->link.state == LINK_DOWN)))
		printf("%lld    link %lld until %lld\n", (long long)event->at_ms,
		       (long long)event->link.state, (long long)event->link.until_ms);
	if (event->link.state == LINK_LIMITED)
		a->silent_until_ms =
			event->link.until_ms > a->silent_until_ms ? event->link.until_ms : a->silent_until_ms;
	else
		a->down = event->link.state == LINK_DOWN;
}

static void ask(void *ctx, const struct intent *intent)
{
	struct auditor *a = ctx;

	if (intent->kind != INTENT_CANCEL)
		return;
	if (a->asked_count == AUDIT_ASKED_MAX)
		abort();
	a->asked[a->asked_count++] =
		(struct audit_asked){.id = intent->id, .sym = audit_symbol_of(a, intent->sym)};
}

void auditor_open(struct auditor *a, struct spy *spy, struct emu *emu, struct storm_wire *wire,
		  const char *folder, bool trace)
{
	*a = (struct auditor){.spy = spy, .emu = emu, .wire = wire, .now_ms = emu_now(emu), .trace = trace};
	snprintf(a->path, sizeof a->path, "%s/journal.db", folder);
	spy->heard = hear, spy->asked = ask, spy->ctx = a;
	wire->ear = (struct storm_ear){
		.ctx = a, .leaves = audit_leaves, .handled = audit_handled, .arrives = audit_arrives};
}

void auditor_close(struct auditor *a)
{
	sqlite3_close(a->journal);
	a->journal = NULL;
}

void auditor_follow(struct auditor *a, const struct universe *universe, bool (*is_half)(void *ctx), void *ctx)
{
	a->universe = universe;
	a->is_half = is_half;
	a->ctx = ctx;
}

void auditor_begin_anew(struct auditor *a)
{
	a->down = a->blind = true;
	a->silent_until_ms = 0;
	a->told_wallet_ms = 0;
	for (size_t i = 0; i < a->emu->universe.count; i++) {
		struct audit_symbol *s = &a->at[i];
		s->told_position_ms = s->told_fill_ms = s->told_order_ms = s->told_leverage_ms = 0;
		s->known_ms = s->idle_ms = 0;
	}
}

sym_t audit_symbol_of(const struct auditor *a, int64_t sym)
{
	return emu_find(a->emu, a->universe->at[sym].wire);
}

bool audit_is_ours(const struct emu_account *account, const struct emu_order *order)
{
	if (order->maker == EMU_MAKER_USER)
		return client_id_parse(order->link) != 0;
	return order->maker == EMU_MAKER_STOP || order->maker == EMU_MAKER_TARGET ||
	       (order->parent != 0 && audit_is_ours(account, emu_order_at(account, order->parent)));
}

static bool is_forced(const struct emu_order *order)
{
	return order->maker == EMU_MAKER_TAKEOVER || order->maker == EMU_MAKER_ADL ||
	       order->maker == EMU_MAKER_SETTLE;
}

/* What the bot has is what its own fills have left, and never more than there is (law 7). */
static void take_execution(struct auditor *a, const struct emu_execution *exec)
{
	struct audit_symbol *s = &a->at[exec->sym];

	if (exec->kind == EMU_EXEC_FUNDING)
		return;
	const struct emu_order *order = emu_order_at(a->emu->account, exec->order);
	bool ours = audit_is_ours(a->emu->account, order);
	s->unsure = s->unsure || (!ours && exec->closed > 0 && s->visited);
	s->position += exec->side * exec->qty;
	if (ours && !order->reduce) {
		s->side = exec->side;
		s->own += exec->qty;
	} else if (ours || (is_forced(order) && !s->visited)) {
		s->own -= exec->qty;
	} else if (!is_forced(order)) {
		s->visited = true;
	}
	int64_t size = s->position < 0 ? -s->position : s->position;
	s->unsure = s->unsure && size > 0;
	if ((s->position < 0) != (s->side < 0) || s->own < 0 || size == 0)
		s->own = 0;
	s->own = s->own > size ? size : s->own;
}

static bool is_alien(const struct auditor *a, size_t sym)
{
	const struct emu_account *account = a->emu->account;
	const struct audit_symbol *s = &a->at[sym];
	int64_t size = s->position < 0 ? -s->position : s->position;

	if (size > s->own)
		return true;
	for (int64_t n = account->live_from + 1; n <= account->order_count; n++) {
		const struct emu_order *order = emu_order_at(account, n);
		if (order->sym == (int64_t)sym && !emu_status_is_final(order->status) &&
		    order->maker == EMU_MAKER_USER && !audit_is_ours(account, order))
			return true;
	}
	return false;
}

static void keep_mark(struct auditor *a, size_t sym)
{
	struct audit_symbol *s = &a->at[sym];
	price_t mark = emu_slot(a->emu->account, (int64_t)sym)->mark;

	if (s->mark_count > 0 && s->marks[(s->mark_count - 1) % AUDIT_MARKS_MAX].mark == mark)
		return;
	s->marks[s->mark_count % AUDIT_MARKS_MAX].at_ms = a->now_ms;
	s->marks[s->mark_count++ % AUDIT_MARKS_MAX].mark = mark;
}

/* Of what is open, at the exchange's mark; nothing is taken for granted of what another hand has had a part
 * in. */
static money_t open_result(const struct auditor *a, size_t sym)
{
	const struct sim_slot *slot = emu_slot(a->emu->account, (int64_t)sym);
	money_t value = audit_value(audit_price(&slot->instrument, slot->mark),
				    audit_coins(&slot->instrument, slot->qty));
	money_t result = slot->side == SIDE_SHORT ? slot->cost - value : value - slot->cost;

	if (slot->qty == 0 || slot->mark <= 0)
		return 0;
	return a->at[sym].visited && result < 0 ? 0 : result;
}

static void keep_equity(struct auditor *a)
{
	const struct emu_account *account = a->emu->account;
	money_t equity = account->cash - account->bonus;

	for (size_t i = 0; i < a->emu->universe.count; i++)
		equity += open_result(a, i);
	if (a->equity_count > 0 && a->equity[(a->equity_count - 1) % AUDIT_EQUITY_MAX].equity == equity)
		return;
	a->equity[a->equity_count++ % AUDIT_EQUITY_MAX] = (struct audit_equity){a->now_ms, equity};
}

static bool is_covered(const struct auditor *a, size_t sym)
{
	const struct sim_slot *slot = emu_slot(a->emu->account, (int64_t)sym);

	return a->emu->account->positions[sym].stop != 0 && slot->stop.id != 0 &&
	       slot->stop.qty >= a->at[sym].own;
}

static bool is_asleep(const struct auditor *a, size_t sym)
{
	int64_t status = emu_slot(a->emu->account, (int64_t)sym)->instrument.status;

	return status == INSTRUMENT_SUSPENDED || status == INSTRUMENT_GONE;
}

/* The time since the last look, as it was then. */
static void count_naked(struct auditor *a, size_t sym, ms_t passed)
{
	struct audit_symbol *s = &a->at[sym];

	if (s->naked_ms == 0)
		return;
	a->naked_ms += passed;
	if (s->known_ms == 0)
		return;
	a->known_ms += passed;
	if (a->down || a->blind || a->silent_until_ms > a->now_ms || is_asleep(a, sym))
		return;
	a->able_ms += passed;
	s->idle_ms += passed;
	if (s->idle_ms > a->worst_idle_ms)
		a->worst_idle_ms = s->idle_ms;
	if (s->idle_ms > AUDIT_QUIET_MS && s->idle_ms - passed <= AUDIT_QUIET_MS)
		audit_violation(a, "%s: no stop since %lld, known since %lld, and nothing is done",
				a->emu->universe.at[sym].wire, (long long)s->naked_ms,
				(long long)s->known_ms);
}

static void look_at(struct auditor *a, size_t sym)
{
	struct audit_symbol *s = &a->at[sym];
	bool alien = is_alien(a, sym), naked = s->own > 0 && !s->unsure && !is_covered(a, sym);
	bool wild = emu_slot(a->emu->account, (int64_t)sym)->leverage > 2 * RATIO_ONE;

	s->alien_ms = !alien ? 0 : s->alien_ms != 0 ? s->alien_ms : a->now_ms;
	s->wild_ms = !wild ? 0 : s->wild_ms != 0 ? s->wild_ms : a->now_ms;
	if (!naked)
		s->naked_ms = s->known_ms = s->idle_ms = 0;
	else if (s->naked_ms == 0)
		s->naked_ms = a->now_ms;
	/* a position of which no fill was told can be looked up, unless reads lag */
	bool readable = emu_fault_until(a->emu, EMU_FAULT_STALE_READS) == 0;
	bool told = (readable && s->told_position_ms >= s->naked_ms) || s->told_fill_ms >= s->naked_ms ||
		    s->told_order_ms >= s->naked_ms;
	if (naked && told && s->known_ms == 0)
		s->known_ms = a->now_ms;
	keep_mark(a, sym);
}

void auditor_look(struct auditor *a, ms_t now_ms)
{
	const struct emu_account *account = a->emu->account;
	ms_t passed = now_ms - a->now_ms;

	a->now_ms = now_ms;
	for (size_t i = 0; i < a->emu->universe.count; i++)
		count_naked(a, i, passed);
	for (; a->execs < account->exec_count; a->execs++)
		take_execution(a, &account->execs[a->execs]);
	for (size_t i = 0; i < a->emu->universe.count; i++)
		look_at(a, i);
	keep_equity(a);
	if (account->wrong != 0)
		audit_violation(a, "the exchange's own books are not equal");
}

/* What can be read and understood; a mangled message tells nothing. */
static bool is_readable(const char *text, const char *end)
{
	static const char *const wrong[] = {"\"NaN\"", "\"qty\":true", "\"execQty\":true", "\"size\":true",
					    "\"walletBalance\":true"};
	size_t len = strlen(text);

	if (len < 32 || strstr(text + len - 32, end) == NULL || text[len - 1] != '}')
		return false;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (strstr(text, wrong[i]) != NULL)
			return false;
	return true;
}

static void later(ms_t *at_ms, ms_t than_ms)
{
	if (than_ms > *at_ms)
		*at_ms = than_ms;
}

static bool names(const struct auditor *a, size_t sym, const char *text)
{
	char key[64];

	snprintf(key, sizeof key, "\"symbol\":\"%s\"", a->emu->universe.at[sym].wire);
	return strstr(text, key) != NULL;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

static void hear_frame(struct auditor *a, const char *text)
{
	const char *made = strstr(text, "\"creationTime\":");
	bool position = begins(text, "{\"topic\":\"position"), fill = begins(text, "{\"topic\":\"execution");
	bool order = begins(text, "{\"topic\":\"order\"") && strstr(text, "\"StopLoss\"") != NULL &&
		     (strstr(text, "Deactivated") != NULL || strstr(text, "Cancelled") != NULL);

	if (made == NULL || !is_readable(text, "]}"))
		return;
	ms_t made_ms = strtoll(made + strlen("\"creationTime\":"), NULL, 10);
	if (begins(text, "{\"topic\":\"wallet"))
		later(&a->told_wallet_ms, made_ms);
	for (size_t i = 0; i < a->emu->universe.count; i++) {
		struct audit_symbol *s = &a->at[i];
		if (!(position || fill || order) || !names(a, i, text))
			continue;
		if (position)
			later(&s->told_position_ms, made_ms), later(&s->told_leverage_ms, made_ms);
		else
			later(fill ? &s->told_fill_ms : &s->told_order_ms, made_ms);
	}
}

static void hear_reply(struct auditor *a, const struct storm_pending *pending)
{
	const char *text = pending->text;

	if (pending->status != 200 || !begins(text, "{\"retCode\":0,") || !is_readable(text, "\"time\":"))
		return;
	if (begins(pending->path, "/v5/account/wallet-balance"))
		later(&a->told_wallet_ms, pending->made_ms);
	for (size_t i = 0; i < a->emu->universe.count; i++) {
		struct audit_symbol *s = &a->at[i];
		bool position = begins(pending->path, "/v5/position/list");
		if (!(position || begins(pending->path, "/v5/execution/list")) || !names(a, i, text))
			continue;
		if (position)
			later(&s->told_position_ms, pending->made_ms),
				later(&s->told_leverage_ms, pending->made_ms);
		else
			later(&s->told_fill_ms, pending->made_ms);
	}
}

void audit_arrives(void *ctx, const struct storm_pending *pending)
{
	struct auditor *a = ctx;

	bool news = pending->kind == STORM_TEXT && strstr(pending->text, "creationTime") != NULL;
	bool answer = pending->kind == STORM_REPLY && strstr(pending->path, "/market/") == NULL;
	if (a->trace && (news || answer))
		printf("%lld <- %s %d %.900s\n", (long long)a->wire->now_ms, pending->path, pending->status,
		       pending->text);
	if (pending->kind == STORM_REPLY)
		hear_reply(a, pending);
	else if (pending->kind == STORM_TEXT && begins(pending->text, "{\"topic\":\""))
		hear_frame(a, pending->text);
}
