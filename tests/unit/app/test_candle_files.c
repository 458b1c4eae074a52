/* SPDX-License-Identifier: MIT
 * Candle files from disk: the shared candles as their README counts them, gzip and plain alike, sets of
 * files, and what `candles check` prints. Needs ../shared for the first few; the others make their own files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "candle_files.h"
#include "candle_instrument.h"
#include "file_text.h"
#include "timeframe.h"
#include "verb_candles.h"

#define CANDLES SHARED_DIR "/candles/"
#define HEAD    "ts_ms,open,high,low,close,volume\n"

static char folder[] = "/tmp/tb-candle-files-XXXXXX";
static char error[CANDLE_ERROR_MAX];
static struct candle_file file;
static struct candle_set set;

static const char *in_folder(const char *name)
{
	static char paths[4][256];
	static unsigned next;
	char *path = paths[next++ % 4];
	snprintf(path, sizeof(paths[0]), "%s/%s", folder, name);
	return path;
}

static const char *write_bytes(const char *name, const char *bytes, size_t length)
{
	const char *path = in_folder(name);
	FILE *out = fopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, length, out), length);
	assert_int_equal(fclose(out), 0);
	return path;
}

static const char *write_text(const char *name, const char *text)
{
	return write_bytes(name, text, strlen(text));
}

static const char *write_gzip(const char *name, const char *text, size_t length)
{
	const char *path = in_folder(name);
	gzFile out = gzopen(path, "wb");
	assert_non_null(out);
	assert_int_equal(gzwrite(out, text, (unsigned)length), length);
	assert_int_equal(gzclose(out), Z_OK);
	return path;
}

/* A sound file of bars a step apart. */
static const char *write_bars(const char *name, ms_t first_ms, ms_t step_ms, int bars, int price)
{
	static char text[16384];
	size_t used = (size_t)snprintf(text, sizeof(text), HEAD);
	for (int i = 0; i < bars; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%lld,%d.25,%d.5,%d,%d.25,3.5\n",
					 (long long)(first_ms + i * step_ms), price, price, price, price);
	return write_text(name, text);
}

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

static int empty_folder(void **state)
{
	char command[300];
	(void)state;
	candle_file_free(&file);
	candle_set_free(&set);
	snprintf(command, sizeof(command), "rm -rf '%s'/*", folder);
	return system(command);
}

static void need_shared_candles(void)
{
	if (access(CANDLES "README.md", R_OK) == 0)
		return;
	print_message("skipped: no " CANDLES "\n");
	skip();
}

static int load_set(const char *const *paths, size_t count, const char *timeframe)
{
	return candle_set_load(&set, NULL, paths, count, timeframe, UNKNOWN, UNKNOWN, NULL, 5 * BPS, NULL,
			       error, sizeof(error));
}

/* One row of the README: "| folder/FILE | size | bars | first | last | gaps | zero | ..." against the file.
 */
static void assert_row_is_true(char *line)
{
	char *cell[8], path[400], first[UTC_TEXT_MAX], last[UTC_TEXT_MAX];
	size_t cells = 0;
	for (char *at = strtok(line, "|"); at && cells < 8; at = strtok(NULL, "|"))
		cell[cells++] = at + 1; /* one blank in front */
	assert_int_equal(cells, 8);
	cell[0][strcspn(cell[0], " ")] = '\0';
	snprintf(path, sizeof(path), CANDLES "%s", cell[0]);
	if (candle_file_load(path, NULL, &file, error, sizeof(error)) != 0)
		fail_msg("%s", error);
	size_t bars = 0;
	for (const char *c = cell[2]; *c; c++)
		if (*c >= '0' && *c <= '9')
			bars = bars * 10 + (size_t)(*c - '0');
	utc_text(file.table.rows[0].open_ms, first);
	utc_text(file.table.rows[file.table.count - 1].open_ms, last);
	first[10] = last[10] = ' ';
	assert_int_equal(file.table.count, bars);
	assert_memory_equal(first, cell[3], 16);
	assert_memory_equal(last, cell[4], 16);
	int gaps = 0, missing = 0;
	if (strncmp(cell[5], "none", 4) != 0)
		assert_int_equal(sscanf(cell[5], "%d (%d bars", &gaps, &missing), 2);
	assert_int_equal(file.table.gaps.count, gaps);
	assert_int_equal(file.table.gaps.missing, missing);
	assert_int_equal(file.table.zero_volume, atoi(cell[6]));
	assert_int_equal(file.table.timeframe_ms, file.named_ms);
	candle_file_free(&file);
}

static void every_shared_file_is_as_its_readme_says(void **state)
{
	char line[2000];
	size_t seen = 0;
	(void)state;
	need_shared_candles();
	FILE *readme = fopen(CANDLES "README.md", "r");
	assert_non_null(readme);
	while (fgets(line, sizeof(line), readme)) {
		if (strncmp(line, "| perp-", 7) != 0 && strncmp(line, "| spot-", 7) != 0)
			continue;
		assert_row_is_true(line);
		seen++;
	}
	fclose(readme);
	assert_true(seen >= 24);
}

static void the_exchange_outage_of_april_2021_is_found_where_it_was(void **state)
{
	(void)state;
	need_shared_candles();
	assert_int_equal(
		candle_file_load(CANDLES "spot-2021-04/BTCUSDT-1m.csv.gz", NULL, &file, error, sizeof(error)),
		0);
	assert_int_equal(file.table.gaps.first[1].before_ms, 1619323200000); /* 2021-04-25 04:00 */
	assert_int_equal(file.table.gaps.first[1].after_ms, 1619340300000);  /* 08:45 */
	assert_int_equal(file.table.gaps.longest, 284);
}

static void shared_funding_comes_with_its_market(void **state)
{
	const char *paths[] = {CANDLES "perp-2025-05"};
	(void)state;
	need_shared_candles();
	assert_int_equal(candle_set_load(&set, NULL, paths, 1, NULL, UNKNOWN, UNKNOWN, CANDLES "funding",
					 5 * BPS, NULL, error, sizeof(error)),
			 0);
	assert_int_equal(set.universe.count, 6);
	assert_int_equal(set.timeframe_ms, MINUTE_MS);
	for (size_t i = 0; i < 6; i++) {
		const char *name = set.universe.at[i].name;
		assert_true(i == 0 || strcmp(set.universe.at[i - 1].name, name) < 0);
		assert_int_equal(set.series[i].funding_count, strcmp(name, "ETH/USDT:USDT") == 0 ? 302 : 266);
		assert_int_equal(set.series[i].funding[0].ms, 1741276800000);
	}
	assert_string_equal(set.universe.at[1].name, "BTC/USDT:USDT");
	assert_int_equal(set.series[1].funding[0].rate, 68180);
}

static void plain_and_gzip_give_the_same_table(void **state)
{
	struct file_text text;
	struct candle_file packed;
	(void)state;
	need_shared_candles();
	assert_int_equal(file_text_open(CANDLES "perp-2025-05/BTCUSDT-1m.csv", &text, error, sizeof(error)),
			 0);
	const char *path = write_gzip("BTCUSDT-1m.csv.gz", text.bytes, text.length);
	file_text_close(&text);
	assert_int_equal(candle_file_load(path, NULL, &packed, error, sizeof(error)), 0);
	assert_int_equal(
		candle_file_load(CANDLES "perp-2025-05/BTCUSDT-1m.csv", NULL, &file, error, sizeof(error)),
		0);
	assert_int_equal(packed.table.count, file.table.count);
	assert_memory_equal(packed.table.rows, file.table.rows, file.table.count * sizeof(struct candle));
	packed.table.rows = (candle_rows_close(&packed.rows), file.table.rows);
	packed.rows = file.rows;
	assert_memory_equal(&packed, &file, sizeof(file));
}

static void several_gzip_members_are_one_text(void **state)
{
	char bytes[4096];
	size_t length = 0;
	(void)state;
	write_gzip("a.gz", HEAD "1746372600000,1,1,1,1,1\n17463",
		   strlen(HEAD "1746372600000,1,1,1,1,1\n17463"));
	write_gzip("b.gz", "72660000,2,2,2,2,2\n", strlen("72660000,2,2,2,2,2\n"));
	for (int i = 0; i < 2; i++) {
		FILE *in = fopen(in_folder(i == 0 ? "a.gz" : "b.gz"), "rb");
		assert_non_null(in);
		length += fread(bytes + length, 1, sizeof(bytes) - length, in);
		fclose(in);
	}
	const char *path = write_bytes("BTCUSDT-1m.csv.gz", bytes, length);
	assert_int_equal(candle_file_load(path, NULL, &file, error, sizeof(error)), 0);
	assert_int_equal(file.table.count, 2);
}

static void a_damaged_gzip_file_is_refused_whole(void **state)
{
	char bytes[4096];
	(void)state;
	FILE *in = fopen(write_gzip("BTCUSDT-1m.csv.gz", HEAD "1746372600000,1,1,1,1,1\n",
				    strlen(HEAD "1746372600000,1,1,1,1,1\n")),
			 "rb");
	assert_non_null(in);
	size_t length = fread(bytes, 1, sizeof(bytes) - 1, in);
	fclose(in);
	for (size_t cut = 0; cut < length; cut++) {
		const char *path = write_bytes("BTCUSDT-1m.csv.gz", bytes, cut);
		assert_int_equal(candle_file_load(path, NULL, &file, error, sizeof(error)), TB_EINVAL);
		assert_non_null(strstr(error, cut < 2 ? "no gzip header" : "cut off"));
		candle_file_free(&file);
	}
	bytes[length] = 'x';
	const char *path = write_bytes("BTCUSDT-1m.csv.gz", bytes, length + 1);
	assert_int_equal(candle_file_load(path, NULL, &file, error, sizeof(error)), TB_EINVAL);
	candle_file_free(&file);
	bytes[length - 6] ^= 0x40; /* the checksum */
	path = write_bytes("BTCUSDT-1m.csv.gz", bytes, length);
	assert_int_equal(candle_file_load(path, NULL, &file, error, sizeof(error)), TB_EINVAL);
	assert_non_null(strstr(error, "corrupt"));
}

static void a_gzip_bomb_of_zeros_ends_in_its_first_chunk(void **state)
{
	static const char zeros[1 << 20];
	const char *path = in_folder("BTCUSDT-1m.csv.gz");
	gzFile out = gzopen(path, "wb");
	(void)state;
	assert_non_null(out);
	for (int i = 0; i < 64; i++)
		assert_int_equal(gzwrite(out, zeros, sizeof(zeros)), sizeof(zeros));
	gzclose(out);
	assert_int_equal(candle_file_load(path, NULL, &file, error, sizeof(error)), TB_EINVAL);
	assert_non_null(strstr(error, "NUL bytes"));
}

static void errors_name_the_file_the_line_and_how_many_more(void **state)
{
	char expected[300];
	(void)state;
	const char *path =
		write_text("BTCUSDT-1m.csv", HEAD "1746372600000,1,1,1,x,1\n1746372660000,1,1,1,1,1\n");
	assert_int_equal(candle_file_load(path, NULL, &file, error, sizeof(error)), TB_EINVAL);
	snprintf(expected, sizeof(expected),
		 "%s:2: not a number: close is \"x\"; --repair unreadable=drop would mend it",
		 path);
	assert_string_equal(error, expected);
	candle_file_free(&file);
	path = write_text("BTCUSDT-1m.csv", HEAD "1746372600000,1,1,1,x,1\n1746372660000,1,1,0,1,1\n");
	assert_int_equal(candle_file_load(path, NULL, &file, error, sizeof(error)), TB_EINVAL);
	assert_non_null(strstr(error, ":2: not a number"));
	assert_non_null(strstr(error, "and 1 more"));
}

static void what_is_not_there_or_no_file_is_said(void **state)
{
	(void)state;
	assert_int_equal(candle_file_load(in_folder("nothing.csv"), NULL, &file, error, sizeof(error)),
			 TB_EIO);
	assert_non_null(strstr(error, "nothing.csv: cannot be read: No such file"));
	assert_int_equal(candle_file_load(folder, NULL, &file, error, sizeof(error)), TB_EINVAL);
	assert_non_null(strstr(error, "no regular file"));
	assert_int_equal(candle_file_load(write_text("empty.csv", ""), NULL, &file, error, sizeof(error)),
			 TB_EINVAL);
	assert_non_null(strstr(error, "empty.csv:1: unusable header: the file is empty"));
}

static void a_folder_is_its_candle_files_by_name_without_funding(void **state)
{
	const char *paths[] = {folder};
	char **files;
	size_t count;
	(void)state;
	write_text("b.csv.gz", "");
	write_text("a.csv", "");
	write_text("BTCUSDT-funding.csv", "");
	write_text("notes.txt", "");
	write_text(".hidden.csv", "");
	assert_int_equal(candle_paths_expand(paths, 1, &files, &count, error, sizeof(error)), 0);
	assert_int_equal(count, 2);
	assert_string_equal(files[0], in_folder("a.csv"));
	assert_string_equal(files[1], in_folder("b.csv.gz"));
	candle_paths_free(files, count);
}

static void a_set_is_sorted_by_symbol_name_with_lots_for_volumes(void **state)
{
	const char *paths[2];
	(void)state;
	paths[0] = write_bars("XRPUSDT-5m.csv", 1746372600000, 5 * MINUTE_MS, 4, 2);
	paths[1] = write_bars("BTCUSDT-5m.csv", 1746372600000, 5 * MINUTE_MS, 3, 95000);
	assert_int_equal(load_set(paths, 2, NULL), 0);
	assert_int_equal(set.universe.count, 2);
	assert_int_equal(set.timeframe_ms, 5 * MINUTE_MS);
	assert_int_equal(set.bars, 7);
	assert_string_equal(set.universe.at[0].name, "BTC/USDT:USDT");
	assert_string_equal(set.universe.at[1].name, "XRP/USDT:USDT");
	assert_int_equal(set.series[0].count, 3);
	assert_int_equal(set.series[1].count, 4);
	assert_int_equal(set.series[0].candles[0].close, 9500025);
	assert_int_equal(set.series[0].candles[0].volume, 350000); /* 3.5 coins in lots of 1e-5 */
	assert_int_equal(set.series[1].candles[0].volume, 35);     /* 2.25 USDT a coin: lots of 0.1 */
	assert_int_equal(set.universe.at[0].taker_fee, 5 * BPS);
	assert_int_equal(set.universe.at[0].generation, 0);
}

static void two_timeframes_ask_for_the_option(void **state)
{
	const char *paths[] = {folder};
	(void)state;
	write_bars("BTCUSDT-5m.csv", 1746372600000, 5 * MINUTE_MS, 3, 95000);
	write_bars("BTCUSDT-1h.csv", 1746403200000, HOUR_MS, 6, 95000);
	assert_int_equal(load_set(paths, 1, NULL), TB_EINVAL);
	assert_non_null(strstr(error, "5m, 1h"));
	assert_non_null(strstr(error, "--timeframe"));
	assert_int_equal(load_set(paths, 1, "1h"), 0);
	assert_int_equal(set.timeframe_ms, HOUR_MS);
	assert_int_equal(set.bars, 6);
	candle_set_free(&set);
	assert_int_equal(load_set(paths, 1, "1m"), TB_ENOENT);
	assert_int_equal(load_set(paths, 1, "7m"), TB_EINVAL);
	assert_non_null(strstr(error, "\"7m\" is none of 1m 3m"));
}

static void two_timeframes_are_found_without_names_too(void **state)
{
	const char *paths[2];
	(void)state;
	paths[0] = write_bars("BTCUSDT.csv", 1746372600000, 5 * MINUTE_MS, 3, 95000);
	paths[1] = write_bars("ETHUSDT.csv", 1746403200000, HOUR_MS, 6, 1800);
	assert_int_equal(load_set(paths, 2, NULL), TB_EINVAL);
	assert_non_null(strstr(error, "5m and 1h"));
	assert_int_equal(load_set(paths, 2, "1h"), 0);
	assert_string_equal(set.universe.at[0].name, "ETH/USDT:USDT");
}

static void a_symbol_given_twice_is_refused_with_both_files(void **state)
{
	const char *paths[2];
	(void)state;
	paths[0] = write_bars("BTCUSDT-5m.csv", 1746372600000, 5 * MINUTE_MS, 3, 95000);
	paths[1] = write_bars("BTC_USDT-5m.csv", 1746372600000, 5 * MINUTE_MS, 3, 95000);
	assert_int_equal(load_set(paths, 2, NULL), TB_EINVAL);
	assert_non_null(strstr(error, "BTC/USDT:USDT is there twice"));
	assert_non_null(strstr(error, "BTCUSDT-5m.csv and "));
}

static void from_and_to_cut_the_bars_but_not_the_instrument(void **state)
{
	const char *paths[1];
	(void)state;
	paths[0] = write_bars("BTCUSDT-1m.csv", 1746372600000, MINUTE_MS, 10, 95000);
	assert_int_equal(candle_set_load(&set, NULL, paths, 1, NULL, 1746372660000, 1746372900000, NULL, 0,
					 NULL, error, sizeof(error)),
			 0);
	assert_int_equal(set.bars, 4);
	assert_int_equal(set.series[0].candles[0].open_ms, 1746372660000);
	assert_int_equal(set.series[0].candles[3].open_ms, 1746372840000);
	assert_int_equal(set.universe.at[0].listed_ms, 1746372600000 - 400 * DAY_MS);
	candle_set_free(&set);
	assert_int_equal(candle_set_load(&set, NULL, paths, 1, NULL, 1746373260000, UNKNOWN, NULL, 0, NULL,
					 error, sizeof(error)),
			 TB_ENOENT);
	assert_non_null(strstr(error, "in the time asked for"));
}

static void progress_says_the_unit_and_what_funding_is_missing(void **state)
{
	const char *paths[2];
	char said[4096] = "";
	FILE *progress = fmemopen(said, sizeof(said), "w");
	(void)state;
	paths[0] = write_bars("BTCUSDT-1m.csv", 1746372600000, MINUTE_MS, 10, 95000);
	paths[1] = write_bars("ETHUSDT-1m.csv", 1746372600000, MINUTE_MS, 10, 1800);
	write_text("BTCUSDT-funding.csv", "ts_ms,rate\n1746374400000,0.0001\n1746403200000,-0.0002\n");
	assert_int_equal(candle_set_load(&set, NULL, paths, 2, NULL, UNKNOWN, UNKNOWN, folder, 0, progress,
					 error, sizeof(error)),
			 0);
	fclose(progress);
	assert_int_equal(set.series[0].funding_count, 2);
	assert_int_equal(set.series[0].funding[1].rate, -200000);
	assert_int_equal(set.series[1].funding_count, 0);
	assert_non_null(strstr(said, "BTCUSDT-1m.csv: 10 bars of 1m"));
	assert_non_null(strstr(said, "stamps in milliseconds"));
	assert_non_null(strstr(said, "ETHUSDT: no funding file"));
}

static void a_faulty_funding_file_refuses_the_set(void **state)
{
	const char *paths[1];
	(void)state;
	paths[0] = write_bars("BTCUSDT-1m.csv", 1746372600000, MINUTE_MS, 10, 95000);
	write_text("BTCUSDT-funding.csv", "ts_ms,rate\n1746374400000,1e-4\n");
	assert_int_equal(candle_set_load(&set, NULL, paths, 1, NULL, UNKNOWN, UNKNOWN, folder, 0, NULL, error,
					 sizeof(error)),
			 TB_EINVAL);
	assert_non_null(strstr(error, "BTCUSDT-funding.csv:2: exponent not allowed"));
}

static void check_prints_a_row_a_gap_and_each_fault(void **state)
{
	char said[8192] = "";
	FILE *out = fmemopen(said, sizeof(said), "w");
	const char *paths[3];
	(void)state;
	paths[0] = write_text("GAPUSDT-1m.csv", HEAD "1746372600000,1,1,1,1,1\n1746372660000,1,1,1,1,0\n"
						     "1746372900000,1,1,1,1,1\n");
	paths[1] = write_text("BADUSDT-1m.csv", HEAD "1746372600000,1,2,3,1,1\n1746372660000,1,1,1,nan,0\n");
	paths[2] = in_folder("absent.csv");
	assert_int_equal(candles_check(paths, 1, &candle_options_default, out), EXIT_SUCCESS);
	assert_int_equal(candles_check(paths, 3, &candle_options_default, out), EXIT_FAILURE);
	fclose(out);
	assert_non_null(strstr(said, "GAPUSDT-1m.csv:4: gap: 3 bars missing between 2025-05-04T15:31:00Z and "
				     "2025-05-04T15:35:00Z"));
	assert_non_null(strstr(said, "BADUSDT-1m.csv:2: high below low"));
	assert_non_null(strstr(said, "BADUSDT-1m.csv:3: not a finite number: close is \"nan\""));
	assert_non_null(strstr(said, "absent.csv: cannot be read"));
	assert_non_null(strstr(said, "2 of these cannot be used"));
}

static void check_without_a_file_is_wrong_usage(void **state)
{
	(void)state;
	assert_int_equal(candles_check(NULL, 0, &candle_options_default, stdout), 2);
}

#define T(name) cmocka_unit_test_teardown(name, empty_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(every_shared_file_is_as_its_readme_says),
		T(the_exchange_outage_of_april_2021_is_found_where_it_was),
		T(shared_funding_comes_with_its_market),
		T(plain_and_gzip_give_the_same_table),
		T(several_gzip_members_are_one_text),
		T(a_damaged_gzip_file_is_refused_whole),
		T(a_gzip_bomb_of_zeros_ends_in_its_first_chunk),
		T(errors_name_the_file_the_line_and_how_many_more),
		T(what_is_not_there_or_no_file_is_said),
		T(a_folder_is_its_candle_files_by_name_without_funding),
		T(a_set_is_sorted_by_symbol_name_with_lots_for_volumes),
		T(two_timeframes_ask_for_the_option),
		T(two_timeframes_are_found_without_names_too),
		T(a_symbol_given_twice_is_refused_with_both_files),
		T(from_and_to_cut_the_bars_but_not_the_instrument),
		T(progress_says_the_unit_and_what_funding_is_missing),
		T(a_faulty_funding_file_refuses_the_set),
		T(check_prints_a_row_a_gap_and_each_fault),
		T(check_without_a_file_is_wrong_usage),
	};
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
