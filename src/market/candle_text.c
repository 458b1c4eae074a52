/* SPDX-License-Identifier: MIT
 * The candle parser. row_fast() reads the rows of a sound file in one pass over the bytes and says no to
 * anything unusual; row_careful() then reads that line again, field by field, and either takes it (the first
 * row, a finer price, a last line without an end) or names its fault. Line n of the file is row n - 2 of the
 * array until the end, so that the judge of distances knows the lines; unreadable rows hold their place with
 * open_ms UNKNOWN. */
#include "candle_text.h"

#include <string.h>

#include "timeframe.h"

enum { TIME, OPEN, HIGH, LOW, CLOSE, VOLUME, ROLE_COUNT };

#define ROW_BYTES_MIN 21 /* "1230768000,1,1,1,1,0\n" */
#define FAST_DIGITS   17 /* so that no product can pass VALUE_MAX = 10^17 */
#define SPIKE         10
#define NO_ROW        SIZE_MAX

static const char *const role_text[ROLE_COUNT] = {"time stamp", "open", "high", "low", "close", "volume"};

static const struct csv_name column_names[] = {
	{"ts_ms", TIME},        {"ts", TIME},       {"timestamp", TIME},  {"time", TIME}, {"open_time", TIME},
	{"open_time_ms", TIME}, {"opentime", TIME}, {"start_time", TIME}, {"open", OPEN}, {"high", HIGH},
	{"low", LOW},           {"close", CLOSE},   {"volume", VOLUME},
};

struct parser {
	struct candle_table *table;
	struct csv_columns columns;
	bool plain; /* exactly the six columns in their usual order */
	int64_t scale[ROLE_COUNT];
	ms_t last_ms;                  /* of the latest good row */
	size_t last;                   /* row of that */
	size_t suspect;                /* the row before, if it was a spike */
	price_t level_close;           /* what spikes are measured against; 0 until there is a good row */
	int64_t top_price, top_volume; /* highest so far, to know whether a finer scale fits */
	ms_t unit_num, unit_den;       /* ms = stamp * num / den */
	int64_t stamp_end;             /* the first stamp too far in the future; 0 until the unit is known */
};

size_t candle_text_bound(const char *text, size_t length)
{
	size_t lines = 1;
	const char *at = text, *end = text + length;
	while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		lines++;
		at++;
	}
	size_t most = length / ROW_BYTES_MIN + 1;
	return lines < most ? lines : most;
}

/* Reads a plain decimal that fits the scale; NULL for anything else. The text must go on to a non-digit. */
static inline const char *read_number(const char *at, int64_t scale, int64_t *out)
{
	const char *start = at;
	uint64_t value = 0;
	unsigned digit;
	while ((digit = (unsigned)(unsigned char)*at - '0') < 10) {
		value = value * 10 + digit;
		at++;
	}
	if (at == start || at - start + scale > FAST_DIGITS)
		return NULL;
	if (*at != '.') {
		*out = (int64_t)value * csv_power10[scale];
		return at;
	}
	const char *fraction = ++at;
	while (scale > 0 && (digit = (unsigned)(unsigned char)*at - '0') < 10) {
		value = value * 10 + digit;
		at++;
		scale--;
	}
	*out = (int64_t)value * csv_power10[scale];
	while (*at == '0')
		at++; /* only zeros may follow beyond the scale */
	return at == fraction ? NULL : at;
}

static inline const char *skip_field(const char *at)
{
	while (*at != ',' && *at != '\n' && *at != '\r' && *at != '\0')
		at++;
	return at;
}

/* The end of a row: the byte after its newline, or NULL. */
static inline const char *row_end(const char *at)
{
	if (*at == '\r')
		at++;
	return *at == '\n' ? at + 1 : NULL;
}

static inline const char *read_any(const struct parser *p, const char *at, int64_t *values)
{
	for (size_t i = 0; i < p->columns.count; i++) {
		uint8_t role = p->columns.role[i];
		if (i > 0 && *at++ != ',')
			return NULL;
		at = role == CSV_IGNORED ? skip_field(at) : read_number(at, p->scale[role], &values[role]);
		if (!at)
			return NULL;
	}
	return row_end(at);
}

static inline const char *read_plain(const struct parser *p, const char *at, int64_t *values)
{
	int64_t scale = p->scale[OPEN];
	at = read_number(at, 0, &values[TIME]);
	for (int i = OPEN; i <= CLOSE; i++) {
		if (!at || *at != ',')
			return NULL;
		at = read_number(at + 1, scale, &values[i]);
	}
	if (!at || *at != ',')
		return NULL;
	at = read_number(at + 1, p->scale[VOLUME], &values[VOLUME]);
	return at ? row_end(at) : NULL;
}

static inline int64_t most(int64_t a, int64_t b)
{
	return a > b ? a : b;
}
static inline int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* What is wrong with the values of one bar on its own. */
static inline enum csv_fault_code judge_shape(const struct candle *c)
{
	if (least(least(c->open, c->close), least(c->high, c->low)) <= 0)
		return CSV_NOT_POSITIVE;
	if (c->high < c->low)
		return CSV_HIGH_BELOW_LOW;
	if (c->high < most(c->open, c->close) || c->low > least(c->open, c->close))
		return CSV_OUTSIDE_RANGE;
	return CSV_NONE;
}

/* A wick ten times beyond the body, or a close ten times from the close before: a misplaced decimal point. */
static inline bool is_spike(price_t before, const struct candle *c)
{
	return c->close >= before * SPIKE || before >= c->close * SPIKE ||
	       c->high >= most(c->open, c->close) * SPIKE || least(c->open, c->close) >= c->low * SPIKE;
}

static inline void keep_row(struct parser *p, const struct candle *candle)
{
	struct candle_table *table = p->table;
	table->rows[table->count] = *candle;
	p->last_ms = candle->open_ms;
	p->last = table->count++;
	p->level_close = candle->close;
	p->suspect = NO_ROW;
	p->top_price = most(p->top_price, candle->high);
	p->top_volume = most(p->top_volume, candle->volume);
	table->zero_volume += candle->volume == 0;
}

/* Reads one row of a sound file; NULL and nothing changed if there is anything to say about it. */
static inline const char *row_fast(struct parser *p, const char *at)
{
	int64_t v[ROLE_COUNT];
	const char *next = p->plain ? read_plain(p, at, v) : read_any(p, at, v);
	if (!next || next - at > CSV_LINE_MAX || v[TIME] >= p->stamp_end)
		return NULL;
	ms_t ms = v[TIME] * p->unit_num;
	if (p->unit_den != 1) {
		if (ms % p->unit_den != 0)
			return NULL;
		ms /= p->unit_den;
	}
	struct candle candle = {ms, v[OPEN], v[HIGH], v[LOW], v[CLOSE], v[VOLUME]};
	if (ms <= p->last_ms || judge_shape(&candle) != CSV_NONE || is_spike(p->level_close, &candle) ||
	    p->suspect != NO_ROW)
		return NULL;
	keep_row(p, &candle);
	return next;
}

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

/* Time order and repetition; false with a fault. */
static bool judge_order(struct parser *p, size_t number, const struct candle *c)
{
	struct csv_faults *faults = &p->table->faults;
	if (p->last == NO_ROW || c->open_ms > p->last_ms)
		return true;
	const struct candle *last = &p->table->rows[p->last];
	if (c->open_ms == p->last_ms) {
		bool same = c->open == last->open && c->high == last->high && c->low == last->low &&
			    c->close == last->close && c->volume == last->volume;
		struct csv_fault *fault =
			csv_fault_add(faults, number, same ? CSV_DUPLICATE_SAME : CSV_DUPLICATE_CONFLICT);
		csv_fault_say_utc(csv_fault_say(fault, ": "), c->open_ms);
		csv_fault_say_int(csv_fault_say(fault, " is also on line "), (int64_t)p->last + 2);
		return false;
	}
	struct csv_fault *fault = csv_fault_add(faults, number, CSV_OUT_OF_ORDER);
	csv_fault_say_utc(csv_fault_say(fault, ": "), c->open_ms);
	csv_fault_say_utc(csv_fault_say(fault, " comes after "), p->last_ms);
	return false;
}

/* A spike is measured against the last sound close. If the row after a spike stays with it the price has
 * really moved there (one fault), if it comes back the spike was one bad row (also one fault). */
static bool judge_spike(struct parser *p, size_t number, const struct candle *c)
{
	struct candle_table *table = p->table;
	price_t before = p->level_close == 0 ? c->close : p->level_close;
	if (!is_spike(before, c))
		return true;
	if (p->suspect != NO_ROW && !is_spike(table->rows[p->suspect].close, c))
		return true;
	struct csv_fault *fault = csv_fault_add(&table->faults, number, CSV_SPIKE);
	bool wick = c->close < before * SPIKE && before < c->close * SPIKE;
	csv_fault_say(fault, wick ? ": the high or low is ten times beyond open and close"
				  : ": the close is ten times from the close before");
	return false;
}

/* Takes the line as a row or adds one fault; in both cases one row of the array is used. */
static void row_careful(struct parser *p, const struct csv_line *line, size_t number)
{
	struct candle_table *table = p->table;
	struct csv_field fields[ROLE_COUNT];
	struct csv_decimal d[ROLE_COUNT];
	int64_t v[ROLE_COUNT];
	ms_t ms = UNKNOWN;
	int role;
	struct candle *place = &table->rows[table->count];
	*place = (struct candle){.open_ms = UNKNOWN};
	if (!csv_line_split(line, number, &p->columns, fields, &table->faults)) {
		table->count++;
		return;
	}
	enum csv_fault_code code = read_fields(p, fields, d, &ms, &role);
	learn_unit(p);
	if (code == CSV_NONE && (role = scale_row(p, d, v)) != ROLE_COUNT)
		code = CSV_TOO_MANY_DIGITS;
	if (code != CSV_NONE) {
		csv_field_fault(&table->faults, number, line, code, role_text[role], fields[role]);
		table->count++;
		return;
	}
	struct candle candle = {ms, v[OPEN], v[HIGH], v[LOW], v[CLOSE], v[VOLUME]};
	if (!judge_order(p, number, &candle)) {
		table->count++;
		return;
	}
	code = judge_shape(&candle);
	if (code != CSV_NONE) {
		csv_fault_add(&table->faults, number, code);
	} else if (judge_spike(p, number, &candle)) {
		keep_row(p, &candle);
		return;
	} else {
		p->suspect = table->count;
	}
	/* The bar was there, whatever its prices: it keeps its place in time. */
	*place = candle;
	p->last_ms = ms;
	p->last = table->count++;
	p->top_price = most(p->top_price, candle.high);
	p->top_price = most(p->top_price, most(candle.low, most(candle.open, candle.close)));
	p->top_volume = most(p->top_volume, candle.volume);
}

static int parse_rows(struct parser *p, const char *at, const char *end, size_t capacity)
{
	struct candle_table *table = p->table;
	/* read_number() stops at a non-digit, so the fast path may only run on lines that have an end. */
	const char *last_end = at < end ? memrchr(at, '\n', (size_t)(end - at)) : NULL;
	while (at < end) {
		if (table->count == capacity)
			return TB_EFULL;
		const char *next = last_end && at < last_end ? row_fast(p, at) : NULL;
		if (!next) {
			struct csv_line line = csv_line_at(at, end);
			row_careful(p, &line, table->count + 2);
			next = line.next;
		}
		at = next;
	}
	return 0;
}

/* Leaves only the rows that could be read. */
static void close_ranks(struct candle_table *table)
{
	size_t kept = 0;
	for (size_t i = 0; i < table->count; i++)
		if (table->rows[i].open_ms != UNKNOWN)
			table->rows[kept++] = table->rows[i];
	table->count = kept;
}

int candle_text_parse(const char *text, size_t length, ms_t hint_ms, struct candle *rows, size_t capacity,
		      struct candle_table *table)
{
	static const uint8_t usual[ROLE_COUNT] = {TIME, OPEN, HIGH, LOW, CLOSE, VOLUME};
	struct parser p = {.table = table,
			   .last_ms = UNKNOWN,
			   .last = NO_ROW,
			   .suspect = NO_ROW,
			   .unit_num = 1,
			   .unit_den = 1};
	const char *body = NULL;
	memset(table, 0, sizeof(*table));
	table->rows = rows;
	table->timeframe_ms = hint_ms;
	if (!csv_header_parse(text, length, column_names, sizeof(column_names) / sizeof(column_names[0]),
			      role_text, ROLE_COUNT, &p.columns, &body, &table->faults))
		return TB_EINVAL;
	p.plain = p.columns.count == ROLE_COUNT && memcmp(p.columns.role, usual, sizeof(usual)) == 0;
	int error = parse_rows(&p, body, text + length, capacity);
	if (table->count == 0 && table->faults.count == 0)
		csv_fault_add(&table->faults, 2, CSV_NO_ROWS);
	candle_steps_judge(table, hint_ms);
	if (table->faults.count > 0)
		close_ranks(table);
	if (error)
		return error;
	return table->faults.count > 0 ? TB_EINVAL : 0;
}
