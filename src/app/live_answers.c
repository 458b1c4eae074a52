/* SPDX-License-Identifier: MIT
 * What a running daemon answers over its control socket: what the journal cannot know, because it is only in
 * memory. Prices and sizes are decimal numbers, times milliseconds since 1970, what is not known null. Each
 * verb prints it beside what the journal says. */
#include "live.h"

#include "holding.h"
#include "show.h"
#include "tradebot/ticket.h"

#include <string.h>

static void json_int(FILE *out, const char *name, int64_t value)
{
	if (value == UNKNOWN)
		fprintf(out, "\"%s\": null", name);
	else
		fprintf(out, "\"%s\": %lld", name, (long long)value);
}

static void json_text(FILE *out, const char *name, const char *value)
{
	fprintf(out, "\"%s\": ", name);
	show_json_text(out, value);
}

static void json_decimal(FILE *out, const char *name, const char *shown, bool known)
{
	fprintf(out, "\"%s\": %s", name, known ? shown : "null");
}

static void json_price(FILE *out, const char *name, price_t price, const struct instrument *instrument)
{
	char text[SHOW_MAX];

	show_price(price, instrument, text);
	json_decimal(out, name, text, price != UNKNOWN);
}

static void json_ratio(FILE *out, const char *name, ratio_t ratio)
{
	char text[SHOW_MAX];

	show_ratio(ratio, 9, text);
	json_decimal(out, name, text, ratio != UNKNOWN);
}

static ms_t age(ms_t now_ms, ms_t at_ms)
{
	return at_ms == UNKNOWN || at_ms == 0 ? UNKNOWN : now_ms - at_ms;
}

static void put_quote(FILE *out, const struct quote *quote, const struct instrument *instrument, ms_t now_ms)
{
	bool ranked = quote->volatility.den > 0;

	json_price(out, "bid", quote->bid, instrument), fputs(", ", out);
	json_price(out, "ask", quote->ask, instrument), fputs(", ", out);
	json_price(out, "mark", quote->mark, instrument), fputs(", ", out);
	json_price(out, "last", quote->last, instrument), fputs(", ", out);
	json_ratio(out, "spread", quote->spread), fputs(", ", out);
	show_json_money(out, "depth", quote->depth), fputs(", ", out);
	json_int(out, "age_ms", age(now_ms, quote->ticker_ms)), fputs(", ", out);
	json_int(out, "depth_age_ms", age(now_ms, quote->depth_ms)), fputs(", ", out);
	json_int(out, "bar_ms", quote->bar_ms), fputs(", ", out);
	json_ratio(out, "volatility",
		   ranked ? mul_div_down(quote->volatility.num, RATIO_ONE, quote->volatility.den) : UNKNOWN);
}

/* One symbol as one object. */
static void put_symbol(struct live *live, sym_t sym, FILE *out)
{
	const struct instrument *instrument = &live->world->universe.at[sym];
	const char *regime;
	struct engine_view view;

	engine_look(live->world->engine, sym, live->last_ms, &view);
	regime = field_text(FIELD_REGIME, view.regime);
	fputc('{', out);
	json_text(out, "symbol", instrument->name);
	fprintf(out, ", \"watched\": %s, \"picked\": %s, ", view.watched ? "true" : "false",
		view.scanned ? "true" : "false");
	put_quote(out, &view.quote, instrument, live->last_ms), fputs(", ", out);
	json_text(out, "regime", regime != NULL ? regime : "?"), fputs(", ", out);
	json_int(out, "bars", view.bars), fputs(", ", out);
	fprintf(out, "\"warm\": %s, ", live->feed->symbols[sym].theirs ? "false" : "true");
	json_ratio(out, "funding_rate", view.funding_rate), fputs(", ", out);
	json_int(out, "funding_ms", view.funding_rate == UNKNOWN ? UNKNOWN : view.funding_ms),
		fputs(", ", out);
	show_json_money(out, "exposure", view.exposure), fputs(", \"closed\": ", out);
	if (view.closed == REFUSAL_NONE)
		fputs("null", out);
	else
		show_json_text(out, refusal_rows[view.closed].text);
	fprintf(out, ", \"closed_for_want_of_a_fact\": %s}", view.unanswered ? "true" : "false");
}

static void put_watched(struct live *live, FILE *out)
{
	const char *between = "";

	fputs("\"symbols\": [", out);
	for (size_t i = 0; i < live->world->universe.count; i++) {
		if (!engine_scanner(live->world->engine)->at[i].watched)
			continue;
		fputs(between, out);
		put_symbol(live, (sym_t)i, out);
		between = ", ";
	}
	fputc(']', out);
}

static void put_link(const struct live *live, FILE *out)
{
	const char *word = live_link_word(live);
	const struct link_counts *n = link_counts(live->wire.link);
	const struct event *news = &live->link_news;
	bool known = word != NULL;

	fputs("\"link\": {", out);
	json_text(out, "state", word != NULL ? word : "unknown"), fputs(", ", out);
	json_int(out, "since_ms", known ? live->link_ms : UNKNOWN), fputs(", ", out);
	json_int(out, "latency_ms", known ? news->link.latency_ms : UNKNOWN), fputs(", ", out);
	json_int(out, "clock_off_ms", known ? news->link.clock_off_ms : UNKNOWN), fputs(", ", out);
	json_text(out, "last_trouble", live->trouble), fputs(", ", out);
	json_int(out, "trouble_ms", live->trouble[0] != '\0' ? live->trouble_ms : UNKNOWN);
	fprintf(out,
		", \"requests\": %lld, \"replies\": %lld, \"timeouts\": %lld, \"frames\": %lld, \"opened\": "
		"%lld, "
		"\"fallen\": %lld, \"under_way\": %zu, \"queued_bytes\": %zu, \"garbage\": %lld}",
		(long long)n->requests, (long long)n->replies, (long long)n->timeouts, (long long)n->frames,
		(long long)n->opens, (long long)n->downs, n->under_way + n->waiting, n->queued,
		(long long)live->garbage);
}

static void put_loop(const struct live *live, FILE *out)
{
	struct loop_lag now = loop_lag(&live->wire.loop);
	int64_t most = live->lag_most_us > now.max_us ? live->lag_most_us : now.max_us;
	const struct live_world *world = live->world;

	fprintf(out,
		"\"loop\": {\"turns\": %lld, \"lag_p50_us\": %lld, \"lag_p99_us\": %lld, \"lag_most_us\": "
		"%lld}, ",
		(long long)live->turns, (long long)now.p50_us, (long long)now.p99_us, (long long)most);
	fprintf(out,
		"\"journal\": {\"commits\": %lld, \"failed\": %lld, \"unsaved_records\": %zu, "
		"\"lost_records\": "
		"%zu, \"longest_commit_us\": %lld}",
		(long long)world->commits, (long long)world->failed_commits, world->world.unsaved_count,
		world->world.lost_records, (long long)world->commit_most);
}

static void put_feed(const struct live *live, FILE *out)
{
	const struct feed_counts *n = &live->feed->counts;
	const char *between = "";

	fputs("\"feed\": {", out);
#define X(name, text) fprintf(out, "%s\"" #name "\": %lld", between, (long long)n->name), between = ", ";
	FEED_COUNTS(X)
#undef X
	fputs("}, \"codec\": {", out);
	live_codec_counts(&live->wire.codec, out);
	fputc('}', out);
}

static void put_scan_times(const struct live *live, FILE *out)
{
	const struct engine *engine = live->world->engine;
	const struct scanner_counts *n = engine_scan_counts(engine);
	ms_t scanned_ms = engine_scanned_ms(engine);

	json_int(out, "scanned_ms", scanned_ms != 0 ? scanned_ms : UNKNOWN), fputs(", ", out);
	json_int(out, "next_scan_ms", engine_scan_due_ms(engine));
	fprintf(out,
		", \"passed\": {\"rows\": %lld, \"readable\": %lld, \"trading\": %lld, \"not_blacklisted\": "
		"%lld, "
		"\"listed\": %lld, \"turnover\": %lld, \"spread\": %lld}, \"watching\": %lld",
		(long long)n->rows, (long long)n->readable, (long long)n->trading,
		(long long)n->not_blacklisted, (long long)n->listed, (long long)n->turnover,
		(long long)n->spread, (long long)n->watched);
}

static void put_times(const struct live *live, FILE *out)
{
	json_int(out, "now_ms", live->last_ms), fputs(", ", out);
	json_int(out, "started_ms", live->started_ms), fputs(", ", out);
	fprintf(out, "\"ready\": %s", live->ready ? "true" : "false");
}

static int answer_status(struct live *live, FILE *out)
{
	sym_t oldest;

	fputc('{', out);
	put_times(live, out), fputs(", ", out);
	show_json_money(out, "equity", engine_equity(live->world->engine)), fputs(", ", out);
	json_int(out, "data_age_ms", live_data_age(live, live->last_ms, &oldest)), fputs(", ", out);
	json_text(out, "health", health_fault_text[engine_health(live->world->engine, live->last_ms)]);
	fputs(", ", out);
	put_link(live, out), fputs(", ", out);
	put_loop(live, out), fputs(", ", out);
	put_feed(live, out), fputs(", ", out);
	put_scan_times(live, out), fputs(", ", out);
	put_watched(live, out);
	fputc('}', out);
	return 0;
}

static int answer_why(struct live *live, const char *arg, FILE *out)
{
	char name[SYMBOL_TEXT_MAX];
	sym_t sym = symbol_normalise(arg, name) == 0 ? universe_find(&live->world->universe, name) : SYM_NONE;

	if (sym == SYM_NONE) {
		fprintf(out, "the exchange lists no symbol '%.40s'", arg);
		return EXIT_USAGE;
	}
	put_symbol(live, sym, out);
	return 0;
}

/* What is open, at its marks. */
static int answer_risk(struct live *live, FILE *out)
{
	struct live_world *world = live->world;
	struct execution *execution = engine_execution(world->engine);
	money_t total = 0, open = 0;

	for (size_t i = 0; i < execution->active_count; i++) {
		const struct holding *h = execution_active(execution, i);
		struct engine_view view;
		if (h->book != BOOK_MAIN)
			continue;
		engine_look(world->engine, (sym_t)h->sym, live->last_ms, &view);
		money_t net = h->qty > 0 ? holding_net(h, &world->universe.at[h->sym], view.quote.mark) : 0;
		total = total == UNKNOWN || view.exposure == UNKNOWN ? UNKNOWN : total + view.exposure;
		open = open == UNKNOWN || net == UNKNOWN ? UNKNOWN : open + net;
	}
	fputc('{', out);
	put_times(live, out), fputs(", ", out);
	show_json_money(out, "equity", engine_equity(world->engine)), fputs(", ", out);
	show_json_money(out, "exposure", total), fputs(", ", out);
	show_json_money(out, "open_result", open), fputs(", ", out);
	put_watched(live, out);
	fputc('}', out);
	return 0;
}

static void put_row(const struct live *live, const struct scanner_symbol *row, sym_t sym, FILE *out)
{
	const struct instrument *instrument = &live->world->universe.at[sym];

	fputc('{', out);
	json_text(out, "symbol", instrument->name), fputs(", ", out);
	json_int(out, "rank", row->place), fputs(", ", out);
	json_ratio(out, "score", row->place > 0 ? row->score : UNKNOWN), fputs(", ", out);
	fprintf(out, "\"watched\": %s, \"manual\": %s, ", row->watched ? "true" : "false",
		row->manual ? "true" : "false");
	show_json_money(out, "turnover", row->turnover), fputs(", ", out);
	json_price(out, "last", row->last, instrument), fputs(", ", out);
	json_price(out, "open", row->open, instrument), fputs(", ", out);
	json_price(out, "high", row->high, instrument), fputs(", ", out);
	json_price(out, "low", row->low, instrument), fputs(", ", out);
	json_price(out, "bid", row->bid, instrument), fputs(", ", out);
	json_price(out, "ask", row->ask, instrument);
	fputc('}', out);
}

/* The ranked ones, best first, then what is watched without a rank. */
static int answer_scan(struct live *live, FILE *out)
{
	const struct scanner *scanner = engine_scanner(live->world->engine);
	const struct scanner_symbol *row;
	const char *between = "";

	fputc('{', out);
	put_times(live, out), fputs(", ", out);
	put_scan_times(live, out), fputs(", \"rows\": [", out);
	for (int64_t i = 0; i < scanner->counts.spread; i++) {
		fputs(between, out), between = ", ";
		put_row(live, &scanner->at[scanner->order[i]], scanner->order[i], out);
	}
	for (size_t sym = 0; sym < live->world->universe.count; sym++) {
		row = &scanner->at[sym];
		if (!row->watched || row->place > 0)
			continue;
		fputs(between, out), between = ", ";
		put_row(live, row, (sym_t)sym, out);
	}
	fputs("]}", out);
	return 0;
}

int live_answer(void *ctx, const char *verb, const char *arg, FILE *out)
{
	struct live *live = ctx;
	int code = live_command(live, verb, arg, out);

	if (code >= 0)
		return code;
	if (!live->begun) {
		fprintf(out, "the daemon is still waiting for the exchange's listing (%s)",
			live->trouble[0] != '\0' ? live->trouble : "no answer yet");
		return EXIT_FAILED;
	}
	if (strcmp(verb, "status") == 0)
		return answer_status(live, out);
	if (strcmp(verb, "why") == 0)
		return answer_why(live, arg, out);
	if (strcmp(verb, "risk") == 0)
		return answer_risk(live, out);
	if (strcmp(verb, "scan") == 0)
		return answer_scan(live, out);
	fprintf(out,
		"no question '%.40s'; there are status, why SYMBOL, risk, scan, halt, resume, flatten, "
		"unlock WORD, lower, "
		"preview VERB",
		verb);
	return EXIT_USAGE;
}
