/* SPDX-License-Identifier: MIT
 * The strict CSV that candle and funding files share: header by name in any order, LF or CRLF or a UTF-8 BOM,
 * no quotes, plain decimals only. Splits lines and fields and reads decimals by their digits, so that a price
 * is what the text says and never what a double makes of it. Used only by the parsers of this room. Pure. */
#ifndef TB_MARKET_CSV_ROW_H
#define TB_MARKET_CSV_ROW_H

#include "csv_fault.h"

#define CSV_LINE_MAX    1024 /* bytes, without the line end */
#define CSV_COLUMNS_MAX 64
#define CSV_IGNORED     0xff /* role of a column nobody asked for */
#define CSV_ROLES_MAX   6

/* A name a column may have in the header, lower case; several names may mean one role. */
struct csv_name {
	const char *name;
	uint8_t role;
};

struct csv_columns {
	size_t count;
	uint8_t role[CSV_COLUMNS_MAX];
};

struct csv_field {
	const char *at;
	size_t length;
};

/* One line of the text without its end. next: the byte after the line end. */
struct csv_line {
	const char *at;
	size_t length;
	const char *next;
	bool ended; /* a newline was there */
};

/* mantissa * 10^-decimals, as written but without zeros at either end; mantissa < 1e18. */
struct csv_decimal {
	int64_t mantissa;
	int64_t decimals;
	bool negative;
};

#define TIME_UNITS(X)                                                                                        \
	X(NONE, "unknown")                                                                                   \
	X(SECONDS, "seconds") X(MILLISECONDS, "milliseconds") X(MICROSECONDS, "microseconds")
#define X(id, text) TIME_UNIT_##id,
enum time_unit { TIME_UNITS(X) TIME_UNIT_COUNT };
#undef X
extern const char *const time_unit_text[TIME_UNIT_COUNT];

extern const int64_t csv_power10[19]; /* 10^0 .. 10^18 */

/* The line that starts at `at` (at < end). */
struct csv_line csv_line_at(const char *at, const char *end);

/* Skips a UTF-8 BOM and reads the header. roles[r] is the name shown for role r, 0 <= r < role_count. False:
 * the header cannot be used, the faults say why (line 1). *body: where the rows start. */
bool csv_header_parse(const char *text, size_t length, const struct csv_name *names, size_t name_count,
		      const char *const *roles, size_t role_count, struct csv_columns *columns,
		      const char **body, struct csv_faults *faults);

/* Splits a line into the fields that have a role. False with one fault on that line: NUL, too long, field
 * count or truncated. */
bool csv_line_split(const struct csv_line *line, size_t number, const struct csv_columns *columns,
		    struct csv_field fields[static CSV_ROLES_MAX], struct csv_faults *faults);

/* A plain decimal: digits, at most one point with digits on both sides; a leading '-' is reported in
 * negative. CSV_NONE or what is wrong with it. */
enum csv_fault_code csv_decimal_parse(struct csv_field field, struct csv_decimal *out);

/* A time stamp in seconds, milliseconds or microseconds, told by its magnitude; *unit is set by the first one
 * and must stay the same. CSV_NONE and *ms, or what is wrong. */
enum csv_fault_code csv_time_parse(struct csv_field field, enum time_unit *unit, ms_t *ms);

/* Adds the fault of one field: `code: NAME is "text"`, as truncated if the line has no end and the field is
 * the stump of one. */
void csv_field_fault(struct csv_faults *faults, size_t number, const struct csv_line *line,
		     enum csv_fault_code code, const char *name, struct csv_field field);

#endif
