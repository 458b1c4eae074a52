/* SPDX-License-Identifier: MIT
 * One place for how a value looks, so that every verb says it the same way. */
#include "show.h"

#include "decimal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <time.h>

static void show_none(char out[static SHOW_MAX])
{
	snprintf(out, SHOW_MAX, "-");
}

/* value / 10^have with show decimals, rounded half away from zero. */
static void show_decimal(int64_t value, int have, int show, char out[static SHOW_MAX])
{
	int64_t unit = 1;
	char text[DECIMAL_TEXT_MAX];
	if (value == UNKNOWN) {
		show_none(out);
		return;
	}
	for (int i = show; i < have; i++)
		unit *= 10;
	int64_t rest = value % unit, whole = value / unit;
	if (rest >= unit - unit / 2 && unit > 1)
		whole++;
	else if (-rest >= unit - unit / 2 && unit > 1)
		whole--;
	decimal_format(whole, show, text);
	snprintf(out, SHOW_MAX, "%s", text);
}

void show_money(money_t money, int decimals, char out[static SHOW_MAX])
{
	show_decimal(money, 8, decimals, out);
}
void show_ratio(ratio_t ratio, int decimals, char out[static SHOW_MAX])
{
	show_decimal(ratio, 9, decimals, out);
}

void show_percent(ratio_t ratio, int decimals, char out[static SHOW_MAX])
{
	show_decimal(ratio, 7, decimals, out);
	if (ratio != UNKNOWN)
		strncat(out, " %", SHOW_MAX - strlen(out) - 1);
}

static void show_grid(int64_t steps, const struct grid *grid, char out[static SHOW_MAX])
{
	char text[DECIMAL_TEXT_MAX];
	if (steps == UNKNOWN)
		show_none(out);
	else if (grid && grid_format(steps, grid, text) >= 0)
		snprintf(out, SHOW_MAX, "%s", text);
	else
		snprintf(out, SHOW_MAX, "%" PRId64, steps);
}

void show_price(price_t price, const struct instrument *instrument, char out[static SHOW_MAX])
{
	show_grid(price, instrument ? &instrument->tick : NULL, out);
}

void show_qty(qty_t qty, const struct instrument *instrument, char out[static SHOW_MAX])
{
	show_grid(qty, instrument ? &instrument->lot : NULL, out);
}

void show_average(money_t cost, qty_t qty, const struct instrument *instrument, char out[static SHOW_MAX])
{
	if (cost == UNKNOWN || qty == UNKNOWN || qty <= 0 || !instrument || instrument->value_num <= 0) {
		show_none(out);
		return;
	}
	/* cost = price * qty * value_num / value_den, in ticks; then on the tick's grid. */
	double ticks =
		(double)cost * (double)instrument->value_den / ((double)instrument->value_num * (double)qty);
	double price = ticks * (double)instrument->tick.step / pow(10, (double)instrument->tick.decimals);
	snprintf(out, SHOW_MAX, "%.*f", (int)instrument->tick.decimals + (qty > 1 ? 1 : 0), price);
}

static bool show_date(ms_t at, struct tm *date)
{
	time_t seconds = (time_t)(at / 1000);
	return at != UNKNOWN && at > 0 && gmtime_r(&seconds, date) != NULL;
}

void show_time(ms_t at, char out[static SHOW_MAX])
{
	struct tm date;
	if (!show_date(at, &date))
		show_none(out);
	else
		strftime(out, SHOW_MAX, "%Y-%m-%d %H:%M:%S", &date);
}

void show_time_iso(ms_t at, char out[static SHOW_MAX])
{
	struct tm date;
	if (!show_date(at, &date)) {
		show_none(out);
		return;
	}
	size_t len = strftime(out, SHOW_MAX, "%Y-%m-%dT%H:%M:%S", &date);
	snprintf(out + len, SHOW_MAX - len, ".%03dZ", (int)(at % 1000));
}

void show_length(ms_t length, char out[static SHOW_MAX])
{
	if (length == UNKNOWN || length < 0) {
		show_none(out);
		return;
	}
	int64_t seconds = length / 1000, days = seconds / 86400;
	int hours = (int)(seconds / 3600 % 24), minutes = (int)(seconds / 60 % 60);
	if (days > 0)
		snprintf(out, SHOW_MAX, "%" PRId64 " d %02d:%02d", days, hours, minutes);
	else
		snprintf(out, SHOW_MAX, "%02d:%02d:%02d", hours, minutes, (int)(seconds % 60));
}

static void show_milliseconds(ms_t value, char out[static SHOW_MAX])
{
	if (value == UNKNOWN)
		show_none(out);
	else if (value > 100 * 365 * DAY_MS / 10) /* over ten years: a moment, not a length */
		show_time(value, out);
	else
		snprintf(out, SHOW_MAX, "%.10g s", (double)value / 1000);
}

void show_value(enum field_unit unit, int64_t value, const struct instrument *instrument,
		char out[static SHOW_MAX])
{
	const char *text = field_text(unit, value);
	if (value == UNKNOWN) {
		snprintf(out, SHOW_MAX, "unknown");
		return;
	}
	if (text) {
		snprintf(out, SHOW_MAX, "%s", text);
		return;
	}
	switch (unit) {
	case FIELD_MONEY:
		show_money(value, 2, out);
		strncat(out, " USDT", SHOW_MAX - strlen(out) - 1);
		break;
	case FIELD_RATIO: show_ratio(value, 4, out); break;
	case FIELD_TICKS: show_price(value, instrument, out); break;
	case FIELD_LOTS: show_qty(value, instrument, out); break;
	case FIELD_MS: show_milliseconds(value, out); break;
	case FIELD_BOOL: snprintf(out, SHOW_MAX, "%s", value ? "yes" : "no"); break;
	case FIELD_ID: client_id_format(value, out); break;
	default: snprintf(out, SHOW_MAX, "%" PRId64, value);
	}
}
_Static_assert(CLIENT_ID_TEXT_MAX <= SHOW_MAX && DECIMAL_TEXT_MAX <= SHOW_MAX + 16, "texts fit");

const struct instrument *show_instrument(const struct universe *universe, int64_t sym)
{
	return sym >= 0 && (uint64_t)sym < universe->count ? &universe->at[sym] : NULL;
}

void show_json_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

void show_json_double(FILE *out, const char *name, double value)
{
	if (isfinite(value))
		fprintf(out, "\"%s\": %.9g", name, value);
	else
		fprintf(out, "\"%s\": null", name);
}

void show_json_money(FILE *out, const char *name, money_t money)
{
	char text[SHOW_MAX];
	show_money(money, 8, text);
	fprintf(out, "\"%s\": %s", name, money == UNKNOWN ? "null" : text);
}

static void json_field(FILE *out, const struct field_row *field, int64_t value,
		       const struct universe *universe, const struct instrument *instrument)
{
	char text[SHOW_MAX];
	const struct instrument *own;

	fprintf(out, "\"%s\": ", field->name);
	if (value == UNKNOWN) {
		fputs("null", out);
		return;
	}
	switch (field->unit) {
	case FIELD_SYM:
		own = show_instrument(universe, value);
		if (own)
			show_json_text(out, own->name);
		else
			fputs("null", out);
		return;
	case FIELD_MONEY: show_money(value, 8, text); break;
	case FIELD_RATIO: show_ratio(value, 9, text); break;
	case FIELD_TICKS: show_price(value, instrument, text); break;
	case FIELD_LOTS: show_qty(value, instrument, text); break;
	case FIELD_BOOL: snprintf(text, sizeof(text), "%s", value ? "true" : "false"); break;
	case FIELD_ID:
		/* Over 2^53: text, as the exchange has it. */
		client_id_format(value, text);
		show_json_text(out, value > 0 ? text : "");
		return;
	default:
		if (field_text(field->unit, value)) {
			show_json_text(out, field_text(field->unit, value));
			return;
		}
		snprintf(text, sizeof(text), "%" PRId64, value);
	}
	fputs(text, out);
}

void show_json_record(FILE *out, const struct record *record, const struct universe *universe,
		      const char *extra)
{
	const struct record_row *row = &record_rows[record->kind];
	const int64_t *values = record_values(record);
	const struct instrument *instrument = NULL;

	for (size_t i = 0; i < row->field_count; i++) {
		if (row->fields[i].unit == FIELD_SYM)
			instrument = show_instrument(universe, values[i]);
	}
	fprintf(out, "{%s", extra);
	for (size_t i = 0; i < row->field_count; i++) {
		if (i)
			fputs(", ", out);
		json_field(out, &row->fields[i], values[i], universe, instrument);
	}
	fputc('}', out);
}
