/* SPDX-License-Identifier: MIT
 * tradebotd scan: the last table of the market as the scanner ranked it, from a running daemon; without one,
 * the places that the journal has of what is watched. */
#include "verbs.h"

#include "live_part.h"
#include "show.h"

static void print_passed(const struct cJSON *answer)
{
	const struct cJSON *passed = json_member(answer, "passed");
	char at[SHOW_MAX], next[SHOW_MAX];

	live_part_time(answer, "scanned_ms", at);
	live_part_time(answer, "next_scan_ms", next);
	printf("scanned at %s UTC, next at %s UTC\n", at, next);
	printf("%s symbols: %s readable, %s trading, %s not blacklisted, %s listed long enough, %s with "
	       "turnover, "
	       "%s with a narrow spread; %s watched\n\n",
	       live_part_text(passed, "rows"), live_part_text(passed, "readable"),
	       live_part_text(passed, "trading"), live_part_text(passed, "not_blacklisted"),
	       live_part_text(passed, "listed"), live_part_text(passed, "turnover"),
	       live_part_text(passed, "spread"), live_part_text(answer, "watching"));
}

static const char *how_watched(bool watched, bool manual)
{
	return !watched ? "" : manual ? "by TRADING_SYMBOLS" : "picked";
}

static void print_live(const struct cJSON *answer)
{
	print_passed(answer);
	printf("%4s %-18s %7s %22s %16s  %s\n", "rank", "symbol", "score", "24 h turnover", "last",
	       "watched");
	for (const struct cJSON *at = json_first(json_member(answer, "rows")); at != NULL;
	     at = json_next(at)) {
		int64_t turnover = UNKNOWN, score = UNKNOWN;
		bool watched = false, manual = false;
		char shown[SHOW_MAX], points[SHOW_MAX];
		json_decimal(json_member(at, "turnover"), 8, &turnover);
		json_decimal(json_member(at, "score"), 9, &score);
		json_bool(json_member(at, "watched"), &watched);
		json_bool(json_member(at, "manual"), &manual);
		show_money(turnover, 0, shown);
		show_ratio(score, 3, points);
		printf("%4s %-18s %7s %22s %16s  %s\n", live_part_text(at, "rank"),
		       live_part_text(at, "symbol"), points, shown, live_part_text(at, "last"),
		       how_watched(watched, manual));
	}
}

static void print_journal(const struct reader *reader)
{
	printf("no daemon answers: this is what the journal has of what is watched, as of its last "
	       "change\n\n");
	printf("%4s %-18s %7s  %-20s %s\n", "rank", "symbol", "score", "since", "watched");
	for (size_t i = 0; i < reader->watched_count; i++) {
		const struct watched *w = &reader->watched[i];
		char score[SHOW_MAX], at[SHOW_MAX];
		show_ratio(w->place > 0 ? w->score : UNKNOWN, 3, score);
		show_time(w->at_ms, at);
		printf("%4lld %-18s %7s  %-20s %s\n", (long long)w->place,
		       show_instrument(&reader->universe, w->sym)->name, score, at,
		       how_watched(true, w->scanned != 1));
	}
}

static void print_json(const struct reader *reader, const struct live_part *part)
{
	printf("{\"watched\": [");
	for (size_t i = 0; i < reader->watched_count; i++) {
		struct record record = {.kind = RECORD_WATCHED, .watched = reader->watched[i]};
		printf("%s", i ? ", " : "");
		show_json_record(stdout, &record, &reader->universe, "");
	}
	printf("]");
	live_part_json(part, stdout);
	printf("}\n");
}

int verb_scan(const struct cli *cli)
{
	int code;
	struct reader *reader = reader_open(cli, &code);
	struct live_part part = {0};

	if (!reader)
		return code;
	code = reader_load(reader);
	if (code == EXIT_DONE) {
		live_part_ask(&part, reader, "scan");
		if (reader->json)
			print_json(reader, &part);
		else if (part.there)
			print_live(part.answer.answer);
		else
			print_journal(reader);
	}
	live_part_free(&part);
	reader_close(reader);
	return code;
}
