/* SPDX-License-Identifier: MIT
 * Fuzzes the JSON room: the first byte sizes the arena, the rest is the document. Every value is walked
 * through every getter; an arena too small must say so and nothing else. */
#include "json.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void read_value(const struct cJSON *value)
{
	static const struct grid half = {5, 1};
	int64_t number = 7, decimal = 0, steps = 0;
	const struct cJSON *nested;
	const char *text = NULL;
	struct grid grid;
	bool flag;

	enum json_answer as_int = json_int64(value, &number);
	require(as_int == JSON_OK ? number != UNKNOWN : number == 7);
	if (as_int == JSON_OK)
		require(json_decimal(value, 0, &decimal) == JSON_OK && decimal == number);
	json_decimal(value, 8, &decimal);
	json_grid(value, &half, &steps);
	json_grid_signed(value, &half, &steps);
	json_grid_down(value, &half, &steps);
	json_grid_up(value, &half, &steps);
	json_step(value, &grid);
	if (json_text(value, &text) == JSON_OK)
		require(strlen(text) > 0 && text[0] != JSON_NUMBER_MARK);
	if (json_number_text(value, &text) == JSON_OK)
		require(strlen(text) > 0);
	json_bool(value, &flag);
	json_array(value, &nested);
	if (json_object(value, &nested) == JSON_OK && json_first(nested))
		require(json_member(nested, json_key(json_first(nested))) == json_first(nested));
}

/* Depth is bounded by the parser: see JSON_DEPTH_MAX. */
static void walk(const struct cJSON *value, int depth)
{
	require(depth <= JSON_DEPTH_MAX);
	read_value(value);
	for (const struct cJSON *item = json_first(value); item; item = json_next(item))
		walk(item, depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_arena arena;
	const struct cJSON *root = NULL;

	if (size == 0)
		return 0;
	static unsigned char large[1 << 17];
	bool small = data[0] >= 128; /* of exact size: the sanitizer sees its end */
	size_t room = small ? data[0] * 16u : sizeof(large);
	void *memory = small ? malloc(room) : large;
	require(memory != NULL);
	json_arena_init(&arena, memory, room);
	enum json_answer answer = json_parse(&arena, (const char *)data + 1, size - 1, &root);
	require((answer == JSON_OK) == (root != NULL));
	require(answer == JSON_OK || answer == JSON_BROKEN || answer == JSON_DEEP || answer == JSON_LARGE);
	if (root)
		walk(root, 0);
	read_value(NULL);
	if (small)
		free(memory);
	return 0;
}
