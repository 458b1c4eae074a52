/* SPDX-License-Identifier: MIT
 * For tests: whether what the emulator says has the shape of a recorded payload. Skips where ../shared is
 * absent. */
#ifndef EMU_SHAPE_H
#define EMU_SHAPE_H

#include "emu_stand.h"

static char fixture_text[65536];
static _Alignas(16) unsigned char fixture_memory[2 << 20];
static struct json_arena fixture_arena;

static inline const struct cJSON *fixture(const char *name)
{
	char path[512];
	const struct cJSON *root = NULL;

	snprintf(path, sizeof(path), "%s/exchanges/fixtures/bybit/%s.json", SHARED_DIR, name);
	FILE *file = fopen(path, "r");
	if (file == NULL) {
		print_message("%s is not here\n", path);
		skip();
		return NULL;
	}
	size_t len = fread(fixture_text, 1, sizeof(fixture_text), file);
	fclose(file);
	json_arena_init(&fixture_arena, fixture_memory, sizeof(fixture_memory));
	assert_int_equal(json_parse(&fixture_arena, fixture_text, len, &root), JSON_OK);
	return root;
}

/* 't' text, 'n' number, 'b' true or false, 'o' object, 'a' array, '0' null */
static inline char kind_of(const struct cJSON *value)
{
	const char *text;
	const struct cJSON *inner;
	bool flag;
	enum json_answer answer = json_text(value, &text);

	if (answer == JSON_NULL)
		return '0';
	if (answer == JSON_OK || answer == JSON_EMPTY)
		return 't';
	if (json_bool(value, &flag) == JSON_OK)
		return 'b';
	if (json_object(value, &inner) == JSON_OK)
		return 'o';
	return json_array(value, &inner) == JSON_OK ? 'a' : 'n';
}

/* Everything that the example has. Of arrays of objects the first element stands for all. */
static inline void same_shape(const struct cJSON *example, const struct cJSON *ours, const char *where)
{
	if (kind_of(example) != kind_of(ours))
		fail_msg("%s is '%c', and '%c' in the fixture", where, kind_of(ours), kind_of(example));
	if (kind_of(example) == 'o')
		for (const struct cJSON *item = json_first(example); item != NULL; item = json_next(item)) {
			const struct cJSON *mine = json_member(ours, json_key(item));
			if (mine == NULL)
				fail_msg("%s has no %s", where, json_key(item));
			same_shape(item, mine, json_key(item));
		}
	if (kind_of(example) == 'a' && json_count(example) > 0) {
		if (json_count(ours) == 0)
			fail_msg("%s is empty", where);
		same_shape(json_at(example, 0), json_at(ours, 0), where);
	}
}

/* The first message that holds this text. */
static inline const struct cJSON *message(const char *part)
{
	for (size_t i = 0; i < frame_count; i++)
		if (frame_has(i, part))
			return frame(i);
	fail_msg("nothing like %s was said", part);
	return NULL;
}

#endif
