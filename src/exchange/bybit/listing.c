/* SPDX-License-Identifier: MIT
 * What can be traded: instruments-info, page after page, once at the start and once a day (contract, section
 * 4.2; maximum sizes are revised about twice a month, delistings announced days before), earlier in doubt,
 * and at once again while something is held in what does not trade. A listing counts only when all its pages
 * are there; then it is compared with the universe that was attached. */
#include "bybit_internal.h"
#include "decimal.h"

#include <stdio.h>
#include <string.h>

#define PAGES_MAX 64
#define SPREAD_MS HOUR_MS          /* a day less up to so much between two listings */
#define DOUBT_MS  (10 * MINUTE_MS) /* least time between two that were asked for early */
#define HELD_MS   (2 * SECOND_MS)  /* between two while something is held in what does not trade */
#define NO_STATUS (-1)

void bybit_listing_init(struct bybit *b)
{
	b->listing.active = -1;
	b->listing.asked_ms = UNKNOWN;
}

static struct universe *page_being_read(struct bybit_listing *listing)
{
	return &listing->pages[listing->active == 0 ? 1 : 0];
}

void bybit_listing_restart(struct bybit *b)
{
	struct bybit_listing *listing = &b->listing;

	page_being_read(listing)->count = 0;
	listing->cursor[0] = '\0';
	listing->page = 0;
	listing->unreadable = false;
	listing->foreign = listing->left_out = listing->bad = 0;
	memset(listing->seen, 0, sizeof listing->seen);
}

void bybit_doubt_listing(struct bybit *b)
{
	struct bybit_job *job = &b->jobs[JOB_LISTING];

	if (job->request != 0 || b->listing.page > 0 || b->listing.asked_ms == UNKNOWN ||
	    b->now_ms < b->listing.asked_ms + DOUBT_MS)
		return;
	b->listing.asked_ms = b->now_ms;
	job->due_ms = b->now_ms;
}

void bybit_listing_path(const struct bybit *b, char *out, size_t size)
{
	const char *cursor = b->listing.cursor;

	snprintf(out, size, "/v5/market/instruments-info?category=linear&limit=%d%s%s", BYBIT_PAGE_ROWS,
		 cursor[0] != '\0' ? "&cursor=" : "", cursor);
}

/* Of capitals and digits only: it becomes part of addresses, file names and the command line. */
static bool is_plain_name(const char *text)
{
	const char *at = text;

	while ((*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9'))
		at++;
	return at > text && *at == '\0';
}

static bool to_grid(const char *text, struct grid *grid)
{
	return decimal_to_grid(text, strlen(text), grid) == DECIMAL_OK;
}

static bool take_sizes(const struct bybit_instrument_row *row, struct instrument *instrument)
{
	static const struct grid money = {1, 8};
	const struct grid *lot = &instrument->lot;

	if (grid_parse_up(row->min_qty, strlen(row->min_qty), lot, &instrument->min_qty) != DECIMAL_OK ||
	    grid_parse_down(row->max_qty, strlen(row->max_qty), lot, &instrument->max_qty) != DECIMAL_OK ||
	    grid_parse_up(row->min_notional, strlen(row->min_notional), &money, &instrument->min_notional) !=
		    DECIMAL_OK)
		return false;
	if (instrument->min_qty < 1)
		instrument->min_qty = 1;
	if (instrument->max_qty > VALUE_MAX)
		instrument->max_qty = VALUE_MAX;
	return instrument->max_qty >= instrument->min_qty && instrument->min_notional <= VALUE_MAX;
}

bool bybit_make_instrument(const struct bybit_setup *setup, const struct bybit_instrument_row *row,
			   struct instrument *out)
{
	*out = (struct instrument){
		.status = bybit_status(row),
		.contract = {1, 0},
		.maintenance = setup->maintenance,
		.taker_fee = setup->taker_fee,
		.listed_ms = row->launch_ms,
		.funding_every_ms = row->funding_minutes * MINUTE_MS,
	};
	int name = snprintf(out->name, sizeof out->name, "%s/USDT:USDT", row->base);
	int wire = snprintf(out->wire, sizeof out->wire, "%s", row->symbol);
	return name < (int)sizeof out->name && wire < (int)sizeof out->wire && is_plain_name(row->base) &&
	       is_plain_name(row->symbol) && row->funding_minutes > 0 && row->funding_minutes <= 10000 &&
	       to_grid(row->tick, &out->tick) && to_grid(row->lot, &out->lot) && take_sizes(row, out) &&
	       instrument_settle(out) == TB_OK;
}

/* Where a name is, or would be, in a page sorted by name. */
static size_t place_of(const struct universe *page, const char *name)
{
	size_t low = 0, high = page->count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (strcmp(page->at[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Pages overlap when something is listed in between: the first of two rows counts. */
static void insert(struct bybit_listing *listing, const struct instrument *instrument)
{
	struct universe *page = page_being_read(listing);
	size_t place = place_of(page, instrument->name);

	if (place < page->count && strcmp(page->at[place].name, instrument->name) == 0)
		return;
	if (page->count == SYMBOLS_MAX) {
		listing->left_out++;
		return;
	}
	memmove(&page->at[place + 1], &page->at[place], (page->count - place) * sizeof *instrument);
	page->at[place] = *instrument;
	page->count++;
}

static void mark_seen(struct bybit *b, const char *wire, int64_t status)
{
	sym_t sym = bybit_find_wire(b, wire);

	if (sym == SYM_NONE)
		return;
	b->listing.seen[sym] = true;
	b->listing.status[sym] = status;
}

static void take_row(struct bybit *b, struct json_slice text, struct turn_out *out)
{
	struct bybit_listing *listing = &b->listing;
	struct bybit_instrument_row row;
	struct instrument instrument;

	if (!bybit_read_instrument(&b->reader, text, &row)) {
		if (row.symbol[0] != '\0')
			mark_seen(b, row.symbol, NO_STATUS);
		else
			listing->unreadable = true;
		if (listing->bad++ == 0)
			bybit_garbage(b, SYM_NONE, "instruments-info", b->reader.why, out);
		return;
	}
	int64_t status = bybit_status(&row);
	if (status != INSTRUMENT_TRADING && status != INSTRUMENT_DELISTING) {
		listing->foreign++;
		mark_seen(b, row.symbol, status);
		return;
	}
	if (!bybit_make_instrument(&b->setup, &row, &instrument)) {
		listing->left_out++;
		mark_seen(b, row.symbol, NO_STATUS);
		return;
	}
	insert(listing, &instrument);
}

static bool is_grid(const struct grid *a, const struct grid *b)
{
	return a->step == b->step && a->decimals == b->decimals;
}

static bool is_same(const struct instrument *a, const struct instrument *b)
{
	return a->status == b->status && a->generation == b->generation && a->min_qty == b->min_qty &&
	       a->max_qty == b->max_qty && a->min_notional == b->min_notional &&
	       a->listed_ms == b->listed_ms && a->funding_every_ms == b->funding_every_ms;
}

static void tell_instrument(struct bybit *b, sym_t sym, const struct instrument *now, struct turn_out *out)
{
	struct event *event = events_add(out->heard, EVENT_INSTRUMENT, sym, b->now_ms);

	if (event != NULL)
		event->instrument.now = now;
}

/* What is not in the listing, or not among what trades. */
static void compare_absent(struct bybit *b, sym_t sym, struct turn_out *out)
{
	struct bybit_listing *listing = &b->listing;
	const struct instrument *was = &b->universe->at[sym];
	int64_t status = listing->seen[sym] ? listing->status[sym] : INSTRUMENT_GONE;

	listing->holds |= status != NO_STATUS && b->private.positions[sym].qty > 0;
	if (status == NO_STATUS || status == was->status || (!listing->seen[sym] && listing->unreadable))
		return;
	if (listing->gone_count == BYBIT_GONE_MAX)
		return; /* the next listing tells it */
	struct instrument *now = &listing->gone[listing->gone_count++];
	*now = *was;
	now->status = status;
	tell_instrument(b, sym, now, out);
}

/* Fees, margin and blacklist are the owner's word, not the listing's. */
static void compare(struct bybit *b, sym_t sym, struct instrument *now, struct turn_out *out)
{
	const struct instrument *was = &b->universe->at[sym];
	bool regrid = !is_grid(&was->tick, &now->tick) || !is_grid(&was->lot, &now->lot);

	now->generation = was->generation + regrid;
	now->blacklisted = was->blacklisted;
	now->taker_fee = was->taker_fee;
	now->maintenance = was->maintenance;
	if (is_same(was, now))
		return;
	tell_instrument(b, sym, now, out);
	if (!regrid)
		return;
	bybit_regrid_account(b, sym, was, now);
	bybit_restart_history(b, sym);
	bybit_renew_watch(b, sym, out);
}

static void compare_all(struct bybit *b, struct turn_out *out)
{
	struct universe *page = &b->listing.pages[b->listing.active];
	int64_t known = 0;

	b->listing.gone_count = 0;
	b->listing.holds = false;
	for (size_t i = 0; i < b->universe->count; i++) {
		const char *name = b->universe->at[i].name;
		size_t place = place_of(page, name);
		if (place < page->count && strcmp(page->at[place].name, name) == 0) {
			compare(b, (sym_t)i, &page->at[place], out);
			known++;
		} else {
			compare_absent(b, (sym_t)i, out);
		}
	}
	b->counts.unattached = (int64_t)page->count - known;
}

static void complete(struct bybit *b, struct turn_out *out)
{
	struct bybit_listing *listing = &b->listing;

	listing->active = listing->active == 0 ? 1 : 0;
	b->private.calls_due_ms = b->now_ms; /* some may wait for it */
	b->counts.listed = (int64_t)listing->pages[listing->active].count;
	b->counts.foreign = listing->foreign;
	b->counts.left_out = listing->left_out;
	b->counts.bad_rows = listing->bad;
	if (b->universe != NULL)
		compare_all(b, out);
	listing->asked_ms = b->now_ms;
	bybit_listing_restart(b);
	ms_t day_ms = DAY_MS - (ms_t)random_below(&b->dice, SPREAD_MS);
	/* nothing can be done for what is held there, until it trades again: that is to be known at once */
	bybit_want(b, JOB_LISTING, b->now_ms + (listing->holds ? HELD_MS : day_ms));
}

enum bybit_verdict bybit_on_listing(struct bybit *b, const struct bybit_envelope *envelope,
				    struct turn_out *out)
{
	struct bybit_listing *listing = &b->listing;
	struct bybit_list list;
	struct json_slice row;

	if (!bybit_read_list(&b->reader, envelope, &list))
		return BYBIT_AGAIN;
	if (listing->page == 0)
		bybit_listing_restart(b);
	while (bybit_next_row(&b->reader, &list, &row))
		take_row(b, row, out);
	if (list.rows.answer != JSON_OK)
		return BYBIT_AGAIN;
	if (++listing->page > PAGES_MAX) {
		bybit_listing_restart(b);
		snprintf(b->reader.why, sizeof b->reader.why, "more than %d pages", PAGES_MAX);
		return BYBIT_AGAIN;
	}
	if (list.cursor[0] == '\0') {
		complete(b, out);
		return BYBIT_DONE;
	}
	memcpy(listing->cursor, list.cursor, sizeof listing->cursor);
	bybit_want(b, JOB_LISTING, b->now_ms);
	return BYBIT_DONE;
}
