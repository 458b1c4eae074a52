/* SPDX-License-Identifier: MIT
 * Judges rows: makes the gate's question of each (the desk by ladder_step, one fact a column), asks
 * risk_assess, and says the answer in the units of the columns. Has no rule of its own. */
#include "judge.h"

#include "cli.h"
#include "judge_row.h"
#include "tradebot/ticket.h"

#include <string.h>

/* The moment of the decision: noon of some day. Only differences matter. */
#define JUDGE_NOW (20000 * DAY_MS + 12 * HOUR_MS)

#define BIT(id) (UINT64_C(1) << REFUSAL_##id)
/* What no column can tell: facts of the running daemon, the exchange and the instrument. */
#define LIVE_FACTS                                                                                           \
	(BIT(OPERATOR_HALT) | BIT(NOT_READY) | BIT(UNHEALTHY) | BIT(CLOCK) | BIT(TICKER_STALE) |             \
	 BIT(BAR_STALE) | BIT(ORDER_UNKNOWN) | BIT(UNRECONCILED) | BIT(UNEXPLAINED) | BIT(NOT_TRADING) |     \
	 BIT(BLACKLISTED) | BIT(FOREIGN) | BIT(UNDER_MINIMUM) | BIT(OVER_MAXIMUM) | BIT(ENTRY_PENDING) |     \
	 BIT(OPPOSITE) | BIT(SLIPPAGE) | BIT(ENTRIES_MINUTE) | BIT(ENTRIES_DAY) | BIT(FEES_DAY))

struct question {
	struct limits limits;
	struct desk desk;
	struct standing standing;
	struct quote quote;
	struct instrument instrument;
	struct enter enter;
	int64_t last_loss; /* lots; 0: there is none; UNKNOWN */
	bool last_loss_under_a_lot;
};

static int64_t value(const struct judge_row *row, enum judge_column column)
{
	return row->cells[column].value;
}

static bool fine(const struct judge_row *row, enum judge_column column)
{
	enum judge_state state = row->cells[column].state;

	return state == JUDGE_FINE || state == JUDGE_OFF_GRID;
}

/* 0 where the cell says that there is none. */
static int64_t value_or_none(const struct judge_row *row, enum judge_column column)
{
	return row->cells[column].state == JUDGE_NONE ? 0 : value(row, column);
}

static void assess(const struct question *question, struct assessment *assessment)
{
	risk_assess(&question->limits, &question->desk, &question->standing, &question->quote,
		    &question->instrument, &question->enter, assessment);
}

/* The column tells the last losing trade's size at this order's stop distance, so that sizes alone decide,
 * whatever else is known: the same rule is asked where a lot risks one unit of a capital of one. */
static bool size_up_told(const struct question *asked, struct assessment *told)
{
	struct question question = *asked;
	bool loss = asked->last_loss > 0 || asked->last_loss_under_a_lot;

	if (asked->last_loss == UNKNOWN)
		return false;
	question.instrument.value_num = 1;
	question.instrument.value_den = RATIO_ONE;
	question.instrument.taker_fee = 0;
	question.standing.capital = 1;
	question.standing.states_known |= STATE_LAST_LOSS;
	question.enter.side = SIDE_LONG;
	question.enter.entry = RATIO_ONE + 1; /* a wide stop: little more is traded than risked */
	question.enter.stop = 1;
	if (loss) { /* one on no capital allows nothing, which is what less than a lot allows */
		question.desk.loss_risk = asked->last_loss_under_a_lot ? 1 : asked->last_loss;
		question.desk.loss_capital = asked->last_loss_under_a_lot ? 0 : 1;
		question.desk.loss_ms = JUDGE_NOW;
	}
	assess(&question, told);
	return true;
}

static struct assessment ask(const struct question *question)
{
	struct assessment answer, size_up;

	assess(question, &answer);
	if (!size_up_told(question, &size_up) || size_up.unanswered & BIT(MARTINGALE))
		return answer;
	answer.unanswered &= ~BIT(MARTINGALE);
	if (!(size_up.failed & BIT(MARTINGALE)))
		return answer;
	if (answer.failed == 0 || answer.first.rule > REFUSAL_MARTINGALE)
		answer.first = (struct finding){.rule = REFUSAL_MARTINGALE,
						.limit = question->last_loss,
						.actual = question->enter.qty};
	answer.failed |= BIT(MARTINGALE);
	return answer;
}

static void tell(const struct question *question, struct desk *desk, enum fact_kind kind, ms_t at_ms,
		 int64_t nav)
{
	const struct fact fact = {.kind = kind, .at_ms = at_ms, .value = nav};

	ladder_step(&question->limits, desk, &fact);
}

/* Each column moves a desk of its own, because columns need not agree with each other; what it moved is then
 * taken over. Here: the drawdown since a peak of two days ago. */
static void tell_drawdown(struct question *question, const struct judge_row *row)
{
	struct desk desk;

	if (!fine(row, JUDGE_DRAWDOWN_COLUMN))
		return;
	desk_init(&desk);
	tell(question, &desk, FACT_NAV, JUDGE_NOW - 2 * DAY_MS, NAV_ONE);
	tell(question, &desk, FACT_NAV, JUDGE_NOW, NAV_ONE - value(row, JUDGE_DRAWDOWN_COLUMN));
	question->desk.nav = desk.nav;
	question->desk.nav_peak = desk.nav_peak;
	question->desk.locked = desk.locked;
	question->desk.paused = desk.paused;
	question->desk.half_size |= desk.half_size;
	question->standing.states_known |= STATE_DRAWDOWN;
}

static void tell_daily_loss(struct question *question, const struct judge_row *row)
{
	struct desk desk;

	if (!fine(row, JUDGE_DAILY_LOSS_COLUMN))
		return;
	desk_init(&desk);
	tell(question, &desk, FACT_NAV, JUDGE_NOW - HOUR_MS, NAV_ONE);
	tell(question, &desk, FACT_NAV, JUDGE_NOW, NAV_ONE - value(row, JUDGE_DAILY_LOSS_COLUMN));
	question->desk.halted_until_ms = desk.halted_until_ms;
	question->standing.states_known |= STATE_DAY;
}

static void tell_red_days(struct question *question, const struct judge_row *row)
{
	int64_t days = value(row, JUDGE_RED_DAYS_COLUMN);
	struct desk desk;

	if (!fine(row, JUDGE_RED_DAYS_COLUMN))
		return;
	desk_init(&desk);
	for (int64_t left = days < SAFE_MODE_RED_DAYS ? days : SAFE_MODE_RED_DAYS; left > 0; left--)
		tell(question, &desk, FACT_NAV, JUDGE_NOW - left * DAY_MS,
		     NAV_ONE - (SAFE_MODE_RED_DAYS + 1 - left) * 2 * (NAV_ONE / RATIO_ONE) *
				       question->limits.red_day);
	tell(question, &desk, FACT_TIME, JUDGE_NOW, 0);
	question->desk.red_days = desk.red_days;
	question->desk.safe_mode = desk.safe_mode;
	question->desk.half_size |= desk.safe_mode;
	question->standing.states_known |= STATE_DAYS;
}

/* A fifth loss some minutes ago; else as many losses as there are, just now: then nothing shows that the
 * cooldown of a fifth one has ended. */
static void tell_losses(struct question *question, const struct judge_row *row)
{
	int64_t losses = value(row, JUDGE_LOSSES_COLUMN), minutes = value(row, JUDGE_MINUTES_COLUMN);
	bool ended_known =
		row->cells[JUDGE_MINUTES_COLUMN].state == JUDGE_NONE || fine(row, JUDGE_MINUTES_COLUMN);
	ms_t ago_ms = fine(row, JUDGE_MINUTES_COLUMN) ? mul_div_down(minutes, MINUTE_MS, MONEY_ONE) : 0;
	int64_t told = fine(row, JUDGE_MINUTES_COLUMN) || losses > COOLDOWN_STREAK ? COOLDOWN_STREAK : losses;

	if (ago_ms > DAY_MS)
		ago_ms = DAY_MS;
	for (int64_t i = 0; i < told; i++)
		tell(question, &question->desk, FACT_TRADE, JUDGE_NOW - ago_ms, -1);
	tell(question, &question->desk, FACT_TIME, JUDGE_NOW, 0);
	if (fine(row, JUDGE_LOSSES_COLUMN) && ended_known)
		question->standing.states_known |= STATE_STREAK;
}

static void tell_last_loss(struct question *question, const struct judge_row *row)
{
	const struct judge_cell *cell = &row->cells[JUDGE_LAST_LOSS_COLUMN];
	bool none = cell->state == JUDGE_NONE;

	question->last_loss = none ? 0 : cell->value;
	question->last_loss_under_a_lot = cell->value == 0 && strspn(cell->text, "0.") != strlen(cell->text);
}

static void tell_standing(struct question *question, const struct judge_row *row)
{
	bool losing = value(row, JUDGE_LOSING_COLUMN) == 1;

	question->standing = (struct standing){
		.capital = value(row, JUDGE_EQUITY_COLUMN),
		.total_exposure = value(row, JUDGE_TOTAL_COLUMN),
		.symbol_exposure = value(row, JUDGE_SYMBOL_COLUMN),
		.positions = value(row, JUDGE_POSITIONS_COLUMN),
		.ready = UNKNOWN,
		.healthy = UNKNOWN,
		.clock_off_ms = UNKNOWN,
		.order_unknown = UNKNOWN,
		.unreconciled = UNKNOWN,
		.unexplained = UNKNOWN,
		.foreign = UNKNOWN,
		.entry_pending = UNKNOWN,
		.side = losing ? value(row, JUDGE_SIDE_COLUMN) : UNKNOWN,
		.losing = value(row, JUDGE_LOSING_COLUMN),
		.leverage = value(row, JUDGE_LEVERAGE_COLUMN),
		.slippage = UNKNOWN,
		.slippage_fills = UNKNOWN,
		.slippage_until_ms = UNKNOWN,
	};
}

static void tell_market(struct question *question, const struct judge_row *row)
{
	bool ranked = fine(row, JUDGE_VOLATILITY_COLUMN);

	question->quote = (struct quote){
		.bid = UNKNOWN,
		.ask = UNKNOWN,
		.mark = UNKNOWN,
		.last = UNKNOWN,
		.spread = value(row, JUDGE_SPREAD_COLUMN),
		.depth = value(row, JUDGE_DEPTH_COLUMN),
		.ticker_ms = UNKNOWN,
		.depth_ms = JUDGE_NOW,
		.bar_ms = UNKNOWN,
		.volatility = {ranked ? value(row, JUDGE_VOLATILITY_COLUMN) : 0,
			       ranked ? 100 * RATIO_ONE : 0},
	};
}

static bool off_grid(const struct judge_row *row, enum judge_column column)
{
	return row->cells[column].state == JUDGE_OFF_GRID;
}

static bool price_off_grid(const struct judge_row *row)
{
	return off_grid(row, JUDGE_ENTRY_COLUMN) || off_grid(row, JUDGE_STOP_COLUMN) ||
	       off_grid(row, JUDGE_TARGET_COLUMN);
}

static void tell_order(struct question *question, const struct judge_row *row)
{
	bool off = price_off_grid(row) || off_grid(row, JUDGE_QTY_COLUMN);

	question->enter = (struct enter){
		.generation = off ? -1 : 0,
		.side = value(row, JUDGE_SIDE_COLUMN),
		.qty = value(row, JUDGE_QTY_COLUMN),
		.entry = value(row, JUDGE_ENTRY_COLUMN),
		.stop = value_or_none(row, JUDGE_STOP_COLUMN),
		.target = value_or_none(row, JUDGE_TARGET_COLUMN),
		.confidence = value(row, JUDGE_CONFIDENCE_COLUMN),
		.leverage = value(row, JUDGE_LEVERAGE_COLUMN),
		.decided_ms = JUDGE_NOW,
	};
}

static int tell_instrument(struct question *question, const struct grid *tick, const struct grid *lot,
			   ratio_t fee)
{
	question->instrument = (struct instrument){
		.status = UNKNOWN,
		.blacklisted = UNKNOWN,
		.tick = *tick,
		.lot = *lot,
		.contract = {1, 0},
		.min_qty = UNKNOWN,
		.max_qty = UNKNOWN,
		.min_notional = UNKNOWN,
		.maintenance = UNKNOWN,
		.taker_fee = fee,
	};
	return instrument_settle(&question->instrument);
}

static void question_of(const struct judge_row *row, const struct judge_options *options,
			struct question *question)
{
	*question = (struct question){.limits = options->limits};
	desk_init(&question->desk);
	tell_instrument(question, &row->tick, &row->lot, options->taker_fee);
	tell_order(question, row);
	tell_standing(question, row);
	tell_market(question, row);
	tell_losses(question, row);
	tell_daily_loss(question, row);
	tell_red_days(question, row);
	tell_drawdown(question, row);
	tell_last_loss(question, row);
}

static bool passes(struct question *question, qty_t qty)
{
	question->enter.qty = qty;
	return ask(question).failed == 0;
}

/* The largest size that the same gate would not refuse. Every limit on size is an upper one here, so what
 * passes in one size passes in any smaller one. */
static qty_t largest_qty(const struct question *asked, const struct judge_row *row)
{
	struct question question = *asked;
	qty_t low = 0, high = VALUE_MAX;

	for (enum judge_column i = 0; i < JUDGE_COLUMN_COUNT; i++)
		if (row->cells[i].state == JUDGE_BAD && i != JUDGE_QTY_COLUMN)
			return 0;
	question.enter.generation = price_off_grid(row) ? -1 : 0;
	while (low < high) {
		qty_t middle = high - (high - low) / 2;
		if (passes(&question, middle))
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* The maintenance margin is the instrument's; what else liquidation needs are columns. */
static uint64_t live_facts(const struct question *question)
{
	bool told = question->enter.side != UNKNOWN && question->enter.entry != UNKNOWN &&
		    question->enter.stop > 0 && question->standing.leverage != UNKNOWN;

	return LIVE_FACTS | (told ? BIT(LIQUIDATION) : 0);
}

static bool is_absent_column(const char *name, const struct judge_row *row)
{
	for (enum judge_column i = 0; i < JUDGE_COLUMN_COUNT; i++)
		if (row->cells[i].state == JUDGE_ABSENT && strcmp(judge_columns[i].name, name) == 0)
			return true;
	return false;
}

/* The columns there are not, then the rules that could not answer for want of them or of a usable value. */
static void print_not_judged(const struct judge_row *row, uint64_t unanswered, uint64_t live, FILE *out)
{
	const char *separator = "";

	for (enum judge_column i = JUDGE_ID_COLUMN + 1; i < JUDGE_COLUMN_COUNT; i++) {
		if (row->cells[i].state != JUDGE_ABSENT)
			continue;
		fprintf(out, "%s%s", separator, judge_columns[i].name);
		separator = ";";
	}
	for (int rule = 0; rule < REFUSAL_COUNT; rule++) {
		if (!(unanswered & ~live & UINT64_C(1) << rule) ||
		    is_absent_column(refusal_rows[rule].name, row))
			continue;
		fprintf(out, "%s%s", separator, refusal_rows[rule].name);
		separator = ";";
	}
	if (unanswered & live)
		fprintf(out, "%slive_facts", separator);
}

static const struct judge_cell *first_bad(const struct judge_row *row, const char **allowed)
{
	for (enum judge_column i = 0; i < JUDGE_COLUMN_COUNT; i++) {
		*allowed = judge_columns[i].allowed;
		if (row->cells[i].state == JUDGE_BAD)
			return &row->cells[i];
	}
	return NULL;
}

/* verdict,rule,limit,actual,largest_qty,not_judged */
static void judge_row(const struct judge_row *row, const struct judge_options *options, FILE *out)
{
	struct question question;
	const char *allowed;
	const struct judge_cell *bad = first_bad(row, &allowed);

	question_of(row, options, &question);
	struct assessment answer = ask(&question);
	if (bad != NULL) {
		fprintf(out, "reject,%s,", refusal_rows[REFUSAL_UNUSABLE].name);
		judge_print_pair(allowed, bad->text, out);
	} else if (answer.failed != 0) {
		fprintf(out, "reject,%s,", refusal_rows[answer.first.rule].name);
		judge_print_finding(&answer.first, &question.limits, row, out);
	} else {
		fputs("approve,,,", out);
	}
	fputc(',', out);
	judge_print_steps(largest_qty(&question, row), &row->lot, out);
	fputc(',', out);
	print_not_judged(row, answer.unanswered, live_facts(&question), out);
	fputc('\n', out);
}

static const char *column_name(const void *list, size_t index)
{
	(void)list;
	return index < JUDGE_COLUMN_COUNT ? judge_columns[index].name : NULL;
}

static void warn_unknown_column(const char *name, FILE *err)
{
	const char *near = cli_nearest(name, column_name, NULL);

	fprintf(err, "judge: warning: column \"%s\" is not known and is ignored", name);
	if (near != NULL)
		fprintf(err, "; did you mean \"%s\"?", near);
	fputc('\n', err);
}

static int column_find(const char *name)
{
	for (int i = 0; i < JUDGE_COLUMN_COUNT; i++)
		if (!strcmp(name, judge_columns[i].name))
			return i;
	return -1;
}

static int header_read(const struct judge_record *header, int places[static JUDGE_COLUMN_COUNT], FILE *err)
{
	size_t known = 0;

	for (int i = 0; i < JUDGE_COLUMN_COUNT; i++)
		places[i] = -1;
	if (header->count > JUDGE_FIELDS_MAX) {
		fprintf(err, "judge: the header has %zu columns; at most %d are allowed\n", header->count,
			JUDGE_FIELDS_MAX);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < header->count; i++) {
		int column = column_find(header->text[i]);
		if (column < 0) {
			warn_unknown_column(header->text[i], err);
		} else if (places[column] >= 0) {
			fprintf(err, "judge: column \"%s\" is there twice\n", header->text[i]);
			return EXIT_USAGE;
		} else {
			places[column] = (int)i;
			known++;
		}
	}
	if (known == 0)
		fprintf(err,
			"judge: the first line names no known column (id, equity, side, entry, stop, ...)\n");
	return known == 0 ? EXIT_USAGE : EXIT_DONE;
}

static void print_id(const struct judge_record *record, int place, size_t number, FILE *out)
{
	if (place >= 0 && (size_t)place < record->count)
		judge_print_text(record->text[place], out);
	else
		fprintf(out, "%zu", number);
	fputc(',', out);
}

static int options_check(const struct judge_options *options, FILE *err)
{
	struct question question = {.limits = options->limits};
	const struct grid fine_grid = {1, 8};

	if (tell_instrument(&question, options->tick.step ? &options->tick : &fine_grid,
			    options->lot.step ? &options->lot : &fine_grid, options->taker_fee) != TB_OK) {
		fprintf(err, "judge: this pair of --tick and --lot is out of range: a tick is 0.00000000001 "
			     "to 1000, a lot "
			     "0.00000001 to 1000000\n");
		return EXIT_USAGE;
	}
	if (options->taker_fee < 0 || options->taker_fee > RATIO_ONE) {
		fprintf(err, "judge: --taker-fee is a ratio of notional, 0 to 1\n");
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

int judge_csv(const char *text, size_t len, const struct judge_options *options, FILE *out, FILE *err)
{
	static const char mark[] = "\xef\xbb\xbf";
	const char *cursor = text, *end = text + len;
	struct judge_record header, record;
	struct judge_row row;
	int places[JUDGE_COLUMN_COUNT];

	if (options_check(options, err) != EXIT_DONE)
		return EXIT_USAGE;
	if (len >= 3 && !memcmp(text, mark, 3))
		cursor += 3;
	if (!judge_record_read(&cursor, end, &header)) {
		fprintf(err, "judge: the file is empty: a header with column names is wanted\n");
		return EXIT_USAGE;
	}
	if (header_read(&header, places, err) != EXIT_DONE)
		return EXIT_USAGE;
	fputs("id,verdict,rule,limit,actual,largest_qty,not_judged\n", out);
	for (size_t number = 1; judge_record_read(&cursor, end, &record); number++) {
		print_id(&record, places[JUDGE_ID_COLUMN], number, out);
		if (record.count != header.count) {
			fprintf(out, "reject,%s,%zu fields,%zu fields,0,every rule\n",
				refusal_rows[REFUSAL_UNUSABLE].name, header.count, record.count);
			continue;
		}
		judge_row_read(&record, places, options, &row);
		judge_row(&row, options, out);
	}
	return EXIT_DONE;
}
