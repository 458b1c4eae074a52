/* SPDX-License-Identifier: MIT
 * What `doctor` sees of the exchange, through the very stack the daemon uses: names, TLS, requests, stream
 * and data, its clock, what it lists, the account of the key if there is one, and what its smallest orders
 * would take. It sends no order and needs no key. */
#include "doctor.h"

#include "doctor_pump.h"
#include "settings.h"
#include "show.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MOST_MS     (20 * SECOND_MS)
#define SILENT_MS   (6 * SECOND_MS) /* of everything: then it is no use to wait on */
#define CLOCK_OK_MS 250

struct look {
	struct doctor *doctor;
	struct doctor_pump pump;
	struct engine_settings settings;
	struct universe universe;  /* once listed */
	price_t last[SYMBOLS_MAX]; /* of the table; UNKNOWN */
	sym_t watched;
	bool listed, scanned;
	ms_t answered_ms, up_ms, asked_ms, data_ms, private_ms; /* after the start; UNKNOWN: not yet */
	ms_t off_ms;                                            /* of their clock; UNKNOWN */
	char rest_trouble[160], stream_trouble[160], private_trouble[160];
};

/* "api.bybit.com" of "https://api.bybit.com:443". */
static void host_of(const char *base, char *out, size_t size)
{
	const char *host = strstr(base, "://") != NULL ? strstr(base, "://") + 3 : base;

	snprintf(out, size, "%.*s", (int)strcspn(host, ":/"), host);
}

static void look_up(struct doctor *d, const char *base)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found = NULL;
	char host[LINK_BASE_MAX], first[64] = "";
	size_t count = 0;

	host_of(base, host, sizeof host);
	int err = getaddrinfo(host, "443", &hints, &found);
	if (err != 0) {
		doctor_say(d, DOCTOR_FAIL, "dns",
			   "is the name right, the network up, /etc/resolv.conf sound?", "%s: %s", host,
			   gai_strerror(err));
		return;
	}
	for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
		count++;
	getnameinfo(found->ai_addr, found->ai_addrlen, first, sizeof first, NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(found);
	doctor_say(d, DOCTOR_OK, "dns", "", "%s: %zu address%s, the first %s", host, count,
		   count == 1 ? "" : "es", first);
}

static void note_wire(void *ctx, const struct wire_in *in)
{
	struct look *look = ctx;
	ms_t since_ms = doctor_pump_since(&look->pump);
	int len = in->len < 120 ? (int)in->len : 120;

	if (in->kind == WIRE_UP && in->stream == 0 && look->up_ms == UNKNOWN)
		look->up_ms = since_ms;
	if (in->kind == WIRE_DOWN)
		snprintf(in->stream == 0 ? look->stream_trouble : look->private_trouble,
			 sizeof look->stream_trouble, "%.*s", len, in->text);
	if (in->kind != WIRE_REPLY)
		return;
	if (in->status >= 200 && in->status < 300 && look->answered_ms == UNKNOWN)
		look->answered_ms = since_ms;
	else if (in->status < 0)
		snprintf(look->rest_trouble, sizeof look->rest_trouble, "%.*s", len, in->text);
	else if (in->status >= 300)
		snprintf(look->rest_trouble, sizeof look->rest_trouble, "HTTP %d %.*s", in->status, len,
			 in->text);
}

static void note_event(void *ctx, const struct event *event)
{
	struct look *look = ctx;

	switch (event->kind) {
	case EVENT_LINK:
		look->off_ms = event->link.clock_off_ms;
		if (event->link.state == LINK_UP && look->private_ms == UNKNOWN)
			look->private_ms = doctor_pump_since(&look->pump);
		break;
	case EVENT_GARBAGE:
		snprintf(look->private_trouble, sizeof look->private_trouble, "%s", event->garbage.text);
		break;
	case EVENT_SCAN_ROW:
		if (event->sym < SYMBOLS_MAX)
			look->last[event->sym] = event->scan.last;
		break;
	case EVENT_SNAPSHOT_END:
		look->scanned = look->scanned || event->snapshot.what == SNAPSHOT_SCAN;
		break;
	case EVENT_TICKER:
	case EVENT_DEPTH:
		if (look->data_ms == UNKNOWN)
			look->data_ms = doctor_pump_since(&look->pump);
		break;
	default: break;
	}
}

static sym_t one_of(const struct look *look)
{
	const struct config_symbols *symbols = &look->doctor->config->symbols;

	for (size_t i = 0; i < symbols->count; i++) {
		sym_t sym = universe_find(&look->universe, symbols->at[i]);
		if (sym != SYM_NONE)
			return sym;
	}
	return 0;
}

/* What is listed is known: from now on symbols have numbers, and something of them can be asked for. */
static void ask_market(void *ctx)
{
	struct look *look = ctx;
	struct exchange *exchange = look->pump.exchange;
	const struct universe *listing = exchange->ops->listing(exchange);

	if (look->listed || listing == NULL)
		return;
	look->universe = *listing;
	look->listed = true;
	exchange->ops->attach(exchange, &look->universe);
	if (look->universe.count == 0)
		return;
	look->watched = one_of(look);
	look->asked_ms = doctor_pump_since(&look->pump);
	doctor_pump_ask(&look->pump, &(struct intent){.kind = INTENT_SCAN, .sym = SYM_NONE});
	doctor_pump_ask(&look->pump,
			&(struct intent){.kind = INTENT_WATCH, .sym = look->watched, .value = 1});
}

/* The stream of a key that was refused does not come up. */
static bool account_is_done(const struct look *look)
{
	const struct account_facts *facts = live_codec_facts(&look->pump.wire.codec);

	return look->doctor->mode == LIVE_PAPER || (facts->refused && (facts->asked & ACCOUNT_FACT_KEY)) ||
	       (facts->asked == ACCOUNT_FACTS_ALL && look->private_ms != UNKNOWN);
}

static bool is_done(const struct look *look, ms_t since_ms)
{
	if (since_ms >= SILENT_MS && look->answered_ms == UNKNOWN && look->up_ms == UNKNOWN)
		return true;
	return look->listed && look->scanned && look->off_ms != UNKNOWN && look->up_ms != UNKNOWN &&
	       look->data_ms != UNKNOWN && account_is_done(look);
}

static const char *advice_for(const char *trouble)
{
	static const struct {
		const char *part, *advice;
	} advices[] = {
		{"resolve", "see dns above"},
		{"ertificate",
		 "is the clock right, are ca-certificates installed, does somebody stand in between?"},
		{"SSL", "is the clock right, are ca-certificates installed, does somebody stand in between?"},
		{"TLS", "is the clock right, are ca-certificates installed, does somebody stand in between?"},
		{"403",
		 "the exchange does not serve this address: its country, or too many requests (10 min)"},
		{"429", "too many requests from this address: wait, and see who else uses it"},
		{"refused", "a firewall, or the wrong port in EXCHANGE_REST_URL / EXCHANGE_STREAM_URL"},
	};

	for (size_t i = 0; i < sizeof advices / sizeof advices[0]; i++)
		if (strstr(trouble, advices[i].part) != NULL)
			return advices[i].advice;
	return "is a firewall in between, is the exchange down for maintenance?";
}

static void tell_hosts(const struct look *look)
{
	struct doctor *d = look->doctor;
	const char *rest = look->pump.wire.codec.bases[HOST_REST],
		   *stream = look->pump.wire.codec.bases[HOST_PUBLIC];

	if (look->answered_ms != UNKNOWN)
		doctor_say(d, DOCTOR_OK, "requests", "", "%s answered after %lld ms, certificate verified",
			   rest, (long long)look->answered_ms);
	else
		doctor_say(d, DOCTOR_FAIL, "requests", advice_for(look->rest_trouble), "%s: %s", rest,
			   look->rest_trouble[0] != '\0' ? look->rest_trouble : "no answer");
	if (look->up_ms != UNKNOWN)
		doctor_say(d, DOCTOR_OK, "stream", "", "%s was open after %lld ms, certificate verified",
			   stream, (long long)look->up_ms);
	else
		doctor_say(d, DOCTOR_FAIL, "stream", advice_for(look->stream_trouble), "%s: %s", stream,
			   look->stream_trouble[0] != '\0' ? look->stream_trouble : "did not open");
	if (look->data_ms != UNKNOWN)
		doctor_say(d, DOCTOR_OK, "data", "", "%s: first quote %lld ms after it was asked for",
			   look->universe.at[look->watched].name,
			   (long long)(look->data_ms - look->asked_ms));
	else if (look->up_ms != UNKNOWN && look->asked_ms != UNKNOWN)
		doctor_say(d, DOCTOR_FAIL, "data", "try again; is the exchange down for maintenance?",
			   "%s was asked for and nothing came", look->universe.at[look->watched].name);
}

static void tell_clock(const struct look *look)
{
	struct doctor *d = look->doctor;
	ms_t off_ms = look->off_ms;

	if (off_ms == UNKNOWN) {
		if (look->answered_ms != UNKNOWN)
			doctor_say(d, DOCTOR_FAIL, "their clock", "try again",
				   "the exchange did not tell its time");
		return;
	}
	ms_t far_ms = off_ms < 0 ? -off_ms : off_ms;
	enum doctor_verdict verdict = far_ms > d->config->limits.clock_off_ms ? DOCTOR_FAIL
				      : far_ms > CLOCK_OK_MS                  ? DOCTOR_WARN
									      : DOCTOR_OK;
	doctor_say(d, verdict, "their clock",
		   verdict == DOCTOR_OK ? ""
					: "timedatectl set-ntp true: nothing is opened while clocks differ",
		   "the exchange's clock is %lld ms %s ours (%lld ms are allowed)", (long long)far_ms,
		   off_ms < 0 ? "behind" : "ahead of", (long long)d->config->limits.clock_off_ms);
}

static void tell_limits(const struct look *look)
{
	int64_t limits = live_codec_limits(&look->pump.wire.codec);

	if (look->answered_ms == UNKNOWN && limits == 0)
		return;
	if (limits == 0)
		doctor_say(look->doctor, DOCTOR_OK, "rate budget", "",
			   "the exchange did not tell us to be silent");
	else
		doctor_say(look->doctor, DOCTOR_WARN, "rate budget",
			   "wait, and see who else uses this address",
			   "the exchange told us to be silent, %lld times", (long long)limits);
}

/* What the smallest order of a symbol takes. Returns whether E is enough. */
static bool tell_symbol(const struct look *look, sym_t sym)
{
	struct doctor *d = look->doctor;
	const struct instrument *instrument = &look->universe.at[sym];
	price_t price = look->last[sym];
	char least[SHOW_MAX], equity[SHOW_MAX], value[SHOW_MAX];

	if (price == UNKNOWN || d->stage <= 0) {
		doctor_say(d, DOCTOR_OK, "symbol", "", "%s: %s", instrument->name,
			   price == UNKNOWN ? "listed, no price was told" : "listed; the stage is shadow");
		return true;
	}
	money_t capital = decision_least_capital(&look->settings.decision, &look->settings.limits, instrument,
						 price, false);
	money_t needed = capital < VALUE_MAX ? mul_div_up(capital, RATIO_ONE, d->stage) : -1;
	bool enough = needed >= 0 && d->equity >= needed;
	show_money(notional_up(instrument, price, decision_least_lots(instrument, price)), 2, value);
	show_money(needed < 0 ? UNKNOWN : needed, 2, least);
	show_money(d->equity, 2, equity);
	doctor_say(d, enough ? DOCTOR_OK : DOCTOR_WARN, "symbol",
		   enough ? "" : "more equity, a larger RISK_POSITION_SHARE, or another symbol",
		   "%s: the smallest order is worth %s USDT and takes an equity of %s USDT (there are %s)",
		   instrument->name, value, least, equity);
	return enough;
}

static void tell_market(const struct look *look)
{
	struct doctor *d = look->doctor;
	const struct config_symbols *symbols = &d->config->symbols;
	size_t found = 0, enough = 0;

	if (!look->listed) {
		if (look->answered_ms != UNKNOWN)
			doctor_say(d, DOCTOR_FAIL, "listing",
				   "try again; is the exchange down for maintenance?",
				   "what can be traded was not told in time");
		return;
	}
	doctor_say(d, DOCTOR_OK, "listing", "", "%zu symbols can be traded", look->universe.count);
	for (size_t i = 0; i < symbols->count; i++) {
		sym_t sym = universe_find(&look->universe, symbols->at[i]);
		found += sym != SYM_NONE;
		if (sym == SYM_NONE)
			doctor_say(d, DOCTOR_WARN, "symbol", "correct TRADING_SYMBOLS", "%s is not listed",
				   symbols->at[i]);
		else
			enough += tell_symbol(look, sym);
	}
	if (found > 0 && enough == 0 && !d->config->scanner.enabled)
		doctor_say(d, DOCTOR_FAIL, "equity", "see above: run would refuse",
			   "no symbol can be traded");
}

static void look_until_done(struct look *look)
{
	struct doctor_pump *pump = &look->pump;

	pump->ctx = look;
	pump->on_wire = note_wire;
	pump->on_event = note_event;
	pump->after = ask_market;
	while (doctor_pump_since(pump) < MOST_MS && !is_done(look, doctor_pump_since(pump)) &&
	       loop_signals(&pump->wire.loop) == 0)
		if (!doctor_pump_turn(pump))
			break;
}

static void tell(struct look *look)
{
	struct doctor *d = look->doctor;
	const struct account_facts *facts = live_codec_facts(&look->pump.wire.codec);

	tell_hosts(look);
	tell_clock(look);
	tell_limits(look);
	if (look->doctor->mode == LIVE_PAPER)
		doctor_say_no_account(d);
	else
		doctor_look_account(d, facts, look->private_ms != UNKNOWN ? NULL : look->private_trouble,
				    look->pump.now_ms);
	tell_market(look);
}

void doctor_look_wire(struct doctor *d)
{
	struct look *look = calloc(1, sizeof *look);
	char error[600] = "not enough memory";

	if (look == NULL || doctor_pump_open(&look->pump, d->config, d->mode, error, sizeof error) != 0) {
		doctor_say(d, DOCTOR_FAIL, "exchange", "the text says what it takes", "%.290s", error);
	} else {
		look->doctor = d;
		look->answered_ms = look->up_ms = look->asked_ms = look->data_ms = look->private_ms =
			look->off_ms = UNKNOWN;
		for (size_t i = 0; i < SYMBOLS_MAX; i++)
			look->last[i] = UNKNOWN;
		settings_of_config(d->config, d->config->limits.timeframe_ms, &look->settings);
		look_up(d, look->pump.wire.codec.bases[HOST_REST]);
		look_up(d, look->pump.wire.codec.bases[HOST_PUBLIC]);
		look_until_done(look);
		tell(look);
	}
	if (look != NULL)
		doctor_pump_close(&look->pump);
	free(look);
}
