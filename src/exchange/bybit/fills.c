/* SPDX-License-Identifier: MIT
 * Executions, ledger rows and the wallet to events, each execution and row once (contract, sections 5.6, 7.7
 * and 15). Fees: theirs above zero is paid, as ours. Funding: an execution says what was paid, the ledger
 * what was received; ours is received above zero. Bonus money is nobody's: it is left out of what the account
 * has, and what it pays for us comes back as a fee that was not ours to pay. */
#include "bybit_internal.h"
#include "decimal.h"
#include "hash.h"

#include <string.h>

#define SILENT_MS (3 * SECOND_MS) /* so late the stream tells nothing any more */

#define TEXT_MAX        128
#define LEDGER_DELAY_MS 2000 /* the ledger lags behind the wallet */
#define OVERTAKEN_MS    (15 * SECOND_MS)

/* One number for a text, or two: 63 bits, never 0. */
int64_t bybit_number_of(const char *text, const char *more)
{
	int64_t words[2 * TEXT_MAX / 8] = {0};

	memcpy(words, text, strnlen(text, TEXT_MAX - 1));
	memcpy(words + TEXT_MAX / 8, more, strnlen(more, TEXT_MAX - 1));
	int64_t number = (int64_t)(hash_words(1, words, sizeof words / sizeof words[0]) >> 1);
	return number != 0 ? number : 1;
}

qty_t bybit_qty(const char *text, const struct instrument *instrument)
{
	qty_t qty;

	if (grid_parse(text, strlen(text), &instrument->lot, &qty) != DECIMAL_OK || qty > VALUE_MAX)
		return UNKNOWN;
	return qty;
}

/* Signed money; what cannot be told exactly goes up, as a fee does, or down, as an income. "" is nothing. */
static money_t signed_money(const char *text, bool up)
{
	static const struct grid money = {1, 8};
	money_t value;

	if (*text == '\0')
		return 0;
	bool negative = *text == '-';
	text += negative;
	enum decimal_err err =
		(negative != up ? grid_parse_up : grid_parse_down)(text, strlen(text), &money, &value);
	if (err != DECIMAL_OK || value > VALUE_MAX)
		return UNKNOWN;
	return negative ? -value : value;
}

static money_t money_up(const char *text)
{
	return signed_money(text, true);
}

static money_t money_down(const char *text)
{
	return signed_money(text, false);
}

static bool was_told(struct bybit *b, int64_t number)
{
	for (size_t i = 0; i < BYBIT_SEEN_MAX; i++)
		if (b->private.seen[i] == number)
			return true;
	b->private.seen[b->private.seen_next++ % BYBIT_SEEN_MAX] = number;
	return false;
}

static bool ends_with(const char *text, const char *ending)
{
	size_t len = strlen(text), tail = strlen(ending);

	return len > tail && strcmp(text + len - tail, ending) == 0;
}

/* One settlement of one symbol is one row, whether an execution or the ledger tells it; both stamp it with
 * the moment of settlement. */
static int64_t funding_number(const char *symbol, ms_t at_ms)
{
	char stamp[DECIMAL_TEXT_MAX];

	decimal_format(at_ms / MINUTE_MS, 0, stamp);
	return bybit_number_of(symbol, stamp);
}

static bool make_funding(struct bybit *b, const struct bybit_execution_row *row, struct event *event)
{
	money_t paid = money_up(row->fee);

	if (!ends_with(row->symbol, "USDT") || paid == UNKNOWN || paid == 0)
		return false;
	*event = (struct event){.kind = EVENT_LEDGER, .sym = bybit_find_wire(b, row->symbol)};
	event->ledger.kind = LEDGER_FUNDING;
	event->ledger.amount = -paid;
	event->ledger.id = funding_number(row->symbol, row->at_ms);
	event->ledger.at_ms = row->at_ms - (bybit_server_ms(b) - b->now_ms);
	return true;
}

static enum exit_reason reason_of(const struct bybit_execution_row *row)
{
	if (strcmp(row->type, "AdlTrade") == 0)
		return EXIT_ADL;
	if (strcmp(row->type, "BustTrade") == 0 || strcmp(row->create_type, "CreateByLiq") == 0)
		return EXIT_LIQUIDATION;
	if (strcmp(row->type, "Settle") == 0 || strcmp(row->type, "Delivery") == 0 ||
	    strcmp(row->create_type, "CreateBySettle") == 0)
		return EXIT_DELISTING;
	return EXIT_NONE;
}

/* Ours by its client id; a stop's or target's by what made it. */
static int64_t whose(struct bybit *b, const struct bybit_execution_row *row, sym_t sym)
{
	static const struct {
		const char *created, *type;
		enum role role;
	} kinds[] = {{"CreateByStopLoss", "StopLoss", ROLE_STOP},
		     {"CreateByTakeProfit", "TakeProfit", ROLE_TARGET}};
	int64_t id = client_id_parse(row->client_id);

	if (id != 0 || *row->client_id != '\0')
		return id;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(row->create_type, kinds[i].created) == 0 ||
		    (*row->create_type == '\0' && strcmp(row->stop_type, kinds[i].type) == 0))
			return bybit_child_id(b, sym, kinds[i].role, row->order_id);
	return 0;
}

static money_t extra_fees(struct bybit *b, struct json_slice list)
{
	const char *coin, *text;
	struct json_rows rows;
	money_t sum = 0;

	if (json_rows_open(list, &rows) != JSON_OK)
		return 0;
	while (bybit_next_extra_fee(&b->reader, &rows, &coin, &text)) {
		money_t fee = strcmp(coin, "USDT") == 0 ? money_up(text) : 0;
		sum += fee == UNKNOWN ? 0 : fee;
	}
	return sum;
}

bool bybit_make_fill(struct bybit *b, const struct bybit_execution_row *row, struct event *event)
{
	sym_t sym = bybit_find_wire(b, row->symbol);
	bool buys = strcmp(row->side, "Buy") == 0;

	if (*row->category != '\0' && strcmp(row->category, "linear") != 0)
		return false;
	if (strcmp(row->type, "Funding") == 0)
		return make_funding(b, row, event);
	if (sym == SYM_NONE)
		return false;
	const struct instrument *instrument = &b->universe->at[sym];
	bool off = false;
	*event = (struct event){.kind = EVENT_FILL, .sym = sym};
	struct fill *fill = &event->fill;
	fill->sym = sym;
	fill->reason = reason_of(row);
	fill->id = fill->reason == EXIT_NONE ? whose(b, row, sym) : 0;
	fill->execution = bybit_number_of(row->execution_id, "");
	fill->role = fill->id != 0 ? (int64_t)client_id_role(fill->id) : ROLE_EXIT;
	fill->side = buys ? SIDE_LONG : SIDE_SHORT;
	fill->qty = bybit_qty(row->qty, instrument);
	fill->price = bybit_price(row->price, &instrument->tick, buys ? ROUND_UP : ROUND_DOWN, &off);
	fill->fee = money_up(row->fee);
	fill->at_ms = row->at_ms - (bybit_server_ms(b) - b->now_ms);
	fill->spread = fill->impact = UNKNOWN;
	if (off || fill->qty == UNKNOWN || fill->price == UNKNOWN)
		bybit_doubt_listing(b);
	if (fill->qty == UNKNOWN || fill->qty == 0 || fill->price == UNKNOWN || fill->fee == UNKNOWN)
		return false;
	fill->fee += extra_fees(b, row->extra_fees); /* forgets the row */
	return true;
}

static void count_fill(struct bybit *b, const struct fill *fill)
{
	if (fill->id == 0)
		return;
	struct bybit_order *order = bybit_order_track(b, fill->id, (sym_t)fill->sym);
	order->told += fill->qty;
}

void bybit_tell_fill(struct bybit *b, const struct event *made, struct turn_out *out)
{
	bool is_fill = made->kind == EVENT_FILL;

	if (was_told(b, is_fill ? made->fill.execution : made->ledger.id))
		return;
	struct event *event = events_add(out->heard, (enum event_kind)made->kind, made->sym, b->now_ms);
	if (event == NULL)
		return;
	*event = *made;
	event->at_ms = b->now_ms;
	if (is_fill)
		count_fill(b, &made->fill);
}

/* A subscription may be acknowledged and stay silent: a fresh connection is the way out. */
void bybit_tell_late_fill(struct bybit *b, const struct event *made, struct turn_out *out)
{
	struct bybit_private_stream *stream = &b->private.stream;
	size_t before = out->heard->count;

	bybit_tell_fill(b, made, out);
	if (out->heard->count == before)
		return;
	b->counts.late++;
	if (made->kind == EVENT_FILL && stream->login == LOGIN_LIVE && made->fill.at_ms > stream->live_ms &&
	    made->fill.at_ms > stream->data_ms && b->now_ms - made->fill.at_ms > SILENT_MS)
		stream->reopen = true;
}

/* at_ms: theirs. */
static void tell_ledger(struct bybit *b, enum ledger_kind kind, sym_t sym, money_t amount, int64_t id,
			ms_t at_ms, struct turn_out *out)
{
	struct event event = {.kind = EVENT_LEDGER, .sym = sym};

	if (amount == 0)
		return;
	event.ledger.kind = kind;
	event.ledger.amount = amount;
	event.ledger.id = id;
	event.ledger.at_ms = at_ms - (bybit_server_ms(b) - b->now_ms);
	bybit_tell_fill(b, &event, out);
}

/* Rows that executions tell, and the fees in them. */
static bool is_trade(const char *type)
{
	static const char *const trades[] = {"TRADE", "LIQUIDATION", "ADL", "DELIVERY", "BLOCKTRADE"};

	for (size_t i = 0; i < sizeof trades / sizeof trades[0]; i++)
		if (strcmp(type, trades[i]) == 0)
			return true;
	return false;
}

void bybit_ledger_news(struct bybit *b, const struct bybit_ledger_row *row, struct turn_out *out)
{
	money_t change = money_down(row->change), bonus = money_down(row->bonus_change);
	int64_t id = bybit_number_of(row->id, row->type);
	char stamp[DECIMAL_TEXT_MAX];

	if (strcmp(row->currency, "USDT") != 0)
		return;
	if (change == UNKNOWN || bonus == UNKNOWN) {
		bybit_garbage(b, SYM_NONE, "ledger", row->type, out);
		return;
	}
	decimal_format(row->at_ms, 0, stamp); /* an id may stand on several rows */
	id ^= bybit_number_of(*row->trade_id != '\0' ? row->trade_id : stamp, row->change);
	id = id != 0 ? id : 1;
	if (strcmp(row->type, "SETTLEMENT") == 0) {
		tell_ledger(b, LEDGER_FUNDING, bybit_find_wire(b, row->symbol), change,
			    funding_number(row->symbol, row->at_ms), row->at_ms, out);
		tell_ledger(b, LEDGER_FEE, SYM_NONE, -bonus, id, row->at_ms, out);
	} else if (is_trade(row->type)) {
		tell_ledger(b, LEDGER_FEE, SYM_NONE, -bonus, id, row->at_ms, out);
	} else {
		bool fee = strstr(row->type, "FEE") != NULL || strstr(row->type, "INTEREST") != NULL;
		tell_ledger(b, fee ? LEDGER_FEE : LEDGER_TRANSFER, SYM_NONE, change - bonus, id, row->at_ms,
			    out);
	}
}

static money_t part(const char *text)
{
	money_t value = *text == '\0' ? UNKNOWN : money_up(text);

	return value == UNKNOWN || value < 0 ? UNKNOWN : value;
}

/* What new positions may use. Isolated: the coin's own rows, account-wide fields mean nothing. Else: what the
 * account has left, in USD, said in USDT at the rate of the same row. */
static money_t available_of(const struct bybit *b, const struct bybit_coin_row *coin, money_t wallet,
			    money_t total_usd)
{
	money_t orders = part(coin->order_margin), positions = part(coin->position_margin);
	money_t locked = *coin->locked == '\0' ? 0 : part(coin->locked);
	money_t own = UNKNOWN;

	if (orders != UNKNOWN && positions != UNKNOWN && locked != UNKNOWN)
		own = wallet - orders - positions - locked;
	int64_t mode = b->private.facts.margin_mode;
	if (mode == MARGIN_CROSS || mode == MARGIN_PORTFOLIO) {
		money_t usd = money_down(coin->usd), equity = money_down(coin->equity);
		money_t shared = total_usd > 0 && usd > 0 && equity > 0 ? mul_div_down(total_usd, equity, usd)
									: total_usd;
		own = shared < 0 ? (shared == UNKNOWN ? UNKNOWN : 0) : shared < wallet ? shared : wallet;
	}
	return own == UNKNOWN || own >= 0 ? own : 0;
}

bool bybit_coin_money(const struct bybit_coin_row *coin, money_t *wallet, money_t *equity)
{
	money_t bonus = *coin->bonus == '\0' ? 0 : money_up(coin->bonus);
	money_t all = *coin->wallet == '\0' ? UNKNOWN : money_down(coin->wallet);
	money_t worth = *coin->equity == '\0' ? UNKNOWN : money_down(coin->equity);

	if (all == UNKNOWN || worth == UNKNOWN || bonus == UNKNOWN)
		return false;
	*wallet = all - bonus;
	*equity = worth - bonus;
	return true;
}

static bool tell_wallet(struct bybit *b, struct turn_out *out)
{
	struct event *event = events_add(out->heard, EVENT_BALANCE, SYM_NONE, b->now_ms);

	if (event == NULL)
		return false;
	event->balance = b->private.wallet.balance;
	return true;
}

/* The answer to a question may have been made before the news that overtook it, by no more than it was on its
 * way: a larger difference is somebody's wrong clock. */
static bool is_overtaken(const struct bybit *b, ms_t at_ms)
{
	const struct bybit_private *p = &b->private;

	return p->wallet.kind == EVENT_BALANCE && at_ms != UNKNOWN && at_ms < p->wallet_ms &&
	       p->wallet_ms - at_ms <= OVERTAKEN_MS;
}

bool bybit_wallet_news(struct bybit *b, struct json_slice text, ms_t at_ms, struct turn_out *out)
{
	struct bybit_wallet_row row;
	struct bybit_coin_row coin;

	if (!bybit_read_wallet(&b->reader, text, &row)) {
		bybit_garbage(b, SYM_NONE, "wallet", b->reader.why, out);
		return false;
	}
	bool unified = strcmp(row.account, "UNIFIED") == 0;
	money_t total_usd = *row.available != '\0' ? money_down(row.available) : UNKNOWN;
	b->private.ledger_due_ms = ms_earlier(b->private.ledger_due_ms, b->now_ms + LEDGER_DELAY_MS);
	while (unified && bybit_next_coin(&b->reader, &row, &coin)) {
		if (strcmp(coin.coin, "USDT") != 0)
			continue;
		money_t wallet, equity;
		if (!bybit_coin_money(&coin, &wallet, &equity))
			return false;
		if (is_overtaken(b, at_ms))
			return tell_wallet(b, out);
		struct event *told = &b->private.wallet;
		told->kind = EVENT_BALANCE;
		told->balance.wallet = wallet;
		told->balance.equity = equity;
		told->balance.available = available_of(b, &coin, wallet, total_usd);
		b->private.wallet_ms = at_ms != UNKNOWN ? at_ms : 0;
		return tell_wallet(b, out);
	}
	return false;
}
