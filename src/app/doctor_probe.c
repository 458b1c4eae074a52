/* SPDX-License-Identifier: MIT
 * The steps of a probe order, one after the other, each waited for: connect, prepare, enter with stop and
 * target attached, see them confirmed, move the stop, leave, see that nothing is left. A step that fails
 * leads to probe_rescue, which leaves by REDUCE alone. */
#include "doctor_probe.h"

#include "decision_words.h"
#include "probe.h"
#include "show.h"
#include "state_dir.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define CONNECT_MS 20000
#define PREPARE_MS 20000
#define FILL_MS    15000
#define ASK_MS     3000 /* of silence */
#define AMEND_MS   10000
#define LEAVE_MS   10000
#define LISTS_MS   10000
#define FAR_SHARE  100 /* stop: a hundredth of the price away, target: twice that */
#define FAR_TICKS  8   /* ... and at least so many ticks */

void probe_say(struct probe *p, enum doctor_verdict verdict, const char *advice, const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	ms_t now_ms = doctor_pump_since(&p->pump);
	doctor_say(p->doctor, verdict, "probe", advice, "%s (%lld ms)", text,
		   (long long)(now_ms - p->step_ms));
	p->step_ms = now_ms;
	doctor_show(p->doctor);
}

bool probe_wait(struct probe *p, bool (*is)(struct probe *p), ms_t most_ms)
{
	ms_t until_ms = doctor_pump_since(&p->pump) + most_ms;

	while (!is(p)) {
		if (doctor_pump_since(&p->pump) >= until_ms)
			return false;
		p->stopped = loop_signals(&p->pump.wire.loop) != 0 || p->stopped;
		if (p->stopped && !p->rescuing)
			return false;
		p->broken = p->broken || !doctor_pump_turn(&p->pump);
		if (p->broken)
			return false;
	}
	return true;
}

int64_t probe_next_id(struct probe *p, enum role role)
{
	return client_id(p->instance, ++p->sequence, role);
}

/* Why a wait was in vain. */
static const char *why(const struct probe *p, const char *otherwise)
{
	return p->stopped ? "stopped by a signal" : p->book.trouble[0] != '\0' ? p->book.trouble : otherwise;
}

static void on_event(void *ctx, const struct event *event)
{
	struct probe *p = ctx;

	if (event->kind == EVENT_INSTRUMENT && p->book.instrument != NULL && event->sym < p->universe.count)
		p->universe.at[event->sym] = *event->instrument.now;
	probe_book_hear(&p->book, event);
}

static bool is_listed(struct probe *p)
{
	return p->market.ops->listing(&p->market) != NULL;
}

/* What `run` sets in an empty account is set here, too. */
static bool is_connected(struct probe *p)
{
	const struct account_facts *facts = live_codec_facts(&p->pump.wire.codec);
	enum gate which;
	enum gate_answer answer = gates_look(facts, true, p->pump.now_ms, &which, &p->finding);
	int bit = 1 << answer;

	p->gate = answer;
	if ((answer == GATE_SET_ISOLATED || answer == GATE_SET_ONE_WAY) && !(p->gates_set & bit)) {
		p->gates_set |= bit;
		doctor_pump_ask_account(&p->pump, answer == GATE_SET_ISOLATED ? ACCOUNT_SET_ISOLATED
									      : ACCOUNT_SET_ONE_WAY);
	}
	return answer == GATE_REFUSED || (answer == GATE_PASS && p->book.up);
}

static bool find_symbol(struct probe *p, const char *wanted)
{
	const struct config_symbols *symbols = &p->doctor->config->symbols;
	char name[SYMBOL_TEXT_MAX];

	if (wanted != NULL)
		return symbol_normalise(wanted, name) == 0 &&
		       (p->sym = universe_find(&p->universe, name)) != SYM_NONE;
	for (size_t i = 0; i < symbols->count; i++)
		if ((p->sym = universe_find(&p->universe, symbols->at[i])) != SYM_NONE)
			return true;
	return false;
}

static int connect_account(struct probe *p, const char *wanted)
{
	if (!probe_wait(p, is_listed, CONNECT_MS)) {
		probe_say(p, DOCTOR_FAIL, "try again; nothing was sent", "no listing: %s",
			  why(p, "no answer in time"));
		return EXIT_FAILED;
	}
	p->universe = *p->market.ops->listing(&p->market);
	if (!find_symbol(p, wanted)) {
		probe_say(p, DOCTOR_FAIL, "name another one with --symbol", "%s is not listed",
			  wanted != NULL ? wanted : "none of TRADING_SYMBOLS");
		return EXIT_REFUSED;
	}
	p->market.ops->attach(&p->market, &p->universe);
	probe_book_begin(&p->book, p->sym, &p->universe.at[p->sym]);
	if (!probe_wait(p, is_connected, CONNECT_MS) || p->gate != GATE_PASS) {
		probe_say(p, DOCTOR_FAIL, "nothing was sent", "the account is not ready: %s",
			  p->gate == GATE_REFUSED ? p->finding.text : why(p, "no answer in time"));
		return p->gate == GATE_REFUSED ? EXIT_REFUSED : EXIT_FAILED;
	}
	probe_say(p, DOCTOR_OK, "", "connected, logged in and subscribed for %s",
		  p->universe.at[p->sym].name);
	return EXIT_DONE;
}

static bool is_prepared(struct probe *p)
{
	const struct quote *quote = &p->book.quote;

	return p->book.history && p->book.lists == PROBE_LISTS && p->book.leverage != UNKNOWN &&
	       quote->ticker_ms != UNKNOWN && quote->depth_ms != UNKNOWN && quote->bid > 0 &&
	       quote->ask > 0 && quote->mark > 0;
}

void probe_ask(struct probe *p, enum intent_kind kind, int64_t id, int64_t value)
{
	if (kind == INTENT_SNAPSHOT)
		probe_book_ask_lists(&p->book);
	doctor_pump_ask(&p->pump,
			&(struct intent){.kind = (uint8_t)kind, .sym = p->sym, .id = id, .value = value});
}

static int prepare(struct probe *p)
{
	const struct probe_book *book = &p->book;
	char leverage[SHOW_MAX], bid[SHOW_MAX], ask[SHOW_MAX];

	probe_ask(p, INTENT_WATCH, 0, 1);
	probe_ask(p, INTENT_HISTORY, 0, p->settings.history_bars);
	probe_ask(p, INTENT_LEVERAGE, 0, p->settings.decision.leverage);
	probe_ask(p, INTENT_SNAPSHOT, 0, 0);
	if (!probe_wait(p, is_prepared, PREPARE_MS)) {
		probe_say(p, DOCTOR_FAIL, "try again; nothing was sent", "not everything was told: %s",
			  why(p, "no answer in time"));
		return EXIT_FAILED;
	}
	show_ratio(book->leverage, 2, leverage);
	show_price(book->quote.bid, book->instrument, bid);
	show_price(book->quote.ask, book->instrument, ask);
	probe_say(p, DOCTOR_OK, "", "%lld bars of history, bid %s, ask %s, leverage %s read back",
		  (long long)book->series.bars, bid, ask, leverage);
	if (book->qty == 0 && book->foreign == 0)
		return EXIT_DONE;
	probe_say(p, DOCTOR_FAIL, "close and cancel them, or name another symbol with --symbol",
		  "refused: the account holds something in %s: %s%s", book->instrument->name,
		  book->qty != 0 ? "a position " : "", book->foreign != 0 ? "orders" : "");
	return EXIT_REFUSED;
}

/* The smallest order there is; long, because that needs nothing special anywhere. */
static void make_enter(struct probe *p, const struct quote *quote)
{
	const struct instrument *instrument = p->book.instrument;
	price_t far = quote->ask / FAR_SHARE, spread = 4 * (quote->ask - quote->bid);

	far = far > FAR_TICKS ? far : FAR_TICKS;
	far = far > spread ? far : spread;
	p->enter = (struct enter){.sym = p->sym,
				  .generation = instrument->generation,
				  .side = SIDE_LONG,
				  .qty = decision_least_lots(instrument, quote->ask),
				  .entry = quote->ask,
				  .stop = quote->ask - far,
				  .target = quote->ask + 2 * far,
				  .confidence = RATIO_ONE,
				  .leverage = p->settings.decision.leverage,
				  .decided_ms = p->pump.now_ms};
	p->ids = (struct order_ids){probe_next_id(p, ROLE_ENTRY), probe_next_id(p, ROLE_STOP),
				    probe_next_id(p, ROLE_TARGET)};
}

/* What stands: what the lists have just said, nothing assumed. */
static void read_standing(const struct probe *p, struct standing *out)
{
	const struct probe_book *book = &p->book;
	ms_t off_ms = book->off_ms;

	*out = (struct standing){
		.capital = book->equity == UNKNOWN || p->stage < 0 ? UNKNOWN
								   : share_down(book->equity, p->stage),
		.total_exposure = probe_book_exposure(book),
		.positions = book->positions,
		.ready = book->lists == PROBE_LISTS,
		.healthy = book->up,
		.clock_off_ms = off_ms == UNKNOWN ? UNKNOWN
				: off_ms < 0      ? -off_ms
						  : off_ms,
		.unreconciled = book->regridded,
		.foreign = book->foreign != 0 || book->qty != 0,
		.side = SIDE_NONE,
		.leverage = book->leverage,
		.states_known = STATES_ALL,
	};
}

static enum refusal judge(struct probe *p, struct finding *finding, struct ticket *ticket)
{
	const struct limits *limits = &p->settings.limits;
	struct quote quote = probe_book_quote(&p->book);
	struct standing standing;
	struct desk desk;

	p->pump.now_ms = clock_now(&p->pump.wire.clock);
	make_enter(p, &quote);
	read_standing(p, &standing);
	desk_init(&desk);
	ladder_step(limits, &desk, &(struct fact){.kind = FACT_TIME, .at_ms = p->pump.now_ms});
	return risk_enter(limits, &desk, &standing, &quote, p->book.instrument, &p->enter, &p->ids, finding,
			  ticket);
}

static void show_level(const struct probe *p, price_t price, char out[static SHOW_MAX])
{
	show_price(price, p->book.instrument, out);
}

static int enter_market(struct probe *p)
{
	char words[DECISION_WORDS_MAX], qty[SHOW_MAX], entry[SHOW_MAX], stop[SHOW_MAX], target[SHOW_MAX];
	struct finding finding = {0};
	struct ticket ticket;

	if (judge(p, &finding, &ticket) != REFUSAL_NONE) {
		decision_words(&(struct decision){.verdict = VERDICT_REFUSED,
						  .rule = finding.rule,
						  .limit_value = finding.limit,
						  .actual_value = finding.actual},
			       p->book.instrument, words);
		probe_say(p, DOCTOR_FAIL, "this is the gate's answer: nothing was sent", "%s", words);
		return EXIT_FAILED;
	}
	show_qty(p->enter.qty, p->book.instrument, qty);
	show_level(p, p->enter.entry, entry);
	show_level(p, p->enter.stop, stop);
	show_level(p, p->enter.target, target);
	const int64_t ids[] = {p->ids.id, p->ids.stop_id, p->ids.target_id};
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
		probe_book_add(&p->book, ids[i], p->pump.now_ms);
	p->wallet = p->book.wallet;
	p->sent = doctor_pump_submit(&p->pump, &ticket) == TB_OK;
	if (!p->sent) {
		probe_say(p, DOCTOR_FAIL, "try again; nothing was sent", "the ticket was not taken");
		return EXIT_FAILED;
	}
	probe_say(p, DOCTOR_OK, "", "approved and sent: long %s at %s, stop %s, target %s", qty, entry, stop,
		  target);
	return EXIT_DONE;
}

static struct probe_order *entry_of(struct probe *p)
{
	return probe_book_find(&p->book, p->ids.id);
}

/* Over, and its fills heard. */
static bool is_filled(struct probe *p)
{
	const struct probe_order *entry = entry_of(p);

	return order_is_final(entry->state) && p->book.bought >= entry->filled;
}

/* Told to rest at that price, for all of the position. */
static bool rests(struct probe *p, int64_t id, price_t price)
{
	const struct probe_order *order = probe_book_find(&p->book, id);

	return order != NULL && order->state == ORDER_LIVE && order->price == price &&
	       order->qty >= probe_book_own(&p->book);
}

static bool is_ended(struct probe *p, int64_t id)
{
	const struct probe_order *order = probe_book_find(&p->book, id);

	return order != NULL && order_is_final(order->state);
}

static bool is_protected(struct probe *p)
{
	return probe_book_own(&p->book) == 0 || is_ended(p, p->ids.stop_id) ||
	       (rests(p, p->ids.stop_id, p->enter.stop) && rests(p, p->ids.target_id, p->enter.target));
}

static const char *reason_of(struct probe *p, int64_t id, const char *otherwise)
{
	const struct probe_order *order = probe_book_find(&p->book, id);

	return order != NULL && order->reason[0] != '\0' ? order->reason : why(p, otherwise);
}

/* Silence is asked about before it is taken for an answer. */
static bool hears_fills(struct probe *p)
{
	if (probe_wait(p, is_filled, ASK_MS))
		return true;
	probe_ask(p, INTENT_QUERY, p->ids.id, 0);
	probe_ask(p, INTENT_SNAPSHOT, 0, 0);
	return probe_wait(p, is_filled, FILL_MS - ASK_MS);
}

static void say_filled(struct probe *p)
{
	char average[SHOW_MAX], slippage[SHOW_MAX], fees[SHOW_MAX];

	money_t wanted = notional_down(p->book.instrument, p->enter.entry, p->book.bought);
	show_average(p->book.cost, p->book.bought, p->book.instrument, average);
	show_percent(mul_div_up(p->book.cost > wanted ? p->book.cost - wanted : 0, RATIO_ONE, wanted), 4,
		     slippage);
	show_money(p->book.fees, 6, fees);
	probe_say(p, DOCTOR_OK, "", "filled at %s: slippage %s, fee %s USDT", average, slippage, fees);
}

static int see_protected(struct probe *p)
{
	if (!hears_fills(p) || p->book.bought == 0) {
		probe_say(p, DOCTOR_FAIL, "", "the entry was not filled: %s, %s",
			  order_state_text[entry_of(p)->state], reason_of(p, p->ids.id, "no word in time"));
		return EXIT_FAILED;
	}
	say_filled(p);
	if (probe_wait(p, is_protected, p->settings.execution.protect_deadline_ms) &&
	    probe_book_own(&p->book) > 0 && !is_ended(p, p->ids.stop_id)) {
		probe_say(p, DOCTOR_OK, "", "stop and target rest at the exchange, triggered by the mark");
		return EXIT_DONE;
	}
	probe_say(p, DOCTOR_FAIL, "", "its stop is not confirmed: %s",
		  reason_of(p, p->ids.stop_id, "no word within the time a position may be without"));
	return EXIT_FAILED;
}

static struct holding holding_of(const struct probe *p, qty_t qty)
{
	return (struct holding){.sym = p->sym,
				.generation = p->book.instrument->generation,
				.phase = PHASE_PROTECTED,
				.side = SIDE_LONG,
				.qty = qty,
				.stop = p->enter.stop,
				.target = p->enter.target};
}

static bool is_moved(struct probe *p)
{
	return probe_book_own(&p->book) == 0 || is_ended(p, p->moved.stop_id) ||
	       (rests(p, p->moved.stop_id, p->moved_stop) && rests(p, p->moved.target_id, p->enter.target));
}

/* A quarter of its way nearer. */
static int move_stop(struct probe *p)
{
	struct holding holding = holding_of(p, probe_book_own(&p->book));
	struct quote quote = probe_book_quote(&p->book);
	struct ticket ticket;
	char stop[SHOW_MAX];

	p->moved_stop = p->enter.stop + (p->enter.entry - p->enter.stop) / 4;
	p->moved = (struct order_ids){.stop_id = probe_next_id(p, ROLE_STOP),
				      .target_id = probe_next_id(p, ROLE_TARGET)};
	p->pump.now_ms = clock_now(&p->pump.wire.clock);
	struct protect protect = {p->moved_stop, p->enter.target};
	enum refusal refusal = risk_protect(&holding, &quote, &protect, &p->moved, holding.generation,
					    p->pump.now_ms, &ticket);
	probe_book_add(&p->book, p->moved.stop_id, p->pump.now_ms);
	probe_book_add(&p->book, p->moved.target_id, p->pump.now_ms);
	if (refusal != REFUSAL_NONE || doctor_pump_submit(&p->pump, &ticket) != TB_OK) {
		probe_say(p, DOCTOR_FAIL, "", "the stop could not be moved: %s",
			  refusal != REFUSAL_NONE ? refusal_rows[refusal].text : "the ticket was not taken");
		return EXIT_FAILED;
	}
	show_level(p, p->moved_stop, stop);
	if (!probe_wait(p, is_moved, AMEND_MS) || probe_book_own(&p->book) == 0 ||
	    is_ended(p, p->moved.stop_id)) {
		probe_say(p, DOCTOR_FAIL, "", "the stop was not seen at %s: %s", stop,
			  reason_of(p, p->moved.stop_id, "no word in time"));
		return EXIT_FAILED;
	}
	probe_say(p, DOCTOR_OK, "", "stop moved to %s and confirmed there", stop);
	return EXIT_DONE;
}

bool probe_reduce(struct probe *p, qty_t qty)
{
	struct holding holding = holding_of(p, qty < p->enter.qty ? qty : p->enter.qty);
	struct order_ids ids = {.id = probe_next_id(p, ROLE_EXIT)};
	struct ticket ticket;

	p->pump.now_ms = clock_now(&p->pump.wire.clock);
	if (risk_reduce(&holding, &(struct reduce){holding.qty}, &ids, holding.generation, p->pump.now_ms,
			&ticket) != REFUSAL_NONE ||
	    probe_book_add(&p->book, ids.id, p->pump.now_ms) == NULL)
		return false;
	p->exit_id = ids.id;
	return doctor_pump_submit(&p->pump, &ticket) == TB_OK;
}

static bool is_settled(struct probe *p)
{
	return p->book.bought > 0 && p->book.sold >= p->book.bought;
}

static bool is_left(struct probe *p)
{
	const struct probe_order *exit = probe_book_find(&p->book, p->exit_id);

	return is_settled(p) || exit->state == ORDER_REJECTED;
}

bool probe_has_lists(struct probe *p)
{
	return p->book.lists == PROBE_LISTS;
}

static int leave(struct probe *p)
{
	char average[SHOW_MAX], slippage[SHOW_MAX];
	price_t bid = p->book.quote.bid;

	bool sent = probe_reduce(p, probe_book_own(&p->book));
	if (!sent || !probe_wait(p, is_left, LEAVE_MS) || !is_settled(p)) {
		probe_say(p, DOCTOR_FAIL, "", "the position did not close: %s",
			  sent ? reason_of(p, p->exit_id, "no word in time") : "the ticket was not taken");
		return EXIT_FAILED;
	}
	money_t wanted = notional_up(p->book.instrument, bid, p->book.sold);
	show_average(p->book.proceeds, p->book.sold, p->book.instrument, average);
	show_percent(mul_div_up(wanted > p->book.proceeds ? wanted - p->book.proceeds : 0, RATIO_ONE, wanted),
		     4, slippage);
	probe_say(p, DOCTOR_OK, "", "left by a reduce-only order at %s: slippage %s", average, slippage);
	return EXIT_DONE;
}

void probe_say_cost(struct probe *p, const char *state)
{
	char price[SHOW_MAX], fees[SHOW_MAX], all[SHOW_MAX], was[SHOW_MAX], is[SHOW_MAX];
	const struct probe_book *book = &p->book;
	money_t lost = book->cost - book->proceeds;

	show_money(lost, 6, price);
	show_money(book->fees, 6, fees);
	show_money(lost + book->fees, 6, all);
	show_money(p->wallet, 6, was);
	show_money(book->wallet, 6, is);
	probe_say(p, DOCTOR_OK, "",
		  "%s; the round trip cost %s USDT: price %s, fees %s; the wallet was %s and is %s", state,
		  all, price, fees, was, is);
}

static int see_nothing_left(struct probe *p)
{
	const struct probe_book *book = &p->book;

	probe_ask(p, INTENT_SNAPSHOT, 0, 0);
	if (!probe_wait(p, probe_has_lists, LISTS_MS) || book->qty != 0 || book->foreign != 0 ||
	    probe_open_orders(p) != 0) {
		probe_say(p, DOCTOR_FAIL, "", "the lists do not say that nothing is left: %s",
			  why(p, "see below"));
		return EXIT_FAILED;
	}
	probe_say_cost(p, "flat, no order left");
	return EXIT_DONE;
}

static int take_steps(struct probe *p, const char *wanted)
{
	int code = connect_account(p, wanted);

	if (code == EXIT_DONE)
		code = prepare(p);
	if (code == EXIT_DONE)
		code = enter_market(p);
	if (code != EXIT_DONE)
		return code;
	if (see_protected(p) == EXIT_DONE && move_stop(p) == EXIT_DONE && leave(p) == EXIT_DONE &&
	    see_nothing_left(p) == EXIT_DONE)
		return EXIT_DONE;
	probe_rescue(p);
	return EXIT_FAILED;
}

static int64_t random_instance(void)
{
	uint32_t number = 0;

	if (getrandom(&number, sizeof number, 0) != (ssize_t)sizeof number)
		number = (uint32_t)getpid();
	return (int64_t)(number & 0xfffff) | 1;
}

static int open_and_step(struct probe *p, struct doctor *d, const char *wanted)
{
	const struct config *config = d->config;
	char error[600] = "not enough memory";

	p->doctor = d;
	p->feed = calloc(1, sizeof *p->feed);
	p->scratch = calloc(1, sizeof *p->scratch);
	if (p->feed == NULL || p->scratch == NULL ||
	    doctor_pump_open(&p->pump, config, d->mode, error, sizeof error) != 0) {
		doctor_say(d, DOCTOR_FAIL, "probe", "nothing was sent", "%.290s", error);
		return EXIT_FAILED;
	}
	feed_init(p->feed, &p->pump.wire.codec.exchange, config->limits.timeframe_ms, p->scratch);
	p->market = (struct exchange){&feed_ops, p->feed};
	p->pump.exchange = &p->market;
	p->pump.ctx = p;
	p->pump.on_event = on_event;
	p->instance = random_instance();
	p->stage = d->stage;
	settings_of_config(config, config->limits.timeframe_ms, &p->settings);
	probe_book_init(&p->book, &p->settings.signal);
	return take_steps(p, wanted);
}

static int refuse(struct doctor *d, const char *text, const char *advice)
{
	doctor_say(d, DOCTOR_FAIL, "probe", advice, "refused: %s", text);
	return EXIT_REFUSED;
}

int doctor_probe(const struct cli *cli, struct doctor *d)
{
	struct probe *p = NULL;
	char error[600];

	if (doctor_failed(d))
		return refuse(d, "a look failed", "see FAIL above; nothing was sent");
	if (d->mode == LIVE_PAPER || !live_codec_knows(d->config->exchange))
		return refuse(d, "there is no account to send it to", "set a key, and leave --paper away");
	int lock_fd = state_lock(d->config->state, error, sizeof error);
	if (lock_fd < 0)
		return refuse(d, error, "nothing was sent");
	int code = !probe_confirmed(cli) ? refuse(d, "it was not confirmed", "nothing was sent")
		   : (p = calloc(1, sizeof *p)) == NULL ? EXIT_FAILED
							: open_and_step(p, d, cli_value(cli, "symbol"));
	if (p != NULL) {
		doctor_pump_close(&p->pump);
		free(p->feed), free(p->scratch), free(p);
	}
	close(lock_fd);
	return code;
}
