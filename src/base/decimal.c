/* SPDX-License-Identifier: MIT
 * One scanner reads the text to a magnitude and remembers whether anything but zeros was cut off; every
 * public function is a different judgement of that. */
#include "decimal.h"

#define X(id, text) [DECIMAL_##id] = text,
const char *const decimal_err_text[DECIMAL_ERR_COUNT] = {DECIMAL_ERRS(X)};
#undef X

struct magnitude {
	int64_t value; /* in 10^-decimals, floored */
	bool cut;      /* digits other than 0 past the last decimal */
	bool overflow;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void push_digit(struct magnitude *m, int digit)
{
	if (m->value > (INT64_MAX - digit) / 10)
		m->overflow = true;
	else
		m->value = m->value * 10 + digit;
}

static bool is_exponent(char c)
{
	return c == 'e' || c == 'E';
}

static enum decimal_err scan(const char *text, size_t len, int64_t decimals, struct magnitude *m)
{
	size_t at = 0;
	int64_t fraction = 0;

	*m = (struct magnitude){0};
	if (len == 0)
		return DECIMAL_EMPTY;
	if (text[0] == '-' || text[0] == '+')
		return DECIMAL_SIGN;
	if (decimals < 0 || decimals > DECIMALS_MAX)
		return DECIMAL_DIGITS;
	if (!is_digit(text[0]))
		return DECIMAL_SYNTAX;
	for (; at < len && is_digit(text[at]); at++)
		push_digit(m, text[at] - '0');
	if (at < len && text[at] == '.') {
		if (++at == len || !is_digit(text[at]))
			return DECIMAL_SYNTAX;
		for (; at < len && is_digit(text[at]); at++) {
			if (fraction < decimals) {
				push_digit(m, text[at] - '0');
				fraction++;
			} else if (text[at] != '0') {
				m->cut = true;
			}
		}
	}
	if (at < len)
		return is_exponent(text[at]) ? DECIMAL_EXPONENT : DECIMAL_SYNTAX;
	for (; fraction < decimals; fraction++)
		push_digit(m, 0);
	return DECIMAL_OK;
}

enum decimal_err decimal_parse(const char *text, size_t len, int64_t decimals, int64_t *out)
{
	struct magnitude m;
	enum decimal_err err = scan(text, len, decimals, &m);

	if (err)
		return err;
	if (m.cut)
		return DECIMAL_DIGITS;
	if (m.overflow)
		return DECIMAL_OVERFLOW;
	*out = m.value;
	return DECIMAL_OK;
}

enum decimal_err decimal_parse_signed(const char *text, size_t len, int64_t decimals, int64_t *out)
{
	int64_t value;

	if (len == 0 || text[0] != '-')
		return decimal_parse(text, len, decimals, out);
	if (len == 1)
		return DECIMAL_SYNTAX;
	enum decimal_err err = decimal_parse(text + 1, len - 1, decimals, &value);
	if (!err)
		*out = -value;
	return err;
}

static bool grid_usable(const struct grid *grid)
{
	return grid->step > 0 && grid->decimals >= 0 && grid->decimals <= DECIMALS_MAX;
}

static enum decimal_err to_steps(enum decimal_err err, int64_t value, const struct grid *grid, int64_t *steps)
{
	if (!grid_usable(grid))
		return DECIMAL_OFF_GRID;
	if (err)
		return err;
	if (value % grid->step != 0)
		return DECIMAL_OFF_GRID;
	*steps = value / grid->step;
	return DECIMAL_OK;
}

enum decimal_err grid_parse(const char *text, size_t len, const struct grid *grid, int64_t *steps)
{
	int64_t value = 0;
	enum decimal_err err = decimal_parse(text, len, grid->decimals, &value);

	return to_steps(err, value, grid, steps);
}

enum decimal_err grid_parse_signed(const char *text, size_t len, const struct grid *grid, int64_t *steps)
{
	int64_t value = 0;
	enum decimal_err err = decimal_parse_signed(text, len, grid->decimals, &value);

	return to_steps(err, value, grid, steps);
}

static enum decimal_err parse_rounded(const char *text, size_t len, const struct grid *grid, bool up,
				      int64_t *steps)
{
	struct magnitude m;
	enum decimal_err err = scan(text, len, grid->decimals, &m);

	if (!grid_usable(grid))
		return DECIMAL_OFF_GRID;
	if (err)
		return err;
	int64_t whole = m.value / grid->step;
	bool between = m.cut || m.value % grid->step != 0;
	if (m.overflow || (up && between && whole == INT64_MAX))
		return DECIMAL_OVERFLOW;
	*steps = up && between ? whole + 1 : whole;
	return DECIMAL_OK;
}

enum decimal_err grid_parse_down(const char *text, size_t len, const struct grid *grid, int64_t *steps)
{
	return parse_rounded(text, len, grid, false, steps);
}

enum decimal_err grid_parse_up(const char *text, size_t len, const struct grid *grid, int64_t *steps)
{
	return parse_rounded(text, len, grid, true, steps);
}

int decimal_format(int64_t value, int64_t decimals, char out[static DECIMAL_TEXT_MAX])
{
	char reversed[DECIMAL_TEXT_MAX];
	int count = 0, length = 0;
	/* 0 - x in unsigned arithmetic is right for INT64_MIN too */
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	out[0] = '\0';
	if (decimals < 0 || decimals > DECIMALS_MAX)
		return TB_EINVAL;
	for (int64_t digit = 0; rest > 0 || digit <= decimals; digit++) {
		if (digit == decimals && decimals > 0)
			reversed[count++] = '.';
		reversed[count++] = (char)('0' + rest % 10);
		rest /= 10;
	}
	if (value < 0)
		out[length++] = '-';
	while (count > 0)
		out[length++] = reversed[--count];
	out[length] = '\0';
	return length;
}

int grid_format(int64_t steps, const struct grid *grid, char out[static DECIMAL_TEXT_MAX])
{
	out[0] = '\0';
	if (!grid_usable(grid) || steps > INT64_MAX / grid->step || steps < -(INT64_MAX / grid->step))
		return TB_ERANGE;
	return decimal_format(steps * grid->step, grid->decimals, out);
}

enum decimal_err decimal_to_grid(const char *text, size_t len, struct grid *grid)
{
	size_t point = 0, last = len; /* last: one past the last digit that counts */
	int64_t step = 0, decimals = 0;

	while (point < len && text[point] != '.')
		point++;
	if (point < len) {
		while (last > point + 1 && text[last - 1] == '0')
			last--;
		decimals = (int64_t)(last - point - 1);
	}
	if (decimals > DECIMALS_MAX) /* or not a number at all: the parser knows */
		decimals = DECIMALS_MAX;
	enum decimal_err err = decimal_parse(text, len, decimals, &step);
	if (err)
		return err;
	if (step == 0)
		return DECIMAL_ZERO;
	*grid = (struct grid){.step = step, .decimals = decimals};
	return DECIMAL_OK;
}
