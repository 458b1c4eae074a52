/* SPDX-License-Identifier: MIT
 * The careful path of the candle parser: reads a line field by field, and either takes it as a bar, drops it
 * because it says nothing new, mends it if the caller's repairs say how, or names its fault. */
#include "candle_parser.h"

#include <string.h>

#include "timeframe.h"

#define LATE        (SIZE_MAX / 2 + 1) /* flag in lines[]: came behind a later bar */
#define LOOK_BACK   64                 /* rows stepped over in search of an equal bar */
#define SHAPE_LINES 32 /* lines before an unfinished last one that tell how its last field should look */
#define SHAPE_LEAST 3

const char *const candle_role_text[ROLE_COUNT] = {"time stamp", "open", "high", "low", "close", "volume"};

/* Makes prices (or volumes) finer by 10^by, the rows already read too. False: a value would not fit. */
static bool rescale(struct parser *p, bool prices, int64_t decimals)
{
	struct candle_table *table = p->table;
	int64_t *scale = prices ? &table->price_decimals : &table->volume_decimals;
	int64_t *top = prices ? &p->top_price : &p->top_volume;
	int64_t by = csv_power10[decimals - *scale];
	if (*top > VALUE_MAX / by)
		return false;
	for (size_t i = 0; i < table->count; i++) {
		struct candle *c = &table->rows[i];
		if (prices)
			*c = (struct candle){c->open_ms,  c->open * by,  c->high * by,
					     c->low * by, c->close * by, c->volume};
		else
			c->volume *= by;
	}
	*top *= by;
	*scale = decimals;
	if (prices)
		p->level_close *= by;
	for (int role = OPEN; role <= CLOSE; role++)
		p->scale[role] = table->price_decimals;
	p->scale[VOLUME] = table->volume_decimals;
	return true;
}

/* Brings the decimals of one row to the scales of the table, which may become finer. The role that does not
 * fit, or ROLE_COUNT. */
static int scale_row(struct parser *p, const struct csv_decimal *d, int64_t *values)
{
	const struct candle_table *table = p->table;
	for (int role = OPEN; role < ROLE_COUNT; role++) {
		bool price = role != VOLUME;
		if (d[role].decimals > (price ? CANDLE_PRICE_DECIMALS_MAX : CANDLE_VOLUME_DECIMALS_MAX))
			return role;
		if (d[role].decimals > (price ? table->price_decimals : table->volume_decimals) &&
		    !rescale(p, price, d[role].decimals))
			return role;
	}
	for (int role = OPEN; role < ROLE_COUNT; role++) {
		int64_t scale = role == VOLUME ? table->volume_decimals : table->price_decimals;
		int64_t factor = csv_power10[scale - d[role].decimals];
		if (d[role].mantissa > VALUE_MAX / factor)
			return role;
		values[role] = d[role].mantissa * factor;
	}
	return ROLE_COUNT;
}

static enum csv_fault_code read_fields(struct parser *p, const struct csv_field *fields,
				       struct csv_decimal *d, ms_t *ms, int *role)
{
	*role = TIME;
	enum csv_fault_code code = csv_time_parse(fields[TIME], &p->table->unit, ms);
	for (int r = OPEN; r < ROLE_COUNT && code == CSV_NONE; r++) {
		*role = r;
		code = csv_decimal_parse(fields[r], &d[r]);
		if (code == CSV_NONE && d[r].negative)
			code = r == VOLUME ? CSV_SIGN : CSV_NOT_POSITIVE;
		if (code == CSV_NONE && d[r].mantissa == 0 && r != VOLUME)
			code = CSV_NOT_POSITIVE;
	}
	return code;
}

static void learn_unit(struct parser *p)
{
	p->unit_num = p->table->unit == TIME_UNIT_SECONDS ? 1000 : 1;
	p->unit_den = p->table->unit == TIME_UNIT_MICROSECONDS ? 1000 : 1;
	p->stamp_end = p->table->unit == TIME_UNIT_NONE ? 0 : CANDLE_LAST_MS / p->unit_num * p->unit_den;
}

/* Digits behind the point of the last field of a line; -1 without a point. */
static int64_t last_decimals(const char *at, size_t length)
{
	const char *comma = memrchr(at, ',', length);
	const char *field = comma ? comma + 1 : at, *end = at + length;
	const char *point = memchr(field, '.', (size_t)(end - field));
	return point ? end - point - 1 : -1;
}

/* A last line without its end may have lost digits too, and then looks like a row. It is known only where the
 * lines before all have one and the same number of decimals there, and this one has fewer. */
static bool is_cut_off(const struct parser *p, const struct csv_line *line, size_t number,
		       struct csv_faults *faults)
{
	const char *at = line->at;
	int64_t usual = -2, lines = 0, mine = last_decimals(line->at, line->length);
	while (!line->ended && lines < SHAPE_LINES && at > p->body) {
		const char *end = at - 1; /* the newline before */
		const char *start = end > p->body ? memrchr(p->body, '\n', (size_t)(end - p->body)) : NULL;
		at = start ? start + 1 : p->body;
		size_t length = (size_t)(end - at);
		length -= length > 0 && at[length - 1] == '\r';
		int64_t theirs = last_decimals(at, length);
		if (usual != -2 && theirs != usual)
			return false;
		usual = theirs;
		lines++;
	}
	if (lines < SHAPE_LEAST || usual < 1 || mine >= usual)
		return false;
	struct csv_fault *fault = csv_fault_add(faults, number, CSV_TRUNCATED);
	csv_fault_say_int(csv_fault_say(fault, ": the last field has "), most(mine, 0));
	csv_fault_say_int(csv_fault_say(fault, " decimals and the line no end; the lines before have "),
			  usual);
	return true;
}

/* Reads the line into a candle, or adds one fault. */
static bool read_line(struct parser *p, const struct csv_line *line, size_t number, struct candle *candle)
{
	struct csv_faults *faults = &p->table->faults;
	struct csv_field fields[ROLE_COUNT];
	struct csv_decimal d[ROLE_COUNT];
	int64_t v[ROLE_COUNT];
	ms_t ms = UNKNOWN;
	int role;
	if (!csv_line_split(line, number, &p->columns, fields, faults) || is_cut_off(p, line, number, faults))
		return false;
	enum csv_fault_code code = read_fields(p, fields, d, &ms, &role);
	learn_unit(p);
	if (code == CSV_NONE && (role = scale_row(p, d, v)) != ROLE_COUNT)
		code = CSV_TOO_MANY_DIGITS;
	if (code != CSV_NONE) {
		csv_field_fault(faults, number, line, code, candle_role_text[role], fields[role]);
		return false;
	}
	*candle = (struct candle){ms, v[OPEN], v[HIGH], v[LOW], v[CLOSE], v[VOLUME]};
	return true;
}

/* Whether the newest fault is to be mended by that way. */
static bool is_way(const struct candle_table *t, enum csv_fault_code code, enum repair_way way)
{
	return candle_repair_way(t->repair, code) == way;
}

/* Drops an unreadable line if that is wished: the fault becomes a repair. */
static bool drop_line(struct parser *p, const struct csv_line *line)
{
	struct candle_table *t = p->table;
	size_t slot = t->faults.count <= CSV_FAULTS_KEPT ? t->faults.count - 1 : CSV_FAULTS_KEPT;
	if (!is_way(t, (enum csv_fault_code)t->faults.at[slot].code, WAY_DROP))
		return false;
	struct csv_fault *repair = csv_fault_say(candle_mend(t), "; dropped ");
	candle_mended(t, csv_fault_say_line(repair, line->at, line->length));
	return true;
}

/* The newest fault becomes a repair that says what was done and what the bar was. */
static void mend_bar(struct candle_table *t, const char *done, const struct candle *bar)
{
	struct csv_fault *repair = csv_fault_say(candle_mend(t), done);
	candle_mended(t, candle_say_bar(repair, bar, t->price_decimals, t->volume_decimals));
}

static void place_dropped(struct parser *p, const struct candle *candle)
{
	struct candle *place = &p->table->rows[p->table->count++];
	*place = candle ? *candle : (struct candle){0};
	place->open_ms = p->last_ms;
	place->low = ROW_DROPPED;
}

static void place_unreadable(struct parser *p)
{
	p->table->rows[p->table->count++] = (struct candle){.open_ms = UNKNOWN};
	p->unreadable = true;
}

static bool same_values(const struct candle *a, const struct candle *b)
{
	return a->open == b->open && a->high == b->high && a->low == b->low && a->close == b->close &&
	       a->volume == b->volume;
}

/* The row with the bar of that moment, at or before the latest; NO_ROW if there is none. */
static size_t find_row(const struct parser *p, ms_t open_ms)
{
	const struct candle *rows = p->table->rows;
	size_t low = 0, high = p->table->count;
	if (open_ms == p->last_ms)
		return p->last;
	if (p->unreadable)
		return NO_ROW;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (rows[middle].open_ms <= open_ms)
			low = middle + 1;
		else
			high = middle;
	}
	for (int i = 0; i < LOOK_BACK && low > 0 && rows[low - 1].open_ms == open_ms; i++, low--)
		if (is_bar(&rows[low - 1]))
			return low - 1;
	return NO_ROW;
}

/* The latest bar is not to count: another one of the same moment takes its place. */
static void drop_latest(struct parser *p)
{
	struct candle *rows = p->table->rows;
	rows[p->last].low = ROW_DROPPED;
	p->last = p->previous;
	p->last_ms = p->last == NO_ROW ? UNKNOWN : rows[p->last].open_ms;
	p->level_close = p->last == NO_ROW ? 0 : rows[p->last].close;
	p->suspect = NO_ROW;
}

/* A bar of a moment that has one already. True: it is to be judged on, as the only one. */
static bool judge_again(struct parser *p, size_t number, size_t row, const struct candle *c)
{
	struct candle_table *t = p->table;
	struct candle before = t->rows[row];
	if (same_values(&before, c)) {
		if (t->duplicates++ == 0)
			t->duplicate_line = number;
		place_dropped(p, c);
		return false;
	}
	struct csv_fault *fault = csv_fault_add(&t->faults, number, CSV_DUPLICATE_CONFLICT);
	csv_fault_say_utc(csv_fault_say(fault, ": "), c->open_ms);
	csv_fault_say_int(csv_fault_say(fault, " is also on line "), (int64_t)candle_line(t, row));
	if (is_way(t, CSV_DUPLICATE_CONFLICT, WAY_FIRST)) {
		mend_bar(t, "; the first counts, dropped", c);
		place_dropped(p, c);
		return false;
	}
	if (row == p->last && is_way(t, CSV_DUPLICATE_CONFLICT, WAY_LAST)) {
		mend_bar(t, "; the last counts, dropped", &before);
		drop_latest(p);
		return true;
	}
	if (row != p->last && is_way(t, CSV_DUPLICATE_CONFLICT, WAY_LAST))
		csv_fault_say(fault, "; for the last to count the file must be sorted, order=sort");
	place_unreadable(p);
	return false;
}

/* Time order and repetition. False: the row was placed, with a fault or repair or as a repetition. */
static bool judge_order(struct parser *p, size_t number, const struct candle *c)
{
	struct candle_table *t = p->table;
	if (p->last == NO_ROW || c->open_ms > p->last_ms)
		return true;
	size_t row = find_row(p, c->open_ms);
	if (row != NO_ROW)
		return judge_again(p, number, row, c);
	struct csv_fault *fault = csv_fault_add(&t->faults, number, CSV_OUT_OF_ORDER);
	csv_fault_say_utc(csv_fault_say(fault, ": "), c->open_ms);
	csv_fault_say_utc(csv_fault_say(fault, " comes after "), p->last_ms);
	if (is_way(t, CSV_OUT_OF_ORDER, WAY_DROP)) {
		mend_bar(t, "; dropped", c);
		place_dropped(p, c);
	} else {
		place_unreadable(p);
	}
	return false;
}

/* A spike is measured against the last sound close. If the row after a spike stays with it the price has
 * really moved there (one fault), if it comes back the spike was one bad row (also one fault). Where spikes
 * are dropped, a price that has moved is a fault: whoever drops single bars does not mean the rest of the
 * file. */
static enum csv_fault_code judge_spike(struct parser *p, size_t number, const struct candle *c)
{
	struct candle_table *t = p->table;
	price_t before = p->level_close == 0 ? c->close : p->level_close;
	if (!is_spike(before, c))
		return CSV_NONE;
	bool stays = p->suspect != NO_ROW && !is_spike(t->rows[p->suspect].close, c);
	bool drop = is_way(t, CSV_SPIKE, WAY_DROP);
	if (stays && !drop)
		return CSV_NONE;
	struct csv_fault *fault = csv_fault_add(&t->faults, number, CSV_SPIKE);
	bool wick = c->close < before * SPIKE && before < c->close * SPIKE;
	csv_fault_say(fault, stays  ? ": the price stays where the spike was, so dropping is no repair"
			     : wick ? ": the high or low is ten times beyond open and close"
				    : ": the close is ten times from the close before");
	if (is_way(t, CSV_SPIKE, WAY_KEEP)) {
		mend_bar(t, "; kept", c);
		return CSV_NONE;
	}
	if (drop && !stays) {
		mend_bar(t, "; dropped", c);
		p->suspect = t->count;
		place_dropped(p, c);
	} else {
		p->suspect = t->count;
		if (stays)
			p->level_close = c->close;
	}
	return CSV_SPIKE;
}

/* What is wrong with the shape of a bar is a fault, or mended. CSV_NONE: *c is sound. */
static enum csv_fault_code mend_shape(struct parser *p, size_t number, struct candle *c)
{
	struct candle_table *t = p->table;
	enum csv_fault_code code = judge_shape(c);
	if (code == CSV_NONE)
		return CSV_NONE;
	csv_fault_add(&t->faults, number, code);
	if (is_way(t, code, WAY_WIDEN)) {
		mend_bar(t, "; high and low widened over", c);
		price_t top = most(most(c->open, c->close), most(c->high, c->low));
		price_t bottom = least(least(c->open, c->close), least(c->high, c->low));
		c->high = top;
		c->low = bottom;
		return CSV_NONE;
	}
	if (is_way(t, code, WAY_DROP)) {
		mend_bar(t, "; dropped", c);
		place_dropped(p, c);
	}
	return code;
}

/* Takes a readable row as a bar, or places it as what it is: one row of the array is used. */
static void judge_row(struct parser *p, size_t number, struct candle c)
{
	struct candle_table *t = p->table;
	size_t before = t->count;
	/* Whatever becomes of it, a finer scale must have room for it. */
	p->top_price = most(p->top_price, most(most(c.high, c.low), most(c.open, c.close)));
	p->top_volume = most(p->top_volume, c.volume);
	if (!judge_order(p, number, &c))
		return;
	enum csv_fault_code code = mend_shape(p, number, &c);
	if (code == CSV_NONE)
		code = judge_spike(p, number, &c);
	if (t->count > before)
		return; /* dropped */
	if (p->last != NO_ROW) {
		p->uneven |= p->previous != NO_ROW && c.open_ms - p->last_ms != p->step_ms;
		p->step_ms = c.open_ms - p->last_ms;
	}
	if (code == CSV_NONE) {
		keep_row(p, &c);
		return;
	}
	/* The bar was there, whatever its prices: it keeps its place in time. */
	t->rows[t->count] = c;
	p->last_ms = c.open_ms;
	p->next_ms = UNKNOWN;
	p->previous = p->last;
	p->last = t->count++;
}

void candle_row_careful(struct parser *p, const struct csv_line *line, size_t number)
{
	struct candle candle;
	if (read_line(p, line, number, &candle))
		judge_row(p, number, candle);
	else if (drop_line(p, line))
		place_dropped(p, NULL);
	else
		place_unreadable(p);
}

void candle_row_collect(struct parser *p, const struct csv_line *line, size_t number)
{
	struct candle_table *t = p->table;
	struct candle candle;
	if (!read_line(p, line, number, &candle)) {
		(void)drop_line(p, line);
		return;
	}
	p->top_price =
		most(p->top_price, most(most(candle.high, candle.low), most(candle.open, candle.close)));
	p->top_volume = most(p->top_volume, candle.volume);
	p->lines[t->count] = candle.open_ms < p->last_ms ? number | LATE : number;
	p->last_ms = most(p->last_ms, candle.open_ms);
	t->rows[t->count++] = candle;
}

static bool comes_before(const struct parser *p, size_t a, size_t b)
{
	const struct candle *rows = p->table->rows;
	if (rows[a].open_ms != rows[b].open_ms)
		return rows[a].open_ms < rows[b].open_ms;
	return (p->lines[a] & ~LATE) < (p->lines[b] & ~LATE);
}

static void swap_rows(struct parser *p, size_t a, size_t b)
{
	struct candle row = p->table->rows[a];
	size_t line = p->lines[a];
	p->table->rows[a] = p->table->rows[b];
	p->lines[a] = p->lines[b];
	p->table->rows[b] = row;
	p->lines[b] = line;
}

/* Lets the row sink to its place in the heap of the first `count` rows. */
static void sink(struct parser *p, size_t row, size_t count)
{
	for (size_t child; (child = 2 * row + 1) < count; row = child) {
		if (child + 1 < count && comes_before(p, child, child + 1))
			child++;
		if (!comes_before(p, row, child))
			return;
		swap_rows(p, row, child);
	}
}

static void sort_rows(struct parser *p)
{
	size_t count = p->table->count, sorted = 1;
	while (sorted < count && comes_before(p, sorted - 1, sorted))
		sorted++;
	if (sorted >= count)
		return;
	for (size_t i = count / 2; i-- > 0;)
		sink(p, i, count);
	for (size_t left = count; left-- > 1;) {
		swap_rows(p, 0, left);
		sink(p, 0, left);
	}
}

void candle_rows_sort_and_judge(struct parser *p)
{
	struct candle_table *t = p->table;
	sort_rows(p);
	size_t count = t->count;
	t->count = 0;
	p->last_ms = UNKNOWN;
	for (size_t i = 0; i < count; i++) {
		struct candle c = t->rows[i];
		bool late = (p->lines[i] & LATE) != 0;
		p->lines[i] &= ~LATE;
		bool again =
			p->last != NO_ROW && c.open_ms == p->last_ms && same_values(&t->rows[p->last], &c);
		if (late && !again) {
			struct csv_fault *fault = csv_fault_add(&t->faults, p->lines[i], CSV_OUT_OF_ORDER);
			csv_fault_say_utc(csv_fault_say(fault, ": "), c.open_ms);
			mend_bar(t, "; sorted to its time:", &c);
		}
		judge_row(p, p->lines[i], c);
	}
}
