/* SPDX-License-Identifier: MIT
 * See storm_world.h. */
#include "storm_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bybit.h"
#include "emu_internal.h"
#include "log.h"
#include "moment.h"
#include "outbox.h"
#include "record_log.h"
#include "sim_generator.h"
#include "sim_market.h"

#define LISTING_MS  (30 * MINUTE_MS) /* an address that is banned waits for ten */
#define KLINES_MAX  1000
#define MAX_DOWN_MS 40000
#define KEY         "emulated-key"
#define SECRET      "emulated-secret"

static int fail(struct storm *s, const char *why)
{
	snprintf(s->error, sizeof s->error, "%s", why);
	return TB_EIO;
}

static void hand_out(void *ctx, struct outbox *outbox, ms_t now_ms)
{
	struct storm *s = ctx;

	link_say(s->link, outbox, now_ms);
}

static bool is_stale(int64_t rule)
{
	return rule == REFUSAL_TICKER_STALE || rule == REFUSAL_BAR_STALE || rule == REFUSAL_UNHEALTHY ||
	       rule == REFUSAL_CLOCK || rule == REFUSAL_NOT_READY;
}

static void told(void *ctx, const struct record *record, bool stored)
{
	struct storm *s = ctx;

	if (!stored)
		spy_violation(&s->spy, "a turn could not be stored");
	if (s->options->verbose)
		record_log(record, &s->live.universe, false);
	if (s->options->account)
		auditor_told(&s->auditor, record);
	if (record->kind != RECORD_DECISION)
		return;
	s->decisions++;
	s->approved += record->decision.verdict == VERDICT_APPROVED;
	if (s->calm && s->now_ms > s->quiet_ms + STORM_QUIET_MS / 2 && is_stale(record->decision.rule)) {
		s->stale_late++;
		spy_violation(&s->spy, "%s: refused at %lld for %s, though all is quiet",
			      s->live.universe.at[record->decision.sym].name, (long long)s->now_ms,
			      refusal_rows[record->decision.rule].name);
	}
}

static void note(void *ctx, const char *line)
{
	const struct storm *s = ctx;

	log_line(s->emu != NULL ? emu_now(s->emu) : s->now_ms, LOG_INFO, "emu", "%s", line);
}

static int open_exchange(struct storm *s)
{
	struct emu_setup setup = {.universe = &s->universe,
				  .market = {.timeframe_ms = MINUTE_MS,
					     .start_ms = s->start_ms,
					     .symbols = (int64_t)s->universe.count,
					     .seed = s->seed,
					     .preroll = SIM_PREROLL},
				  .padding = 40,
				  .weather = {.seed = s->seed,
					      .per_hour = s->options->per_hour,
					      .regrid = s->options->regrid,
					      .account = s->options->account}};

	if (s->options->account)
		setup.account = (struct emu_account_setup){
			.key = KEY, .secret = SECRET, .balance = STORM_BALANCE, .latency_ms = 2};
	if (s->options->verbose)
		setup.note = note, setup.note_ctx = s;
	s->emu = emu_open(&setup, s->error, sizeof s->error);
	if (s->emu == NULL)
		return TB_EINVAL;
	storm_wire_init(&s->wire, s->emu, s->seed);
	return 0;
}

static int open_codec(struct storm *s)
{
	static const char *const bases[HOST_COUNT] = {"https://emulated", "wss://emulated", "wss://emulated"};
	struct bybit_setup setup = {.timeframe_ms = MINUTE_MS,
				    .book_levels = 200,
				    .taker_fee = s->config.taker_fee,
				    .maintenance = RATIO_ONE / 100,
				    .seed = s->seed};

	if (s->options->account) {
		setup.key = KEY, setup.secret = SECRET;
		setup.recv_window_ms = s->config.recv_window_ms;
		setup.protection = s->config.protection;
	}
	s->link = link_init(calloc(1, link_bytes()), &storm_wire_ops, &s->wire, bases, s->seed);
	s->wire.link = s->link;
	s->bybit = (struct exchange){&bybit_ops, calloc(1, bybit_ops.state_bytes)};
	if (bybit_init(&s->bybit, &setup) != 0)
		return fail(s, "the codec does not begin");
	feed_init(&s->feed, &s->bybit, MINUTE_MS, s->scratch);
	s->feed_exchange = (struct exchange){&feed_ops, &s->feed};
	s->market = (struct exchange){&spy_ops, &s->spy};
	return 0;
}

static void keep_link(struct storm *s)
{
	for (size_t i = 0; i < s->early->count; i++)
		if (s->early->at[i].kind == EVENT_LINK && s->early->at[i].link.state != LINK_LIMITED)
			s->link_news = s->early->at[i];
}

/* As the daemon waits for what it wants to know before it begins. */
static bool knows_account(const struct storm *s)
{
	return !s->options->account || bybit_account_facts(&s->bybit)->asked == ACCOUNT_FACTS_ALL;
}

/* Until the listing is there: nobody but the codec lives yet. */
static int await_listing(struct storm *s)
{
	struct turn_out out = {.say = s->outbox, .heard = s->early};
	ms_t end_ms = s->now_ms + LISTING_MS;

	while (s->market.ops->listing(&s->market) == NULL || !knows_account(s)) {
		struct wire_in in = {.at_ms = s->now_ms, .kind = WIRE_TIME};
		storm_wire_step(&s->wire, s->now_ms);
		if (s->options->account)
			auditor_look(&s->auditor, s->now_ms);
		link_step(s->link, s->now_ms);
		do {
			s->early->count = 0;
			s->market.ops->on_wire(&s->market, &in, &out);
			keep_link(s);
			link_say(s->link, s->outbox, s->now_ms);
		} while (link_take(s->link, s->now_ms, &in));
		s->now_ms += 10;
		if (s->now_ms > end_ms)
			return fail(s, "no listing within half an hour");
	}
	return 0;
}

static void sent(void *ctx, const struct order_request *order, ms_t now_ms)
{
	struct storm *s = ctx;

	spy_sent(&s->spy, order, now_ms);
	if (s->options->account)
		auditor_sent(&s->auditor, order, now_ms);
}

static bool is_half(void *ctx)
{
	const struct storm *s = ctx;

	return engine_desk(s->live.engine)->half_size == 1;
}

static int open_live(struct storm *s)
{
	struct live_options options = {.config = &s->config,
				       .market = &s->market,
				       .dir = s->folder,
				       .mode = "paper:bybit",
				       .instance = 1,
				       .stage = RATIO_ONE,
				       .outbox = s->outbox,
				       .hand_out = hand_out,
				       .told = told,
				       .ctx = s};

	if (s->options->account) {
		options.mode = "sandbox:bybit:testnet:1";
		options.account = (struct live_account){
			.codec = &s->bybit, .remember = bybit_remember, .since = bybit_since};
	}
	int err = live_world_open(&s->live, &options, s->now_ms, s->error, sizeof s->error);
	s->is_open = true;
	if (err != 0)
		return err;
	s->live.world.witness = (struct witness){.ctx = s, .sent = sent};
	if (s->options->account)
		auditor_follow(&s->auditor, &s->live.universe, is_half, s);
	if (s->kill.on) {
		storm_kill_compare(s);
		storm_kill_follow(s);
	}
	live_world_begin(&s->live, s->now_ms, s->link_news.kind == EVENT_LINK ? &s->link_news : NULL);
	return 0;
}

int storm_open(struct storm *s, const struct storm_options *options, uint64_t seed)
{
	char symbols[64], fee_text[48], error[512];
	const char *const sets[] = {"scanner.min_volume_24h=0", symbols, fee_text};
	ratio_t fee = options->account ? STORM_ACCOUNT_FEE : 55 * RATIO_ONE / 100000;

	s->options = options, s->seed = seed;
	s->now_ms = s->start_ms = options->account ? STORM_ACCOUNT_START_MS : STORM_START_MS;
	snprintf(s->folder, sizeof s->folder, "%s/storm.XXXXXX",
		 !options->on_disk && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	s->scratch = calloc(1, sizeof *s->scratch);
	s->early = calloc(1, sizeof *s->early);
	s->outbox = calloc(1, sizeof *s->outbox);
	if (mkdtemp(s->folder) == NULL || s->scratch == NULL || s->early == NULL || s->outbox == NULL)
		return fail(s, "no folder or memory");
	sim_universe_generate(&s->universe, (size_t)options->symbols, fee);
	snprintf(symbols, sizeof symbols, "trading.symbols=%s", s->universe.at[0].name);
	snprintf(fee_text, sizeof fee_text, "exchange.taker_fee=0.%09lld", (long long)fee);
	if (config_load(&s->config, &(struct config_sources){.sets = sets, .set_count = 3}, error,
			sizeof error) != 0)
		return fail(s, error);
	int err = open_exchange(s);
	spy_init(&s->spy, &s->feed_exchange, MINUTE_MS);
	if (err == 0)
		err = open_codec(s);
	if (err == 0 && options->account)
		auditor_open(&s->auditor, &s->spy, s->emu, &s->wire, s->folder, options->trace);
	if (err == 0)
		err = await_listing(s);
	return err == 0 ? open_live(s) : err;
}

static void turn(struct storm *s)
{
	struct wire_in in;

	storm_wire_step(&s->wire, s->now_ms);
	if (s->options->account)
		auditor_look(&s->auditor, s->now_ms);
	link_step(s->link, s->now_ms);
	while (link_take(s->link, s->now_ms, &in)) {
		if (s->before != NULL)
			s->before(s->probe_ctx);
		live_world_hear(&s->live, &in);
		if (s->after != NULL)
			s->after(s->probe_ctx, &in);
	}
	live_world_due(&s->live, s->now_ms);
	s->turns++;
}

static void close_daemon(struct storm *s)
{
	if (s->is_open)
		live_world_close(&s->live);
	if (s->link != NULL)
		link_close(s->link);
	if (s->bybit.state != NULL)
		bybit_close(&s->bybit);
	free(s->link), free(s->bybit.state);
	s->is_open = false;
	s->link = NULL;
	s->bybit.state = NULL;
}

/* It is down for a while, the exchange goes on; then a new one starts on the same folder. */
static void come_back(struct storm *s)
{
	ms_t down_ms =
		(ms_t)random_below(&s->kill.random, 2) * (ms_t)random_below(&s->kill.random, MAX_DOWN_MS);

	close_daemon(s);
	storm_wire_cut(&s->wire);
	outbox_clear(s->outbox);
	spy_begin_anew(&s->spy);
	auditor_begin_anew(&s->auditor);
	s->link_news = (struct event){.kind = EVENT_GARBAGE};
	for (ms_t end_ms = s->now_ms + down_ms;;) {
		ms_t next = ms_earlier(emu_next_ms(s->emu), end_ms);
		s->now_ms = next > s->now_ms ? next : s->now_ms;
		storm_wire_step(&s->wire, s->now_ms);
		auditor_look(&s->auditor, s->now_ms);
		if (s->now_ms >= end_ms)
			break;
	}
	int err = open_codec(s);
	if (err == 0)
		err = await_listing(s);
	if (err == 0)
		err = open_live(s);
	if (err != 0)
		spy_violation(&s->spy, "at %lld: it does not start again: %s", (long long)s->now_ms,
			      s->error);
}

void storm_run_until(struct storm *s, ms_t end_ms)
{
	while (s->is_open) { /* one that did not come back is told */
		ms_t next = ms_earlier(storm_wire_next_ms(&s->wire), link_next_ms(s->link));
		next = ms_earlier(next, live_world_next_ms(&s->live));
		if (next > end_ms)
			break;
		s->now_ms = next > s->now_ms ? next : s->now_ms;
		bool lives = !s->kill.on || storm_kill_turn(s, turn);
		if (!s->kill.on)
			turn(s);
		while (!lives) /* who starts can die, too */
			lives = storm_kill_turn(s, come_back);
		if (s->is_open && s->each_turn != NULL)
			s->each_turn(s);
	}
	s->now_ms = end_ms;
}

/* One row of a kline answer: ["ms","o","h","l","c","volume","turnover"]. Own reading: it must not share the
 * codec's. */
static const char *read_row(const char *at, const struct instrument *instrument, struct candle *out)
{
	long long open_ms;
	char text[5][32];
	int used = 0;

	if (sscanf(at, "[\"%lld\",\"%31[0-9.]\",\"%31[0-9.]\",\"%31[0-9.]\",\"%31[0-9.]\",\"%31[0-9.]\"%n",
		   &open_ms, text[0], text[1], text[2], text[3], text[4], &used) != 6)
		return NULL;
	double tick = (double)instrument->tick.step, lot = (double)instrument->lot.step;
	for (int64_t i = 0; i < instrument->tick.decimals; i++)
		tick /= 10;
	for (int64_t i = 0; i < instrument->lot.decimals; i++)
		lot /= 10;
	*out = (struct candle){.open_ms = open_ms,
			       .open = (price_t)(atof(text[0]) / tick + 0.5),
			       .high = (price_t)(atof(text[1]) / tick + 0.5),
			       .low = (price_t)(atof(text[2]) / tick + 0.5),
			       .close = (price_t)(atof(text[3]) / tick + 0.5),
			       .volume = (int64_t)(atof(text[4]) / lot + 0.5)};
	return at + used;
}

/* All bars of a symbol that are over, oldest first, as the calm exchange tells them. */
static size_t read_truth(struct storm *s, const struct instrument *instrument, struct candle *out,
			 size_t room)
{
	ms_t end_ms = s->now_ms;
	size_t count = 0;

	for (;;) {
		char target[256];
		struct emu_reply reply;
		size_t before = count;
		snprintf(target, sizeof target,
			 "/v5/market/kline?category=linear&symbol=%s&interval=1&end=%lld&limit=%d",
			 instrument->wire, (long long)end_ms, KLINES_MAX);
		emu_http(s->emu, s->now_ms, &(struct emu_request){"GET", target, "", "", 0}, &reply);
		const char *at = strstr(reply.body, "\"list\":[");
		for (at = at != NULL ? at + 8 : NULL; at != NULL && count < room; at = strchr(at, '[')) {
			struct candle bar;
			if ((at = read_row(at, instrument, &bar)) == NULL)
				break;
			end_ms = ms_earlier(end_ms, bar.open_ms - 1);
			if (bar.open_ms + MINUTE_MS <= s->now_ms)
				out[count++] = bar;
		}
		if (count == before || count == room)
			break;
	}
	for (size_t i = 0; i < count / 2; i++) {
		struct candle swap = out[i];
		out[i] = out[count - 1 - i];
		out[count - 1 - i] = swap;
	}
	return count;
}

/* Whether the exchange still tells of the symbol, and counts prices and sizes as we do: a new grid may not
 * have been noticed yet. */
static bool is_told_alike(const struct storm *s, size_t sym)
{
	const struct instrument *ours = &s->live.universe.at[sym];
	sym_t there = universe_find(&s->emu->universe, ours->name);

	return !s->spy.symbols[sym].changed && there != SYM_NONE &&
	       s->emu->universe.at[there].generation == 0 &&
	       s->emu->universe.at[there].status != INSTRUMENT_GONE;
}

static void compare_all(struct storm *s)
{
	size_t room = (size_t)(s->options->minutes + STORM_QUIET_MS / MINUTE_MS) + 3000;
	struct candle *truth = calloc(room, sizeof *truth);

	if (truth == NULL)
		abort();
	for (size_t sym = 0; sym < s->live.universe.count; sym++) {
		const struct instrument *instrument = &s->live.universe.at[sym];
		if (s->spy.symbols[sym].count == 0 || !is_told_alike(s, sym))
			continue;
		size_t count = read_truth(s, instrument, truth, room);
		spy_compare(&s->spy, (sym_t)sym, instrument->name, truth, count, s->now_ms - 5 * SECOND_MS);
	}
	free(truth);
}

void storm_check_end(struct storm *s)
{
	struct spy *spy = &s->spy;

	compare_all(s);
	if (!live_world_ready(&s->live))
		spy_violation(spy, "not ready after %lld minutes", (long long)s->options->minutes);
	for (size_t sym = 0; sym < s->live.universe.count; sym++)
		if (spy->symbols[sym].watched && is_told_alike(s, sym) &&
		    s->now_ms - spy->symbols[sym].ticker_ms > 2 * MINUTE_MS)
			spy_violation(spy, "%s: no quote since %lld", s->live.universe.at[sym].name,
				      (long long)spy->symbols[sym].ticker_ms);
	if (!s->options->account && sim_broker_check(&s->live.accounts.broker) != 0)
		spy_violation(spy, "the account's books are not equal");
	if (s->wire.overflows > 0)
		spy_violation(spy, "the storm's own queue was too small");
	if (link_counts(s->link)->queued > 0)
		spy_violation(spy, "the link still holds %zu bytes", link_counts(s->link)->queued);
}

void storm_close(struct storm *s)
{
	char command[128];

	close_daemon(s);
	storm_wire_close(&s->wire);
	if (s->emu != NULL)
		emu_close(s->emu);
	spy_close(&s->spy);
	auditor_close(&s->auditor);
	free(s->scratch), free(s->early), free(s->outbox);
	snprintf(command, sizeof command, "rm -rf '%s'", s->folder);
	if (s->folder[0] != '\0' && system(command) != 0)
		fprintf(stderr, "storm: %s could not be removed\n", s->folder);
}
