/* SPDX-License-Identifier: MIT
 * What the journal's tests share: a small universe, a scratch folder, records with random values. */
#ifndef JOURNAL_FIXTURE_H
#define JOURNAL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal.h"

#define FIXTURE_SYMBOLS 3
struct fixture {
	char dir[64], path[96];
	struct universe universe;
	struct journal journal;
	struct journal_error error;
	uint64_t seed;
};

static const struct journal_options fixture_options = {
	.mode = "sim", .instance = 0xabcde, .created_ms = 1700000000000};

static inline void fixture_universe(struct universe *universe)
{
	static const char *const names[FIXTURE_SYMBOLS] = {"BTC/USDT:USDT", "DOGE/USDT:USDT",
							   "ETH/USDT:USDT"};
	static const char *const wires[FIXTURE_SYMBOLS] = {"BTCUSDT", "DOGEUSDT", "ETHUSDT"};
	universe->count = FIXTURE_SYMBOLS;
	for (size_t i = 0; i < FIXTURE_SYMBOLS; i++) {
		struct instrument *to = &universe->at[i];
		*to = (struct instrument){.tick = {1, 1},
					  .lot = {1, 3},
					  .contract = {1, 0},
					  .min_qty = 1,
					  .max_qty = 1000000,
					  .generation = 0,
					  .listed_ms = UNKNOWN};
		snprintf(to->name, sizeof(to->name), "%s", names[i]);
		snprintf(to->wire, sizeof(to->wire), "%s", wires[i]);
		assert_int_equal(instrument_settle(to), 0);
	}
}

static inline int fixture_set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	snprintf(f->dir, sizeof(f->dir), "/tmp/journal-test-XXXXXX");
	if (!f || !mkdtemp(f->dir))
		return -1;
	snprintf(f->path, sizeof(f->path), "%s/journal.db", f->dir);
	f->seed = 0x9e3779b97f4a7c15u;
	fixture_universe(&f->universe);
	*state = f;
	return 0;
}

static inline int fixture_tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];
	journal_close(&f->journal);
	snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
	int code = system(command);
	free(f);
	return code;
}

static inline void fixture_open(struct fixture *f)
{
	int code = journal_open(&f->journal, f->path, &f->universe, &fixture_options, &f->error);
	if (code)
		print_message("%s\n", f->error.text);
	assert_int_equal(code, 0);
}

static inline uint64_t fixture_random(struct fixture *f)
{
	f->seed ^= f->seed << 13;
	f->seed ^= f->seed >> 7;
	f->seed ^= f->seed << 17;
	return f->seed;
}

/* A value that the catalogue allows in such a field, UNKNOWN and extremes among them. */
static inline int64_t fixture_value(struct fixture *f, const struct field_row *field)
{
	uint64_t dice = fixture_random(f) % 8;
	if (field->unit == FIELD_SYM) {
		bool none = dice == 0 && !(field->flags & FIELD_KEY);
		return none ? SYM_NONE : (int64_t)(fixture_random(f) % FIXTURE_SYMBOLS);
	}
	if (dice == 0 && !(field->flags & FIELD_KEY))
		return UNKNOWN;
	if (field_text(field->unit, 0))
		return dice == 1 ? -1 : dice == 2 ? 77 : (int64_t)(fixture_random(f) % 3);
	switch (dice) {
	case 1: return INT64_MAX;
	case 2: return INT64_MIN + 1;
	case 3: return 0;
	case 4: return -(int64_t)(fixture_random(f) % 1000);
	default: return (int64_t)(fixture_random(f) % VALUE_MAX);
	}
}

static inline struct record fixture_record(struct fixture *f, enum record_kind kind)
{
	struct record record;
	memset(&record, 0, sizeof(record));
	record.kind = kind;
	int64_t *values = (int64_t *)&record.desk;
	for (size_t i = 0; i < record_rows[kind].field_count; i++)
		values[i] = fixture_value(f, &record_rows[kind].fields[i]);
	return record;
}

static inline bool fixture_equal(const struct record *a, const struct record *b)
{
	return a->kind == b->kind && memcmp(record_values(a), record_values(b),
					    record_rows[a->kind].field_count * sizeof(int64_t)) == 0;
}

/* Keeps what a reading yields. */
struct fixture_heard {
	size_t count;
	struct record at[400];
};
static inline int fixture_hear(void *ctx, const struct record *record)
{
	struct fixture_heard *heard = ctx;
	assert_true(heard->count < sizeof(heard->at) / sizeof(heard->at[0]));
	heard->at[heard->count++] = *record;
	return 0;
}

static inline void fixture_put_one(struct fixture *f, int64_t turn, const struct record *record)
{
	assert_int_equal(journal_begin(&f->journal, turn, turn * 1000, false), 0);
	assert_int_equal(journal_put(&f->journal, record), 0);
	assert_int_equal(journal_commit(&f->journal), 0);
}

#endif
