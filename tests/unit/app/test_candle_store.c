/* SPDX-License-Identifier: MIT
 * The candle cache: the second load gives the same candles without parsing; a changed source, a flipped bit,
 * a cut end, another way of reading or another program never gives old ones. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "candle_store.h"

#define HEAD  "ts_ms,open,high,low,close,volume\n"
#define FIRST 1746372600000LL

static char folder[] = "/tmp/tb-candle-store-XXXXXX";
static char source[256], cache[256], error[CANDLE_ERROR_MAX], said[8192];
static struct candle_options options;
static struct candle_set set;

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[300];
	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static int clear_folder(void **state)
{
	char command[300];
	(void)state;
	candle_set_free(&set);
	snprintf(command, sizeof(command), "rm -rf '%s'/*", folder);
	return system(command);
}

static int begin(void **state)
{
	(void)state;
	snprintf(source, sizeof(source), "%s/BTCUSDT-1m.csv", folder);
	snprintf(cache, sizeof(cache), "%s/cache", folder);
	options = candle_options_default;
	options.cache_dir = cache;
	return 0;
}

static void write_source(int bars, int price)
{
	FILE *out = fopen(source, "w");
	assert_non_null(out);
	fputs(HEAD, out);
	for (int i = 0; i < bars; i++)
		fprintf(out, "%lld,%d.25,%d.5,%d,%d.25,3.5\n", FIRST + i * MINUTE_MS, price, price, price,
			price);
	assert_int_equal(fclose(out), 0);
}

/* Its last change was long ago, as of a file that was downloaded yesterday. */
static void make_old(void)
{
	struct timespec now;
	struct candle_source seen;
	clock_gettime(CLOCK_REALTIME, &now);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(candle_store_look(source, &seen), 0);
		if (seen.settled)
			return;
		nanosleep(&(struct timespec){0, 100000000}, NULL);
	}
	fail();
}

static int load(void)
{
	const char *paths[] = {source};
	FILE *progress = fmemopen(said, sizeof(said), "w");
	candle_set_free(&set);
	memset(said, 0, sizeof(said));
	int answer = candle_set_load(&set, &options, paths, 1, NULL, UNKNOWN, UNKNOWN, NULL, 5 * BPS,
				     progress, error, sizeof(error));
	fclose(progress);
	if (answer != 0)
		print_message("%s\n", error);
	return answer;
}

static bool from_cache(void)
{
	return set.series[0].cached;
}

/* The one cache file. */
static const char *cache_file(void)
{
	static char name[600];
	char command[400];
	snprintf(command, sizeof(command), "ls '%s'/*.candles", cache);
	FILE *list = popen(command, "r");
	assert_non_null(list);
	assert_non_null(fgets(name, sizeof(name), list));
	pclose(list);
	name[strcspn(name, "\n")] = '\0';
	return name;
}

static size_t cache_size(void)
{
	struct stat about;
	assert_int_equal(stat(cache_file(), &about), 0);
	return (size_t)about.st_size;
}

static void flip(size_t at, unsigned char bits)
{
	FILE *file = fopen(cache_file(), "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
	int byte = fgetc(file);
	assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
	fputc(byte ^ bits, file);
	assert_int_equal(fclose(file), 0);
}

static void the_second_load_comes_from_the_cache_and_is_the_same(void **state)
{
	static struct candle rows[50];
	(void)state;
	write_source(50, 95000);
	options.cache_dir = NULL;
	assert_int_equal(load(), 0);
	assert_int_equal(set.series[0].count, 50);
	memcpy(rows, set.series[0].candles, sizeof(rows));
	struct candle_series plain = set.series[0];
	struct instrument instrument = set.universe.at[0];
	options.cache_dir = cache;
	assert_int_equal(load(), 0);
	assert_false(from_cache());
	assert_int_equal(load(), 0);
	assert_true(from_cache());
	assert_int_equal(set.bars, 50);
	assert_memory_equal(set.series[0].candles, rows, sizeof(rows));
	assert_memory_equal(&set.universe.at[0], &instrument, sizeof(instrument));
	assert_int_equal(set.series[0].price_decimals, plain.price_decimals);
	assert_int_equal(set.series[0].volume_decimals, plain.volume_decimals);
	assert_int_equal(set.timeframe_ms, MINUTE_MS);
	assert_non_null(strstr(said, "from the cache"));
}

static void the_rows_that_were_just_kept_are_lent_at_once(void **state)
{
	(void)state;
	write_source(50, 95000);
	assert_int_equal(load(), 0);
	assert_null(set.series[0].rows.at); /* mapped from the file, not our memory */
	assert_int_equal(set.series[0].candles[49].close, 9500025);
}

static void a_source_that_changed_is_read_again(void **state)
{
	(void)state;
	write_source(50, 95000);
	assert_int_equal(load(), 0);
	for (int price = 95001; price < 95020; price++) {
		write_source(50, price); /* the same size, at once */
		assert_int_equal(load(), 0);
		assert_false(from_cache());
		assert_int_equal(set.series[0].candles[0].close, price * 100 + 25);
	}
	write_source(51, 95019);
	assert_int_equal(load(), 0);
	assert_int_equal(set.series[0].count, 51);
}

static void a_source_with_its_old_times_set_back_is_read_again(void **state)
{
	struct stat before;
	(void)state;
	write_source(50, 95000);
	make_old();
	assert_int_equal(load(), 0);
	assert_int_equal(load(), 0);
	assert_true(from_cache());
	assert_int_equal(stat(source, &before), 0);
	write_source(50, 96000);
	const struct timespec times[2] = {before.st_atim, before.st_mtim};
	assert_int_equal(utimensat(AT_FDCWD, source, times, 0), 0);
	assert_int_equal(load(), 0);
	assert_false(from_cache());
	assert_int_equal(set.series[0].candles[0].close, 9600025);
}

static void a_source_that_only_moved_in_time_is_known_by_its_bytes(void **state)
{
	(void)state;
	write_source(50, 95000);
	assert_int_equal(load(), 0);
	assert_int_equal(utimensat(AT_FDCWD, source, NULL, 0), 0); /* touch */
	assert_int_equal(load(), 0);
	assert_true(from_cache());
}

static void verifying_reads_the_source_and_finds_it_unchanged(void **state)
{
	(void)state;
	write_source(50, 95000);
	options.cache_verify = true;
	assert_int_equal(load(), 0);
	assert_int_equal(load(), 0);
	assert_true(from_cache());
}

static void a_flipped_bit_anywhere_makes_it_anew(void **state)
{
	(void)state;
	write_source(50, 95000);
	assert_int_equal(load(), 0);
	size_t size = cache_size(), tried = 0;
	for (size_t at = 0; at < size; at += at < 200 || at > size - 200 ? 1 : 97, tried++) {
		flip(at, (unsigned char)(1 << at % 8));
		assert_int_equal(load(), 0);
		if (from_cache())
			fail_msg("a bit of byte %zu does not matter", at);
		assert_non_null(strstr(said, "is not used, the source is read again"));
		assert_int_equal(set.series[0].candles[49].close, 9500025);
	}
	assert_true(tried > 400);
	assert_int_equal(load(), 0);
	assert_true(from_cache());
}

static void a_cut_or_longer_cache_file_is_made_anew(void **state)
{
	(void)state;
	write_source(50, 95000);
	assert_int_equal(load(), 0);
	size_t size = cache_size();
	const size_t sizes[] = {0, 1, 100, 4096, size - 1, size - 48, size + 1, size + 48};
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(truncate(cache_file(), (off_t)sizes[i]), 0);
		assert_int_equal(load(), 0);
		assert_false(from_cache());
		assert_int_equal(cache_size(), size);
	}
}

static void each_way_of_reading_has_its_own(void **state)
{
	(void)state;
	FILE *out = fopen(source, "w");
	assert_non_null(out);
	fprintf(out, HEAD "%lld,1,1,1,1,1\n%lld,2,2,2,2,1\n%lld,2,2,2,3,1\n%lld,2,2,2,2,1\n%lld,2,2,2,2,1\n",
		FIRST, FIRST + MINUTE_MS, FIRST + 2 * MINUTE_MS, FIRST + 4 * MINUTE_MS,
		FIRST + 4 * MINUTE_MS);
	fclose(out);
	assert_int_equal(load(), TB_EINVAL);
	options.repair.way[REPAIR_RANGE] = WAY_DROP;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(load(), 0);
		assert_int_equal(from_cache(), i);
		assert_int_equal(set.series[0].count, 3);
		/* what was mended is told each time, with its line */
		assert_non_null(
			strstr(said, "BTCUSDT-1m.csv:4: repaired: open or close outside low..high; dropped"));
		assert_non_null(
			strstr(said, "BTCUSDT-1m.csv:6: duplicate time stamp, same values: 1 such lines"));
	}
	options.repair.way[REPAIR_RANGE] = WAY_WIDEN;
	options.repair.way[REPAIR_GAPS] = WAY_FLAT;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(load(), 0);
		assert_int_equal(from_cache(), i);
		assert_int_equal(set.series[0].count, 5);
		assert_int_equal(set.series[0].candles[3].close, 3);
	}
	options.repair = candle_options_default.repair;
	assert_int_equal(load(), TB_EINVAL); /* the cache never makes a faulty file usable */
}

static void the_limit_of_rows_holds_for_the_cache_too(void **state)
{
	(void)state;
	write_source(50, 95000);
	assert_int_equal(load(), 0);
	options.rows_max = 49;
	assert_int_equal(load(), TB_ERANGE);
	assert_non_null(strstr(error, "more than 49 rows, the limit of candles.rows_max"));
}

static void a_part_of_the_time_comes_from_the_cache_of_the_whole(void **state)
{
	const char *paths[] = {source};
	(void)state;
	write_source(50, 95000);
	assert_int_equal(load(), 0);
	candle_set_free(&set);
	assert_int_equal(candle_set_load(&set, &options, paths, 1, NULL, FIRST + 10 * MINUTE_MS,
					 FIRST + 20 * MINUTE_MS, NULL, 5 * BPS, NULL, error, sizeof(error)),
			 0);
	assert_true(from_cache());
	assert_int_equal(set.series[0].count, 10);
	assert_int_equal(set.series[0].candles[0].open_ms, FIRST + 10 * MINUTE_MS);
}

static void a_folder_that_cannot_be_written_is_said_and_costs_nothing_else(void **state)
{
	(void)state;
	write_source(50, 95000);
	FILE *out = fopen(cache, "w"); /* a file where the folder should be */
	assert_non_null(out);
	fclose(out);
	assert_int_equal(load(), 0);
	assert_int_equal(set.series[0].count, 50);
	assert_non_null(strstr(said, "not cached in"));
}

static void a_half_written_file_of_a_killed_run_is_never_seen(void **state)
{
	char left[300];
	(void)state;
	write_source(50, 95000);
	assert_int_equal(load(), 0);
	snprintf(left, sizeof(left), "cp '%s' '%s.77.new' && rm '%s'", cache_file(), cache_file(),
		 cache_file());
	assert_int_equal(system(left), 0);
	assert_int_equal(load(), 0);
	assert_false(from_cache());
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, clear_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_second_load_comes_from_the_cache_and_is_the_same),
		T(the_rows_that_were_just_kept_are_lent_at_once),
		T(a_source_that_changed_is_read_again),
		T(a_source_with_its_old_times_set_back_is_read_again),
		T(a_source_that_only_moved_in_time_is_known_by_its_bytes),
		T(verifying_reads_the_source_and_finds_it_unchanged),
		T(a_flipped_bit_anywhere_makes_it_anew),
		T(a_cut_or_longer_cache_file_is_made_anew),
		T(each_way_of_reading_has_its_own),
		T(the_limit_of_rows_holds_for_the_cache_too),
		T(a_part_of_the_time_comes_from_the_cache_of_the_whole),
		T(a_folder_that_cannot_be_written_is_said_and_costs_nothing_else),
		T(a_half_written_file_of_a_killed_run_is_never_seen),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
