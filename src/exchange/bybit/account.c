/* SPDX-License-Identifier: MIT
 * What the app wants to know before it trades: what the key may do, how the account is set up, what it pays,
 * what is in it (contract, sections 5.1 to 5.5, 6.1, 6.3 and 7.5). Nothing is changed here but what the app
 * asks for by name. */
#include "bybit_internal.h"

#include <stdio.h>
#include <string.h>

#define REFUSED_EVERY_MS MINUTE_MS /* a refused key may be made good */

static const struct {
	enum bybit_call_kind kind;
	int64_t fact;
} facts[] = {
	{CALL_KEY, ACCOUNT_FACT_KEY},           {CALL_INFO, ACCOUNT_FACT_INFO},
	{CALL_MODE, ACCOUNT_FACT_MODE},         {CALL_FEES, ACCOUNT_FACT_FEES},
	{CALL_HOLDINGS, ACCOUNT_FACT_HOLDINGS},
};
#define FACT_COUNT (sizeof facts / sizeof facts[0])

/* The steps of CALL_HOLDINGS. One page each: it has what there is first, and one of it is enough. */
enum { HOLDS_POSITIONS, HOLDS_ORDERS, HOLDS_WALLET };
static const struct {
	const char *path, *query;
	enum bybit_endpoint endpoint;
} holdings[] = {
	[HOLDS_POSITIONS] = {"/v5/position/list", "category=linear&settleCoin=USDT&limit=200",
			     ENDPOINT_POSITIONS},
	[HOLDS_ORDERS] = {"/v5/order/realtime", "category=linear&settleCoin=USDT&openOnly=0&limit=50",
			  ENDPOINT_REALTIME},
	[HOLDS_WALLET] = {"/v5/account/wallet-balance", "accountType=UNIFIED", ENDPOINT_WALLET},
};

const char *bybit_holdings_path(const struct bybit_call *call, enum bybit_endpoint *endpoint)
{
	*endpoint = holdings[call->step].endpoint;
	return holdings[call->step].path;
}

/* What has been answered in part is asked for from its beginning. */
static void ask(struct bybit *b, enum bybit_call_kind kind)
{
	struct bybit_call *call = bybit_call_find(b, kind, SYM_NONE, 0);

	if (call != NULL && call->step > 0) {
		bybit_call_drop(b, call);
		call = NULL;
	}
	if (call == NULL)
		bybit_call_add(b, kind, SYM_NONE, 0);
}

static void ask_all(struct bybit *b)
{
	b->private.facts.asked = 0;
	for (size_t i = 0; i < FACT_COUNT; i++)
		ask(b, facts[i].kind);
}

void bybit_facts_begin(struct bybit *b)
{
	if (b->private.wanted)
		ask_all(b);
}

void bybit_facts_step(struct bybit *b)
{
	if (!b->private.facts.refused || bybit_call_find(b, CALL_KEY, SYM_NONE, 0) != NULL)
		return;
	struct bybit_call *call = bybit_call_add(b, CALL_KEY, SYM_NONE, 0);
	if (call != NULL)
		call->due_ms = b->now_ms + REFUSED_EVERY_MS;
}

void bybit_key_refused(struct bybit *b, const char *why, struct turn_out *out)
{
	snprintf(b->private.facts.why, sizeof b->private.facts.why, "%s", why);
	bybit_garbage(b, SYM_NONE, "key refused", why, out);
	if (!b->private.facts.refused)
		bybit_tell_link(b, LINK_DOWN, 0, out);
	b->private.facts.refused = true;
}

/* Mode and fees are asked of one symbol; any that trades will do. */
static const char *a_symbol(const struct bybit *b)
{
	const struct universe *universe =
		b->listing.active >= 0 ? &b->listing.pages[b->listing.active] : b->universe;

	return universe != NULL && universe->count > 0 ? universe->at[0].wire : "BTCUSDT";
}

int bybit_write_account(const struct bybit *b, const struct bybit_call *call, char *out, size_t size)
{
	out[0] = '\0';
	switch (call->kind) {
	case CALL_MODE:
	case CALL_FEES: return snprintf(out, size, "category=linear&symbol=%s", a_symbol(b));
	case CALL_SET_MARGIN: return snprintf(out, size, "{\"setMarginMode\":\"ISOLATED_MARGIN\"}");
	case CALL_SET_MODE:
		return snprintf(out, size, "{\"category\":\"linear\",\"coin\":\"USDT\",\"mode\":0}");
	case CALL_HOLDINGS: return snprintf(out, size, "%s", holdings[call->step].query);
	default: return 0;
	}
}

static bool take_key(struct bybit *b, const struct bybit_envelope *envelope)
{
	struct account_facts *known = &b->private.facts;
	struct bybit_key_row row;

	if (!bybit_read_key(&b->reader, envelope, &row))
		return false;
	snprintf(known->account, sizeof known->account, "%s", row.account);
	known->key_read_only = row.read_only;
	known->key_trade = row.trade;
	known->key_withdraw = row.withdraw;
	known->key_transfer = row.transfer;
	known->key_ip_bound = row.ip_bound;
	known->key_expires_ms = row.expires_ms;
	return true;
}

static bool take_info(struct bybit *b, const struct bybit_envelope *envelope)
{
	static const char *const modes[] = {[MARGIN_ISOLATED] = "ISOLATED_MARGIN",
					    [MARGIN_CROSS] = "REGULAR_MARGIN",
					    [MARGIN_PORTFOLIO] = "PORTFOLIO_MARGIN"};
	struct account_facts *known = &b->private.facts;
	struct bybit_info_row row;

	if (!bybit_read_info(&b->reader, envelope, &row))
		return false;
	known->unified = row.unified >= 3;
	known->margin_mode = MARGIN_UNKNOWN;
	for (int64_t i = MARGIN_ISOLATED; i <= MARGIN_PORTFOLIO; i++)
		if (strcmp(row.margin_mode, modes[i]) == 0)
			known->margin_mode = i;
	return true;
}

/* One slot: one-way; two: hedge mode. */
static bool take_mode(struct bybit *b, const struct bybit_envelope *envelope)
{
	struct account_facts *known = &b->private.facts;
	struct bybit_position_row row;
	struct bybit_list list;
	struct json_slice text;

	if (!bybit_read_list(&b->reader, envelope, &list))
		return false;
	known->position_mode = POSITION_MODE_UNKNOWN;
	while (bybit_next_row(&b->reader, &list, &text)) {
		if (!bybit_read_position(&b->reader, text, &row))
			return false;
		known->position_mode = row.position_idx != 0 ? POSITION_MODE_HEDGE : POSITION_MODE_ONE_WAY;
	}
	return list.rows.answer == JSON_OK && known->position_mode != POSITION_MODE_UNKNOWN;
}

static bool take_fees(struct bybit *b, const struct bybit_envelope *envelope)
{
	struct bybit_fee_row row;
	struct bybit_list list;
	struct json_slice text;

	if (!bybit_read_list(&b->reader, envelope, &list) || !bybit_next_row(&b->reader, &list, &text) ||
	    !bybit_read_fee(&b->reader, text, &row))
		return false;
	b->private.facts.taker_fee = bybit_ratio(row.taker);
	b->private.facts.maker_fee = bybit_ratio(row.maker);
	return b->private.facts.taker_fee != UNKNOWN;
}

/* Whether any row of a list counts, by a reader that says so of one. */
static bool take_any(struct bybit *b, const struct bybit_envelope *envelope,
		     bool (*read)(struct bybit *b, struct json_slice text, bool *counts), bool *any)
{
	struct bybit_list list;
	struct json_slice text;
	bool found = false, counts;

	if (!bybit_read_list(&b->reader, envelope, &list))
		return false;
	while (bybit_next_row(&b->reader, &list, &text)) {
		if (!read(b, text, &counts))
			return false;
		found = found || counts;
	}
	*any = found;
	return list.rows.answer == JSON_OK;
}

static bool is_held(struct bybit *b, struct json_slice text, bool *counts)
{
	struct bybit_position_row row;
	bool good = bybit_read_position(&b->reader, text, &row);

	*counts = good && !bybit_is_nothing(row.size);
	return good;
}

/* Those that wait for a trigger, too. */
static bool is_open(struct bybit *b, struct json_slice text, bool *counts)
{
	struct bybit_order_row row;
	bool good = bybit_read_order(&b->reader, text, &row);

	*counts = good && !bybit_is_final_status(row.status);
	return good;
}

/* All coins that are not zero are listed: without a row of USDT in a whole list there is none of it. */
static bool take_wallet(struct bybit *b, const struct bybit_envelope *envelope)
{
	struct account_facts *known = &b->private.facts;
	struct bybit_wallet_row row;
	struct bybit_coin_row coin;
	struct bybit_list list;
	struct json_slice text;
	money_t wallet = 0, equity = 0;
	bool borrows = false;

	if (!bybit_read_list(&b->reader, envelope, &list) || !bybit_next_row(&b->reader, &list, &text) ||
	    !bybit_read_wallet(&b->reader, text, &row) || strcmp(row.account, "UNIFIED") != 0)
		return false;
	while (bybit_next_coin(&b->reader, &row, &coin)) {
		borrows =
			borrows || !bybit_is_nothing(coin.borrowed) || !bybit_is_nothing(coin.spot_borrowed);
		if (strcmp(coin.coin, "USDT") == 0 && !bybit_coin_money(&coin, &wallet, &equity))
			return false;
	}
	if (b->reader.why[0] != '\0')
		return false;
	known->has_position = b->private.has_position;
	known->has_order = b->private.has_order;
	known->borrows = borrows;
	known->wallet = wallet;
	known->equity = equity;
	return true;
}

static bool take_holdings(struct bybit *b, int64_t step, const struct bybit_envelope *envelope)
{
	switch (step) {
	case HOLDS_POSITIONS: return take_any(b, envelope, is_held, &b->private.has_position);
	case HOLDS_ORDERS: return take_any(b, envelope, is_open, &b->private.has_order);
	default: return take_wallet(b, envelope);
	}
}

static bool take(struct bybit *b, const struct bybit_call *call, const struct bybit_envelope *envelope)
{
	switch (call->kind) {
	case CALL_KEY: return take_key(b, envelope);
	case CALL_INFO: return take_info(b, envelope);
	case CALL_MODE: return take_mode(b, envelope);
	case CALL_HOLDINGS: return take_holdings(b, call->step, envelope);
	default: return take_fees(b, envelope);
	}
}

static int64_t fact_of(enum bybit_call_kind kind)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (facts[i].kind == kind)
			return facts[i].fact;
	return 0;
}

/* A setting was answered: what is now is read. */
static enum bybit_call_end on_set(struct bybit *b, const struct bybit_call *call,
				  const struct bybit_answer *answer)
{
	struct account_facts *known = &b->private.facts;

	if (answer->envelope == NULL && !answer->not_sent && answer->class == BYBIT_TRANSIENT)
		return CALL_AGAIN; /* to set it twice is to set it */
	if (answer->envelope != NULL)
		*(call->kind == CALL_SET_MARGIN ? &known->set_margin_code : &known->set_mode_code) =
			answer->envelope->code;
	if (answer->class != BYBIT_OK)
		snprintf(known->why, sizeof known->why, "%s", answer->why);
	known->known &= ~(int64_t)(ACCOUNT_FACT_INFO | ACCOUNT_FACT_MODE);
	ask_all(b);
	return CALL_OVER;
}

static void key_is_good(struct bybit *b, struct turn_out *out)
{
	if (!b->private.facts.refused || !b->private.facts.key_trade)
		return;
	b->private.facts.refused = false;
	b->private.stream.open_ms = b->now_ms;
	bybit_count_success(b, out);
}

enum bybit_call_end bybit_on_account(struct bybit *b, struct bybit_call *call,
				     const struct bybit_answer *answer, struct turn_out *out)
{
	struct account_facts *known = &b->private.facts;
	enum bybit_call_kind kind = (enum bybit_call_kind)call->kind;

	if (kind == CALL_SET_MARGIN || kind == CALL_SET_MODE)
		return on_set(b, call, answer);
	if (answer->class == BYBIT_TRANSIENT || answer->class == BYBIT_LIMITED || answer->not_sent)
		return CALL_AGAIN;
	if (kind != CALL_HOLDINGS || call->step == HOLDS_WALLET || answer->class != BYBIT_OK)
		known->asked |= fact_of(kind);
	if (answer->class != BYBIT_OK) {
		snprintf(known->why, sizeof known->why, "%s", answer->why);
		return CALL_OVER;
	}
	if (!take(b, call, answer->envelope)) {
		bybit_garbage(b, SYM_NONE, "account", b->reader.why, out);
		return CALL_AGAIN;
	}
	if (kind == CALL_HOLDINGS && call->step < HOLDS_WALLET) {
		call->step++;
		call->due_ms = b->now_ms;
		return CALL_NEXT;
	}
	known->known |= fact_of(kind);
	if (kind == CALL_KEY)
		key_is_good(b, out);
	return CALL_OVER;
}

const struct account_facts *bybit_account_facts(const struct exchange *exchange)
{
	return &((const struct bybit *)exchange->state)->private.facts;
}

int bybit_ask_account(struct exchange *exchange, enum account_ask what, ms_t now, struct turn_out *out)
{
	struct bybit *b = exchange->state;

	if (!b->private.wanted)
		return TB_EREFUSED;
	if (now > b->now_ms)
		b->now_ms = now;
	if (what == ACCOUNT_ASK_FACTS)
		ask_all(b);
	else if (bybit_call_add(b, what == ACCOUNT_SET_ISOLATED ? CALL_SET_MARGIN : CALL_SET_MODE, SYM_NONE,
				0) == NULL)
		return TB_EFULL;
	bybit_private_step(b, out);
	return TB_OK;
}
