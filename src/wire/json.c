/* SPDX-License-Identifier: MIT
 * The arena, the parse and the getters. cJSON's allocator hooks are process-wide and know no context, so the
 * arena of the running parse hangs in a thread-local pointer for exactly that long. */
#include "json.h"

#include "decimal.h"

#include <cjson/cJSON.h>
#include <string.h>

#define X(id, text) [JSON_##id] = text,
const char *const json_answer_text[JSON_ANSWER_COUNT] = {JSON_ANSWERS(X)};
#undef X

#define ALIGNMENT 16

static _Thread_local struct json_arena *parsing;

static void *arena_take(size_t bytes)
{
	if (!parsing)
		return NULL;
	size_t start = (parsing->used + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (start > parsing->size || bytes > parsing->size - start) {
		parsing->full = true;
		return NULL;
	}
	parsing->used = start + bytes;
	return parsing->memory + start;
}

/* The next parse reuses everything at once. */
static void arena_keep(void *memory)
{
	(void)memory;
}

void json_arena_init(struct json_arena *arena, void *memory, size_t size)
{
	size_t skew = (ALIGNMENT - (uintptr_t)memory % ALIGNMENT) % ALIGNMENT;
	cJSON_Hooks hooks = {.malloc_fn = arena_take, .free_fn = arena_keep};

	*arena = (struct json_arena){.memory = memory};
	if (size > skew) {
		arena->memory += skew;
		arena->size = size - skew;
	}
	cJSON_InitHooks(&hooks);
}

enum json_answer json_parse(struct json_arena *arena, const char *text, size_t len, const struct cJSON **root)
{
	size_t scanned;

	arena->used = 0;
	arena->full = false;
	char *rewritten = (char *)arena->memory;
	enum json_answer answer = json_scan(text, len, rewritten, arena->size, &scanned);
	if (answer)
		return answer;
	arena->used = scanned + 1;
	parsing = arena;
	const cJSON *value = cJSON_ParseWithLengthOpts(rewritten, scanned + 1, NULL, true);
	parsing = NULL;
	if (!value)
		return arena->full ? JSON_LARGE : JSON_BROKEN;
	*root = value;
	return JSON_OK;
}

const struct cJSON *json_member(const struct cJSON *object, const char *key)
{
	return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const struct cJSON *json_first(const struct cJSON *array)
{
	return cJSON_IsArray(array) || cJSON_IsObject(array) ? array->child : NULL;
}

const struct cJSON *json_next(const struct cJSON *item)
{
	return item ? item->next : NULL;
}

const struct cJSON *json_at(const struct cJSON *array, size_t index)
{
	const cJSON *item = cJSON_IsArray(array) ? array->child : NULL;

	for (; item && index > 0; index--)
		item = item->next;
	return item;
}

size_t json_count(const struct cJSON *array)
{
	size_t count = 0;

	for (const cJSON *item = json_first(array); item; item = item->next)
		count++;
	return count;
}

const char *json_key(const struct cJSON *item)
{
	return item ? item->string : NULL;
}

/* What text a value is, number or not. */
static enum json_answer text_of(const struct cJSON *value, bool numbers, const char **out)
{
	if (!value)
		return JSON_MISSING;
	if (cJSON_IsNull(value))
		return JSON_NULL;
	if (!cJSON_IsString(value))
		return JSON_TYPE;
	const char *text = value->valuestring;
	if (*text == JSON_NUMBER_MARK) {
		if (!numbers)
			return JSON_TYPE;
		text++;
	}
	if (!*text)
		return JSON_EMPTY;
	*out = text;
	return JSON_OK;
}

enum json_answer json_text(const struct cJSON *value, const char **out)
{
	return text_of(value, false, out);
}

enum json_answer json_number_text(const struct cJSON *value, const char **out)
{
	return text_of(value, true, out);
}

static enum json_answer judged(enum decimal_err err)
{
	if (err == DECIMAL_OK)
		return JSON_OK;
	return err == DECIMAL_OFF_GRID || err == DECIMAL_DIGITS ? JSON_OFF_GRID : JSON_UNPARSABLE;
}

enum json_answer json_int64(const struct cJSON *value, int64_t *out)
{
	const char *text;
	enum json_answer answer = text_of(value, true, &text);

	if (answer)
		return answer;
	return decimal_parse_signed(text, strlen(text), 0, out) ? JSON_UNPARSABLE : JSON_OK;
}

enum json_answer json_decimal(const struct cJSON *value, int64_t decimals, int64_t *out)
{
	const char *text;
	enum json_answer answer = text_of(value, true, &text);

	return answer ? answer : judged(decimal_parse_signed(text, strlen(text), decimals, out));
}

static enum json_answer on_grid(const struct cJSON *value, const struct grid *grid, int64_t *steps,
				enum decimal_err (*parse)(const char *, size_t, const struct grid *,
							  int64_t *))
{
	const char *text;
	enum json_answer answer = text_of(value, true, &text);

	return answer ? answer : judged(parse(text, strlen(text), grid, steps));
}

enum json_answer json_grid(const struct cJSON *value, const struct grid *grid, int64_t *steps)
{
	return on_grid(value, grid, steps, grid_parse);
}

enum json_answer json_grid_signed(const struct cJSON *value, const struct grid *grid, int64_t *steps)
{
	return on_grid(value, grid, steps, grid_parse_signed);
}

enum json_answer json_grid_down(const struct cJSON *value, const struct grid *grid, int64_t *steps)
{
	return on_grid(value, grid, steps, grid_parse_down);
}

enum json_answer json_grid_up(const struct cJSON *value, const struct grid *grid, int64_t *steps)
{
	return on_grid(value, grid, steps, grid_parse_up);
}

enum json_answer json_step(const struct cJSON *value, struct grid *grid)
{
	const char *text;
	enum json_answer answer = text_of(value, true, &text);

	if (answer)
		return answer;
	return decimal_to_grid(text, strlen(text), grid) ? JSON_UNPARSABLE : JSON_OK;
}

enum json_answer json_bool(const struct cJSON *value, bool *out)
{
	if (!value)
		return JSON_MISSING;
	if (cJSON_IsNull(value))
		return JSON_NULL;
	if (!cJSON_IsBool(value))
		return JSON_TYPE;
	*out = cJSON_IsTrue(value);
	return JSON_OK;
}

static enum json_answer container(const struct cJSON *value, bool right, const struct cJSON **out)
{
	if (!value)
		return JSON_MISSING;
	if (cJSON_IsNull(value))
		return JSON_NULL;
	if (!right)
		return JSON_TYPE;
	*out = value;
	return JSON_OK;
}

enum json_answer json_object(const struct cJSON *value, const struct cJSON **out)
{
	return container(value, cJSON_IsObject(value), out);
}

enum json_answer json_array(const struct cJSON *value, const struct cJSON **out)
{
	return container(value, cJSON_IsArray(value), out);
}
