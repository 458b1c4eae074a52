/* SPDX-License-Identifier: MIT
 * Filters, rank percentiles and the choice with hysteresis. All integers: equal rows have equal scores on
 * every machine. */
#include "scanner.h"

#include <string.h>

const struct scanner_settings scanner_settings_default = {
	.enabled = true,
	.top = 5,
	.hysteresis = 3,
	.interval_ms = 15 * MINUTE_MS,
	.listed_ms = 30 * DAY_MS,
	.min_turnover = 1000000 * MONEY_ONE,
	.spread = 10 * BPS,
	.range_low = 2 * RATIO_ONE / 100,
	.range_high = 20 * RATIO_ONE / 100,
};

/* Percent; they add up to 100. */
static const int64_t factor_weight[FACTOR_COUNT] = {
	[FACTOR_TURNOVER] = 30,
	[FACTOR_MOVE] = 25,
	[FACTOR_SPREAD] = 25,
	[FACTOR_RANGE] = 20,
};

void scanner_init(struct scanner *scanner)
{
	memset(scanner, 0, sizeof(*scanner));
}

void scanner_manual(struct scanner *scanner, sym_t sym)
{
	scanner->at[sym].manual = 1;
}

void scanner_restore(struct scanner *scanner, const struct watched *record)
{
	struct scanner_symbol *symbol;

	if (record->sym < 0 || record->sym >= SYMBOLS_MAX)
		return;
	symbol = &scanner->at[record->sym];
	symbol->watched = record->watched != 0;
	symbol->scanned = record->scanned != 0;
	symbol->place = record->place;
	symbol->score = record->score;
}

void scanner_begin(struct scanner *scanner)
{
	for (size_t i = 0; i < scanner->rows_end; i++)
		scanner->at[i].seen = 0;
	scanner->rows_end = 0;
}

void scanner_row(struct scanner *scanner, const struct event *event)
{
	struct scanner_symbol *symbol;

	if (event->kind != EVENT_SCAN_ROW || event->sym >= SYMBOLS_MAX)
		return;
	symbol = &scanner->at[event->sym];
	symbol->seen = 1;
	if (event->sym >= scanner->rows_end)
		scanner->rows_end = (size_t)event->sym + 1;
	symbol->turnover = event->scan.turnover;
	symbol->last = event->scan.last;
	symbol->open = event->scan.open;
	symbol->high = event->scan.high;
	symbol->low = event->scan.low;
	symbol->bid = event->scan.bid;
	symbol->ask = event->scan.ask;
}

static bool is_price(price_t price)
{
	return price > 0 && price <= VALUE_MAX / 4;
}

/* Turnover is only compared: a giant's goes far beyond what an order may be worth. */
static bool readable(const struct scanner_symbol *s, ratio_t spread)
{
	return s->turnover >= 0 && is_price(s->last) && is_price(s->open) && is_price(s->high) &&
	       is_price(s->low) && s->low <= s->high && spread != UNKNOWN;
}

static bool passes(struct scanner_counts *counts, const struct scanner_symbol *symbol, ratio_t spread,
		   const struct instrument *instrument, const struct scanner_settings *settings, ms_t now)
{
	counts->rows++;
	if (!readable(symbol, spread))
		return false;
	counts->readable++;
	if (instrument->status != INSTRUMENT_TRADING)
		return false;
	counts->trading++;
	if (instrument->blacklisted)
		return false;
	counts->not_blacklisted++;
	if (instrument->listed_ms == UNKNOWN || now - instrument->listed_ms < settings->listed_ms)
		return false;
	counts->listed++;
	if (symbol->turnover < settings->min_turnover)
		return false;
	counts->turnover++;
	if (spread > settings->spread)
		return false;
	counts->spread++;
	return true;
}

/* Ratios of prices, as exact as 1e-9 is; a move or range too large for one counts as the largest. */
static ratio_t over(price_t difference, price_t price)
{
	ratio_t ratio = mul_div_down(difference, RATIO_ONE, price);

	return ratio < 0 ? VALUE_MAX : ratio;
}

static void set_keys(struct scanner_symbol *s, ratio_t spread, const struct scanner_settings *settings)
{
	ratio_t middle = (settings->range_low + settings->range_high) / 2;
	ratio_t reach = settings->range_high - middle;
	ratio_t off = over(s->high - s->low, s->last) - middle;

	off = off < 0 ? -off : off;
	s->key[FACTOR_TURNOVER] = s->turnover;
	s->key[FACTOR_MOVE] = over(s->last > s->open ? s->last - s->open : s->open - s->last, s->open);
	s->key[FACTOR_SPREAD] = -spread;
	s->key[FACTOR_RANGE] = off < reach ? reach - off : 0;
	s->points = 0;
}

struct ranking {
	const struct scanner *scanner;
	const struct universe *universe; /* NULL: by a factor's key */
	enum scanner_factor factor;
};

/* Does a come before b? By key ascending; or by points descending, then name. */
static bool before(const struct ranking *by, uint16_t a, uint16_t b)
{
	const struct scanner_symbol *left = &by->scanner->at[a], *right = &by->scanner->at[b];

	if (!by->universe)
		return left->key[by->factor] < right->key[by->factor];
	if (left->points != right->points)
		return left->points > right->points;
	return strcmp(by->universe->at[a].name, by->universe->at[b].name) < 0;
}

/* Shell's sort in place: the C library's may allocate. Equal keys may change places: nobody looks at it. */
static void sort(const struct ranking *by, uint16_t *order, size_t count)
{
	static const size_t gaps[] = {701, 301, 132, 57, 23, 10, 4, 1};

	if (count < 2)
		return;
	for (size_t g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
		for (size_t i = gaps[g]; i < count; i++) {
			uint16_t one = order[i];
			size_t j = i;
			for (; j >= gaps[g] && before(by, one, order[j - gaps[g]]); j -= gaps[g])
				order[j] = order[j - gaps[g]];
			order[j] = one;
		}
	}
}

/* Adds weight x (2 below + equal) of one factor to everybody's points. */
static void add_points(struct scanner *scanner, enum scanner_factor factor, size_t count)
{
	const struct ranking by = {.scanner = scanner, .factor = factor};
	uint16_t *order = scanner->order;

	sort(&by, order, count);
	for (size_t first = 0, next; first < count; first = next) {
		int64_t key = scanner->at[order[first]].key[factor];
		for (next = first + 1; next < count && scanner->at[order[next]].key[factor] == key; next++)
			;
		for (size_t i = first; i < next; i++)
			scanner->at[order[i]].points += factor_weight[factor] * (int64_t)(first + next);
	}
}

static void rank_table(struct scanner *scanner, const struct universe *universe,
		       const struct scanner_settings *settings, ms_t now)
{
	const struct ranking by_points = {.scanner = scanner, .universe = universe};
	size_t count = 0;

	for (size_t i = 0; i < universe->count; i++) {
		struct scanner_symbol *symbol = &scanner->at[i];
		symbol->place = 0;
		symbol->score = 0;
		if (!symbol->seen)
			continue;
		ratio_t spread = quote_spread(symbol->bid, symbol->ask);
		if (!passes(&scanner->counts, symbol, spread, &universe->at[i], settings, now))
			continue;
		set_keys(symbol, spread, settings);
		scanner->order[count++] = (uint16_t)i;
	}
	for (int factor = 0; factor < FACTOR_COUNT; factor++)
		add_points(scanner, (enum scanner_factor)factor, count);
	sort(&by_points, scanner->order, count);
	for (size_t i = 0; i < count && i < SYMBOLS_MAX; i++) {
		struct scanner_symbol *symbol = &scanner->at[scanner->order[i]];
		symbol->place = (int64_t)i + 1;
		symbol->score = mul_div_down(symbol->points, RATIO_ONE, 200 * (int64_t)count);
	}
}

static bool picked(const struct scanner_symbol *symbol, const struct scanner_settings *settings)
{
	int64_t last = settings->top + (symbol->watched ? settings->hysteresis : 0);

	return settings->enabled && symbol->place > 0 && symbol->place <= last;
}

size_t scanner_finish(struct scanner *scanner, const struct universe *universe,
		      const struct scanner_settings *settings, const bool *held, ms_t now,
		      struct watched *changes, size_t room)
{
	size_t changed = 0;
	bool heard = false;

	for (size_t i = 0; i < universe->count; i++)
		heard |= scanner->at[i].seen != 0;
	scanner->counts = (struct scanner_counts){0};
	if (settings->enabled && heard)
		rank_table(scanner, universe, settings, now);
	for (size_t i = 0; i < universe->count; i++) {
		struct scanner_symbol *symbol = &scanner->at[i];
		bool stays = held[i] || (symbol->watched && settings->enabled && !heard);
		bool watched = symbol->manual || stays || picked(symbol, settings);
		bool scanned = watched && !symbol->manual;
		if ((watched != (symbol->watched != 0) || scanned != (symbol->scanned != 0)) &&
		    changed < room) {
			symbol->watched = watched;
			symbol->scanned = scanned;
			changes[changed++] = (struct watched){
				.sym = (int64_t)i,
				.watched = watched,
				.scanned = scanned,
				.place = symbol->place,
				.score = symbol->score,
				.at_ms = now,
			};
		}
		scanner->counts.watched += symbol->watched;
	}
	return changed;
}

bool scanner_watches(const struct scanner *scanner, sym_t sym)
{
	return sym < SYMBOLS_MAX && scanner->at[sym].watched != 0;
}
