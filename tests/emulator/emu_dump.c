/* SPDX-License-Identifier: MIT
 * The account's books as JSON lines, for whoever wants to compare them with his own to the last unit: prices
 * and sizes as decimal text, money as whole units of 1e-8 USDT. */
#include "emu_private.h"

static void dump_order(const struct emu *emu, int64_t number, struct text *out)
{
	text_add(out, "{\"order\":");
	emu_put_order(emu, emu->account, number, true, out);
	text_add(out, "}\n");
}

static void dump_fill(const struct emu *emu, int64_t number, struct text *out)
{
	const struct emu_execution *exec = &emu->account->execs[number - 1];

	text_add(out, "{\"execution\":");
	emu_put_execution(emu, emu->account, number, true, out);
	text_add(out, ",\"fee\":%lld,\"pnl\":%lld}\n", (long long)exec->fee, (long long)exec->pnl);
}

static void dump_log(const struct emu *emu, int64_t number, struct text *out)
{
	const struct emu_logged *row = &emu->account->logs[number - 1];

	text_add(out, "{\"log\":");
	emu_put_log(emu, emu->account, number, out);
	text_add(out, ",\"cash_flow\":%lld,\"funding\":%lld,\"fee\":%lld,\"balance\":%lld}\n",
		 (long long)row->cash_flow, (long long)row->funding, (long long)row->fee,
		 (long long)row->balance);
}

static void dump_position(const struct emu *emu, int64_t sym, struct text *out)
{
	const struct sim_slot *slot = emu_slot(emu->account, sym);

	text_add(out, "{\"position\":");
	emu_put_position(emu, emu->account, sym, emu_position_idx(emu->account, sym, slot->side), true, out);
	text_add(out,
		 ",\"side\":%lld,\"lots\":%lld,\"cost\":%lld,\"margin\":%lld,\"stop\":%lld,"
		 "\"target\":%lld}\n",
		 (long long)slot->side, (long long)slot->qty, (long long)slot->cost, (long long)slot->margin,
		 (long long)(slot->stop.id ? slot->stop.price : 0),
		 (long long)(slot->target.id ? slot->target.price : 0));
}

bool emu_books(struct emu *emu, ms_t now, struct text *out)
{
	const struct emu_account *account = emu->account;

	emu_advance(emu, now);
	if (account == NULL)
		return false;
	for (size_t i = 0; i < emu->universe.count; i++)
		if (emu_slot(account, (int64_t)i)->qty > 0)
			dump_position(emu, (int64_t)i, out);
	for (int64_t n = 1; n <= account->order_count; n++)
		dump_order(emu, n, out);
	for (int64_t n = 1; n <= account->exec_count; n++)
		dump_fill(emu, n, out);
	for (int64_t n = 1; n <= account->log_count; n++)
		dump_log(emu, n, out);
	const struct sim_broker *broker = &account->broker;
	text_add(
		out,
		"{\"balance\":{\"start\":%lld,\"wallet\":%lld,\"equity\":%lld,\"margin\":%lld,\"gross\":%lld,"
		"\"fees\":%lld,\"funding\":%lld,\"transfers\":%lld,\"unexplained\":%lld,\"bonus\":%lld,"
		"\"wrong\":%lld,\"now\":%lld}}\n",
		(long long)broker->setup.balance, (long long)broker->wallet,
		(long long)sim_broker_equity(broker), (long long)broker->margin, (long long)broker->gross,
		(long long)broker->fees, (long long)broker->funding, (long long)broker->transfers,
		(long long)broker->unexplained, (long long)account->bonus, (long long)account->wrong,
		(long long)emu->now_ms);
	return true;
}
