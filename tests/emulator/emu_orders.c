/* SPDX-License-Identifier: MIT
 * Orders that exist: cancelled, amended, listed, and what was executed of them. */
#include "emu_private.h"

#include <stdio.h>
#include <string.h>

static bool is_child(const struct emu_order *order)
{
	return order->maker == EMU_MAKER_STOP || order->maker == EMU_MAKER_TARGET;
}

/* The order that a call names; orderId wins. 0: it is not known, or the call names none. */
static int64_t named(const struct emu *emu, const struct emu_account *account, const struct emu_call *call,
		     bool *names)
{
	char id[64], link[64];

	emu_call_text(call, "orderId", id, sizeof(id));
	emu_call_text(call, "orderLinkId", link, sizeof(link));
	*names = id[0] != '\0' || link[0] != '\0';
	int64_t number = id[0] != '\0' ? emu_order_by_id(emu, account, id) : emu_order_by_link(account, link);
	return number != 0 && emu_status_is_unseen(emu_order_at(account, number)->status) ? 0 : number;
}

/* An order that can still be changed. */
static int live_order(struct emu *emu, const struct emu_call *call, int64_t *number)
{
	int64_t sym;
	bool names;
	int code = emu_call_symbol(emu, call, true, &sym);

	if (code != 0)
		return code;
	*number = named(emu, emu->account, call, &names);
	if (!names)
		return emu_say_why(emu, 10001, "orderId or orderLinkId is required");
	if (*number == 0 || emu_order_at(emu->account, *number)->sym != sym)
		return emu_say_why(emu, 110001, "order not exists or too late to cancel");
	const struct emu_order *order = emu_order_at(emu->account, *number);
	if (order->status == EMU_STATUS_FILLED)
		return emu_say_why(emu, 110008, "The order has been completed or cancelled");
	if (emu_status_is_final(order->status))
		return emu_say_why(emu, 110010, "The order has been cancelled");
	return 0;
}

static void put_ids(const struct emu *emu, int64_t number, struct text *out)
{
	char uuid[EMU_UUID_MAX];

	emu_uuid(emu, EMU_UUID_ORDER, number, uuid);
	text_add(out, "{\"orderId\":\"%s\",\"orderLinkId\":\"%s\"}", uuid,
		 emu_order_at(emu->account, number)->link);
}

int emu_call_cancel(struct emu *emu, const struct emu_call *call)
{
	int64_t number;
	int code = live_order(emu, call, &number);

	if (code != 0)
		return code;
	emu_order_cancel(emu, number, "CancelByUser");
	text_clear(&emu->work);
	put_ids(emu, number, &emu->work);
	return 0;
}

int emu_call_cancel_all(struct emu *emu, const struct emu_call *call)
{
	struct emu_account *account = emu->account;
	char settle[16], base[16], filter[24];
	struct text list = {0};
	int64_t sym;
	int code = emu_call_symbol(emu, call, false, &sym);

	if (code != 0)
		return code;
	emu_call_text(call, "settleCoin", settle, sizeof(settle));
	emu_call_text(call, "baseCoin", base, sizeof(base));
	emu_call_text(call, "orderFilter", filter, sizeof(filter));
	if (sym == SYM_NONE && settle[0] == '\0' && base[0] == '\0')
		return emu_say_why(emu, 10001, "symbol, baseCoin or settleCoin is required");
	for (int64_t n = account->live_from + 1; n <= account->order_count; n++) {
		const struct emu_order *order = emu_order_at(account, n);
		if (emu_status_is_final(order->status) || order->status == EMU_STATUS_HIDDEN ||
		    (sym != SYM_NONE && order->sym != sym))
			continue;
		if (filter[0] != '\0' && is_child(order) != (strcmp(filter, "Order") != 0))
			continue;
		emu_order_cancel(emu, n, "CancelByUser");
		text_add(&list, list.len > 0 ? "," : "");
		put_ids(emu, n, &list);
	}
	text_clear(&emu->work);
	text_add(&emu->work, "{\"list\":[%s],\"success\":\"1\"}", list.len > 0 ? list.at : "");
	text_free(&list);
	return 0;
}

/* The trigger of a child, or the stop and target that an entry will have. */
static int amend_levels(struct emu *emu, const struct emu_call *call, int64_t number)
{
	struct emu_order *order = emu_order_at(emu->account, number);
	char trigger[40], stop[40], target[40], qty[40], price[40];
	price_t level = 0, other = 0;
	const char *why = "";

	emu_call_text(call, "triggerPrice", trigger, sizeof(trigger));
	bool has_stop = emu_call_text(call, "stopLoss", stop, sizeof(stop)) && stop[0] != '\0';
	bool has_target = emu_call_text(call, "takeProfit", target, sizeof(target)) && target[0] != '\0';
	if (!emu_read_price(emu, order->sym, trigger, &level))
		return emu_say_why(emu, 10001, "params error: triggerPrice invalid");
	if (is_child(order)) {
		bool is_stop = order->maker == EMU_MAKER_STOP;
		if (level == 0 || level == order->trigger)
			return emu_say_why(emu, 10001, "order not modified");
		int code = emu_levels_refused(emu, order->sym, -order->side, is_stop ? level : 0,
					      is_stop ? 0 : level);
		if (code != 0)
			return code;
		if (!emu_position_protect(emu, order->sym, is_stop ? level : 0, is_stop ? 0 : level, "", "",
					  &why))
			return emu_say_why(emu, 10001, "%s", why);
		return 0;
	}
	if (!emu_read_price(emu, order->sym, stop, &level) ||
	    !emu_read_price(emu, order->sym, target, &other))
		return emu_say_why(emu, 10001, "params error: takeProfit or stopLoss invalid");
	order->stop = has_stop ? level : order->stop;
	order->target = has_target ? other : order->target;
	if (emu_call_text(call, "price", price, sizeof(price)) && price[0] != '\0' &&
	    !emu_read_price(emu, order->sym, price, &order->price))
		return emu_say_why(emu, 10001, "params error: price invalid");
	if (emu_call_text(call, "qty", qty, sizeof(qty)) && qty[0] != '\0' &&
	    grid_parse(qty, strlen(qty), &order->grids.coin, &order->qty) != DECIMAL_OK)
		return emu_say_why(emu, 10001, "Qty invalid");
	order->updated_ms = emu->now_ms;
	emu_order_dirty(emu->account, number);
	emu_news_flush(emu);
	return 0;
}

int emu_call_amend(struct emu *emu, const struct emu_call *call)
{
	int64_t number;
	int code = live_order(emu, call, &number);

	if (code == 0)
		code = amend_levels(emu, call, number);
	if (code != 0)
		return code;
	text_clear(&emu->work);
	put_ids(emu, number, &emu->work);
	return 0;
}

/* What a list of orders is narrowed to. */
struct filter {
	int64_t sym, open; /* open: 1 only, 0 only those that are over, -1 all */
	bool named;
	int64_t number;
	char kind[24], status[24];
	ms_t from_ms, to_ms;
};

static bool fits(const struct filter *filter, const struct emu_order *order, int64_t number)
{
	bool final = emu_status_is_final(order->status);

	if (emu_status_is_unseen(order->status))
		return false;
	if (filter->named)
		return number == filter->number;
	if ((filter->open >= 0 && final == (filter->open == 1)) ||
	    (filter->sym != SYM_NONE && order->sym != filter->sym))
		return false;
	if (filter->kind[0] != '\0' && is_child(order) != (strcmp(filter->kind, "Order") != 0))
		return false;
	if (filter->status[0] != '\0' && strcmp(filter->status, emu_status_text[order->status]) != 0)
		return false;
	return order->created_ms >= filter->from_ms && order->created_ms <= filter->to_ms;
}

static int put_orders(struct emu *emu, const struct emu_call *call, struct filter *filter)
{
	const struct emu_account *view = emu_account_view(emu);
	int64_t limit, below, last = 0;
	int code = emu_call_page(emu, call, 50, 20, &limit, &below);

	if (code != 0)
		return code;
	filter->number = named(emu, view, call, &filter->named);
	emu_query_get(&call->query, "orderFilter", filter->kind, sizeof(filter->kind));
	text_clear(&emu->work);
	text_add(&emu->work, "{\"category\":\"linear\",\"list\":[");
	for (int64_t n = view->order_count; n > 0 && limit > 0; n--) {
		if (n >= below || !fits(filter, emu_order_at(view, n), n))
			continue;
		text_add(&emu->work, last > 0 ? "," : "");
		emu_put_order(emu, view, n, false, &emu->work);
		last = n;
		limit--;
	}
	text_add(&emu->work, "],");
	emu_put_cursor(&emu->work, last, emu->now_ms);
	text_add(&emu->work, "}");
	return 0;
}

/* A span of at most seven days; without one, the last seven. */
static int read_span(struct emu *emu, const struct emu_call *call, ms_t usual_ms, ms_t *from, ms_t *to)
{
	if (!emu_query_number(&call->query, "startTime", 0, CANDLE_LATEST_MS, -1, from) ||
	    !emu_query_number(&call->query, "endTime", 0, CANDLE_LATEST_MS, -1, to))
		return emu_say_why(emu, 10001, "params error: time invalid");
	if (*from < 0 && *to < 0)
		*to = emu->now_ms + HOUR_MS;
	if (*from < 0)
		*from = *to - usual_ms;
	if (*to < 0)
		*to = *from + usual_ms;
	if (*to < *from || *to - *from > 7 * DAY_MS + HOUR_MS)
		return emu_say_why(emu, 10001,
				   "The time range between startTime and endTime cannot exceed 7 days.");
	return 0;
}

int emu_call_open_orders(struct emu *emu, const struct emu_call *call)
{
	struct filter filter = {.open = 1, .to_ms = INT64_MAX};
	char settle[16], base[16];
	int64_t open_only;
	bool names;
	int code = emu_call_symbol(emu, call, false, &filter.sym);

	if (code != 0)
		return code;
	emu_query_get(&call->query, "settleCoin", settle, sizeof(settle));
	emu_query_get(&call->query, "baseCoin", base, sizeof(base));
	named(emu, emu->account, call, &names);
	if (filter.sym == SYM_NONE && settle[0] == '\0' && base[0] == '\0' && !names)
		return emu_say_why(emu, 10001,
				   "Missing some parameters that must be filled in, symbol or "
				   "settleCoin or baseCoin");
	if (!emu_query_number(&call->query, "openOnly", 0, 2, 0, &open_only))
		return emu_say_why(emu, 10001, "params error: openOnly invalid");
	filter.open = open_only == 0;
	return put_orders(emu, call, &filter);
}

int emu_call_order_history(struct emu *emu, const struct emu_call *call)
{
	struct filter filter = {.open = 0};
	int code = emu_call_symbol(emu, call, false, &filter.sym);

	if (code == 0)
		code = read_span(emu, call, 7 * DAY_MS, &filter.from_ms, &filter.to_ms);
	if (code != 0)
		return code;
	emu_query_get(&call->query, "orderStatus", filter.status, sizeof(filter.status));
	return put_orders(emu, call, &filter);
}

int emu_call_executions(struct emu *emu, const struct emu_call *call)
{
	const struct emu_account *view = emu_account_view(emu);
	static const char *const kinds[EMU_EXEC_KINDS] = {"Trade", "Funding", "AdlTrade", "BustTrade",
							  "Settle"};
	char kind[24];
	int64_t sym, limit, below, last = 0;
	ms_t from, to;
	bool names;
	int code = emu_call_symbol(emu, call, false, &sym);

	if (code == 0)
		code = read_span(emu, call, 7 * DAY_MS, &from, &to);
	if (code == 0)
		code = emu_call_page(emu, call, 100, 50, &limit, &below);
	if (code != 0)
		return code;
	int64_t number = named(emu, view, call, &names);
	emu_query_get(&call->query, "execType", kind, sizeof(kind));
	text_clear(&emu->work);
	text_add(&emu->work, "{\"category\":\"linear\",\"list\":[");
	for (int64_t n = view->exec_count; n > 0 && limit > 0; n--) {
		const struct emu_execution *exec = &view->execs[n - 1];
		bool wanted = names ? number != 0 && exec->order == number
				    : (sym == SYM_NONE || exec->sym == sym) && exec->at_ms >= from &&
					      exec->at_ms <= to &&
					      (kind[0] == '\0' || strcmp(kind, kinds[exec->kind]) == 0);
		if (n >= below || !wanted)
			continue;
		text_add(&emu->work, last > 0 ? "," : "");
		emu_put_execution(emu, view, n, false, &emu->work);
		last = n;
		limit--;
	}
	text_add(&emu->work, "],");
	emu_put_cursor(&emu->work, last, emu->now_ms);
	text_add(&emu->work, "}");
	return 0;
}
