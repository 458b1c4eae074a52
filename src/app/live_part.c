/* SPDX-License-Identifier: MIT
 * See live_part.h. */
#include "live_part.h"

#include "show.h"

#include <stdlib.h>
#include <string.h>

void live_part_ask(struct live_part *part, const struct reader *reader, const char *question)
{
	int err = control_ask(reader->config.state, question, &part->answer);

	part->there = err == 0;
	if (err != 0 && err != TB_ENOENT)
		fprintf(stderr, "tradebotd: the daemon of '%s' does not answer: %s\n", reader->config.state,
			part->answer.error);
}

void live_part_free(struct live_part *part)
{
	control_answer_free(&part->answer);
}

void live_part_json(const struct live_part *part, FILE *out)
{
	fputs(", \"live\": ", out);
	if (part->there)
		fwrite(part->answer.json, 1, part->answer.json_len, out);
	else
		fputs("null", out);
}

const char *live_part_text(const struct cJSON *object, const char *key)
{
	const struct cJSON *value = json_member(object, key);
	const char *text = "-";
	bool yes;

	if (json_bool(value, &yes) == JSON_OK)
		return yes ? "yes" : "no";
	json_number_text(value, &text);
	return text;
}

void live_part_time(const struct cJSON *object, const char *key, char out[static SHOW_MAX])
{
	int64_t at_ms = UNKNOWN;

	json_int64(json_member(object, key), &at_ms);
	show_time(at_ms, out);
}

void live_part_length(const struct cJSON *object, const char *key, char out[static SHOW_MAX])
{
	int64_t ms;

	if (json_int64(json_member(object, key), &ms) != JSON_OK)
		snprintf(out, SHOW_MAX, "-");
	else if (ms > -10000 && ms < 10000)
		snprintf(out, SHOW_MAX, "%lld ms", (long long)ms);
	else
		snprintf(out, SHOW_MAX, "%.1f s", (double)ms / 1000);
}

/* A ratio as basis points. */
static void as_bps(const struct cJSON *object, const char *key, char out[static SHOW_MAX])
{
	int64_t ratio;

	if (json_decimal(json_member(object, key), 9, &ratio) != JSON_OK)
		snprintf(out, SHOW_MAX, "-");
	else
		snprintf(out, SHOW_MAX, "%.2f bps", (double)ratio * 1e4 / (double)RATIO_ONE);
}

static void as_money(const struct cJSON *object, const char *key, char out[static SHOW_MAX])
{
	int64_t money = UNKNOWN;

	json_decimal(json_member(object, key), 8, &money);
	show_money(money, 0, out);
}

static void print_entries(const struct cJSON *symbol)
{
	const char *closed = NULL, *unknown = live_part_text(symbol, "closed_for_want_of_a_fact");

	if (json_text(json_member(symbol, "closed"), &closed) != JSON_OK)
		printf("open");
	else
		printf("closed: %s%s", closed, strcmp(unknown, "yes") == 0 ? " (not known)" : "");
}

void live_part_symbol(const struct cJSON *symbol)
{
	char age[SHOW_MAX], spread[SHOW_MAX], depth[SHOW_MAX];

	live_part_length(symbol, "age_ms", age);
	as_bps(symbol, "spread", spread);
	as_money(symbol, "depth", depth);
	printf("now        bid %s, ask %s, mark %s, spread %s, depth %s USDT; %s old\n",
	       live_part_text(symbol, "bid"), live_part_text(symbol, "ask"), live_part_text(symbol, "mark"),
	       spread, depth, age);
	printf("           regime %s, %s bars, watched: %s; entries are ", live_part_text(symbol, "regime"),
	       live_part_text(symbol, "bars"), live_part_text(symbol, "watched"));
	print_entries(symbol);
	printf("\n");
}

void live_part_symbols(const struct cJSON *answer)
{
	const struct cJSON *symbols = json_member(answer, "symbols");

	if (json_count(symbols) > 0)
		printf("%-18s %14s %10s %14s %8s %-12s %s\n", "symbol", "last", "spread", "depth", "age",
		       "regime", "entries");
	for (const struct cJSON *at = json_first(symbols); at != NULL; at = json_next(at)) {
		char age[SHOW_MAX], spread[SHOW_MAX], depth[SHOW_MAX];
		live_part_length(at, "age_ms", age);
		as_bps(at, "spread", spread);
		as_money(at, "depth", depth);
		printf("%-18s %14s %10s %14s %8s %-12s ", live_part_text(at, "symbol"),
		       live_part_text(at, "last"), spread, depth, age, live_part_text(at, "regime"));
		print_entries(at);
		printf("\n");
	}
}

static void print_running(const struct cJSON *answer)
{
	const struct cJSON *link = json_member(answer, "link"), *loop = json_member(answer, "loop"),
			   *journal = json_member(answer, "journal");
	char since[SHOW_MAX], changed[SHOW_MAX], latency[SHOW_MAX], off[SHOW_MAX], age[SHOW_MAX],
		next[SHOW_MAX];
	int64_t p99 = 0, most = 0, commit = 0;
	const char *trouble = NULL;

	live_part_time(answer, "started_ms", since);
	live_part_time(link, "since_ms", changed);
	live_part_length(link, "latency_ms", latency);
	live_part_length(link, "clock_off_ms", off);
	live_part_length(answer, "data_age_ms", age);
	live_part_time(answer, "next_scan_ms", next);
	json_int64(json_member(loop, "lag_p99_us"), &p99);
	json_int64(json_member(loop, "lag_most_us"), &most);
	json_int64(json_member(journal, "longest_commit_us"), &commit);
	printf("daemon      running since %s UTC, ready: %s; %s\n", since, live_part_text(answer, "ready"),
	       live_part_text(answer, "health"));
	printf("link        %s since %s UTC, latency %s, their clock %s from ours; oldest data %s\n",
	       live_part_text(link, "state"), changed, latency, off, age);
	if (json_text(json_member(link, "last_trouble"), &trouble) == JSON_OK) {
		live_part_time(link, "trouble_ms", changed);
		printf("            last trouble at %s UTC: %s\n", changed, trouble);
	}
	printf("loop        lag %.1f ms p99, %.1f ms at most; longest commit %.1f ms, %s failed\n",
	       (double)p99 / 1e3, (double)most / 1e3, (double)commit / 1e3,
	       live_part_text(journal, "failed"));
	printf("next scan   %s UTC\n", next);
	live_part_symbols(answer);
}

void live_part_status(const struct live_part *part, const struct reader *reader)
{
	if (part->there)
		print_running(part->answer.answer);
	else if (strncmp(reader->journal.mode, "sim", 3) != 0)
		printf("daemon      not running: this is what its journal says\n");
}
