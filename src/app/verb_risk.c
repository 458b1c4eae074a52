/* SPDX-License-Identifier: MIT
 * tradebotd risk: every limit with what is used of it and how far it is away, and the states with when they
 * end. Exposure is counted at cost: the journal knows no mark. */
#include "verbs.h"

#include "desk_words.h"
#include "live_part.h"
#include "reader.h"
#include "show.h"
#include "tradebot/ticket.h"

/* One line: value against limit, both in unit. */
struct limit_line {
	const char *name, *words;
	enum field_unit unit; /* FIELD_RATIO shows as percent */
	int64_t value, limit;
};
#define LINES_MAX 20

static money_t largest_exposure(const struct reader *reader, money_t *total)
{
	money_t largest = 0;
	*total = 0;
	for (size_t i = 0; i < reader->holding_count; i++) {
		money_t cost = reader->holdings[i].cost;
		if (cost == UNKNOWN || cost < 0)
			continue;
		*total += cost;
		largest = cost > largest ? cost : largest;
	}
	return largest;
}

/* The last losing trade's risk, while rule 10 still looks back to it. */
static money_t martingale(const struct reader *reader, money_t capital)
{
	const struct desk *desk = &reader->desk;
	ms_t now = reader->journal.turn_ms;
	bool stands = desk->loss_risk > 0 && desk->loss_capital > 0 && now != UNKNOWN && capital != UNKNOWN &&
		      now - desk->loss_ms < reader->config.limits.martingale_ms;
	return stands ? mul_div_down(desk->loss_risk, capital, desk->loss_capital) : UNKNOWN;
}

static size_t make_lines(const struct reader *reader, struct limit_line lines[static LINES_MAX])
{
	const struct desk *desk = &reader->desk;
	const struct limits *limits = &reader->config.limits;
	money_t capital = reader_capital(reader), total, largest = largest_exposure(reader, &total);
	bool half = desk->half_size == 1, known = capital != UNKNOWN;
	ratio_t drawdown = desk_drawdown(desk);
	bool minute_over =
		reader->journal.turn_ms >= desk->minute_ms + MINUTE_MS; /* UNKNOWN: no turn, no entry */
	size_t n = 0;

	lines[n++] = (struct limit_line){"daily_loss", "loss today (halts)", FIELD_RATIO,
					 desk_daily_loss(desk), limits->daily_loss};
	lines[n++] = (struct limit_line){"half_size", "drawdown (half size)", FIELD_RATIO, drawdown,
					 HALF_SIZE_DRAWDOWN};
	lines[n++] = (struct limit_line){"pause", "drawdown (pauses)", FIELD_RATIO, drawdown,
					 desk->pause_at > 0 ? desk->pause_at : PAUSE_DRAWDOWN};
	lines[n++] = (struct limit_line){"lock", "drawdown (locks)", FIELD_RATIO, drawdown, LOCK_DRAWDOWN};
	lines[n++] = (struct limit_line){"loss_streak", "losing trades in a row", FIELD_INT,
					 desk->loss_streak, COOLDOWN_STREAK};
	lines[n++] = (struct limit_line){"red_days", "red days in a row", FIELD_INT, desk->red_days,
					 SAFE_MODE_RED_DAYS};
	lines[n++] = (struct limit_line){"positions", "open positions", FIELD_INT,
					 (int64_t)reader->holding_count, limits->positions};
	lines[n++] = (struct limit_line){"symbol_exposure", "largest symbol, at cost", FIELD_MONEY, largest,
					 known ? limit_symbol(capital, half) : UNKNOWN};
	lines[n++] = (struct limit_line){"total_exposure", "all symbols, at cost", FIELD_MONEY, total,
					 known ? limit_total(capital, half) : UNKNOWN};
	lines[n++] = (struct limit_line){"risk_per_trade", "risk of one trade", FIELD_MONEY, UNKNOWN,
					 known ? limit_risk(limits, capital, half) : UNKNOWN};
	lines[n++] = (struct limit_line){"martingale", "risk after the last loss", FIELD_MONEY, UNKNOWN,
					 martingale(reader, capital)};
	lines[n++] = (struct limit_line){"entries_minute", "entries this minute", FIELD_INT,
					 minute_over ? 0 : desk->entries_minute, limits->entries_minute};
	lines[n++] = (struct limit_line){"entries_day", "entries today", FIELD_INT, desk->entries_day,
					 limits->entries_day};
	lines[n++] = (struct limit_line){"fees_day", "fees today", FIELD_MONEY, desk->fees_day,
					 known ? share_down(capital, limits->fees_day) : UNKNOWN};
	return n;
}

static void show_line_value(enum field_unit unit, int64_t value, char out[static SHOW_MAX])
{
	if (value == UNKNOWN)
		snprintf(out, SHOW_MAX, "-");
	else if (unit == FIELD_RATIO)
		show_percent(value, 2, out);
	else
		show_value(unit, value, NULL, out);
}

static int64_t distance(const struct limit_line *line)
{
	if (line->value == UNKNOWN || line->limit == UNKNOWN)
		return UNKNOWN;
	if (line->unit == FIELD_INT && line->value > line->limit)
		return 0; /* the fourth red day in a row */
	return line->limit - line->value;
}

/* Of a running daemon: it knows the marks. */
static void print_live(const struct live_part *part)
{
	const struct cJSON *answer = part->answer.answer;

	if (!part->there)
		return;
	printf("now: equity %s USDT, exposure at marks %s USDT, open result %s USDT\n",
	       live_part_text(answer, "equity"), live_part_text(answer, "exposure"),
	       live_part_text(answer, "open_result"));
}

static void print_text(const struct reader *reader, const struct limit_line *lines, size_t count,
		       const struct live_part *part)
{
	char value[SHOW_MAX], limit[SHOW_MAX], left[SHOW_MAX], last[SHOW_MAX], capital[SHOW_MAX];

	show_time(reader->journal.turn_ms, last);
	show_value(FIELD_MONEY, reader_capital(reader), NULL, capital);
	printf("at %s UTC, C = %s\nstate: ", last, capital);
	desk_words(&reader->desk, reader->journal.turn_ms, stdout);
	printf("\n");
	print_live(part);
	printf("\n%-26s %18s %18s %18s\n", "", "now", "limit", "left");
	for (size_t i = 0; i < count; i++) {
		show_line_value(lines[i].unit, lines[i].value, value);
		show_line_value(lines[i].unit, lines[i].limit, limit);
		show_line_value(lines[i].unit, distance(&lines[i]), left);
		printf("%-26s %18s %18s %18s\n", lines[i].words, value, limit, left);
	}
}

static void json_value(const char *name, enum field_unit unit, int64_t value)
{
	char text[SHOW_MAX] = "null";
	if (value != UNKNOWN && unit == FIELD_RATIO)
		show_ratio(value, 9, text);
	else if (value != UNKNOWN && unit == FIELD_MONEY)
		show_money(value, 8, text);
	else if (value != UNKNOWN)
		snprintf(text, sizeof(text), "%lld", (long long)value);
	printf("\"%s\": %s", name, text);
}

static void print_json(const struct reader *reader, const struct limit_line *lines, size_t count,
		       const struct live_part *part)
{
	printf("{");
	show_json_money(stdout, "capital", reader_capital(reader));
	printf(", \"states\": [");
	desk_words_json(&reader->desk, reader->journal.turn_ms, stdout);
	printf("], ");
	json_value("halted_until_ms", FIELD_INT, reader->desk.halted_until_ms);
	printf(", ");
	json_value("cooldown_until_ms", FIELD_INT, reader->desk.cooldown_until_ms);
	printf(", \"limits\": {");
	for (size_t i = 0; i < count; i++) {
		printf("%s\"%s\": {", i ? ", " : "", lines[i].name);
		json_value("now", lines[i].unit, lines[i].value);
		printf(", ");
		json_value("limit", lines[i].unit, lines[i].limit);
		printf("}");
	}
	printf("}");
	live_part_json(part, stdout);
	printf("}\n");
}

int verb_risk(const struct cli *cli)
{
	int code;
	struct limit_line lines[LINES_MAX];
	struct reader *reader = reader_open(cli, &code);
	if (!reader)
		return code;
	struct live_part part = {0};
	code = reader_load(reader);
	if (code == EXIT_DONE) {
		live_part_ask(&part, reader, "risk");
		(reader->json ? print_json : print_text)(reader, lines, make_lines(reader, lines), &part);
	}
	live_part_free(&part);
	reader_close(reader);
	return code;
}
