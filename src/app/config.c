/* SPDX-License-Identifier: MIT
 * The layers: default, ini, .env, environment, command line, in this order into one struct. Files are read
 * whole and once; whether others could read them is asked of the very file that was opened. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "env_file.h"
#include "sim_weather.h"

#define FILE_BYTES_MAX 1048576
#define PLACE_MAX      (CONFIG_TEXT_MAX + 16)

/* One layer while it is read. */
struct config_reading {
	struct config *config;
	enum config_layer layer;
	const char *path;
	int first_line[CONFIG_ROWS_MAX]; /* where this file set the row, 0: not yet */
	bool secret;                     /* the file holds one */
	char *error;
	size_t error_size;
	int answer; /* of the first fault */
	/* ini only: what is left of the text, and the line inih is at */
	const char *at;
	int line;
};

const struct config_row *config_find(const char *name)
{
	for (size_t i = 0; i < config_row_count; i++) {
		if (strcmp(config_rows[i].env, name) == 0 || strcmp(config_rows[i].key, name) == 0)
			return &config_rows[i];
	}
	return NULL;
}

static const char *config_key_at(const void *list, size_t index)
{
	(void)list;
	return index < config_row_count ? config_rows[index].key : NULL;
}

static const char *config_env_at(const void *list, size_t index)
{
	(void)list;
	return index < config_row_count ? config_rows[index].env : NULL;
}

const char *config_nearest(const char *name)
{
	return cli_nearest(name, strchr(name, '.') != NULL ? config_key_at : config_env_at, NULL);
}

static int config_unknown(const char *place, const char *name, char *error, size_t size)
{
	const char *near = config_nearest(name);

	if (near != NULL)
		snprintf(error, size, "%s: no setting '%.80s'; did you mean '%s'?", place, name, near);
	else
		snprintf(error, size, "%s: no setting '%.80s'; docs/configuration.md lists them", place,
			 name);
	return TB_EINVAL;
}

/* Sets a row from one line of a file. */
static int config_from_line(struct config_reading *reading, const char *name, const char *value, int line)
{
	const struct config_row *row = config_find(name);
	char place[PLACE_MAX];
	size_t index;
	int answer;

	snprintf(place, sizeof(place), "%s:%d", reading->path, line);
	if (row == NULL || (reading->layer == CONFIG_INI) != (strcmp(row->key, name) == 0))
		return config_unknown(place, name, reading->error, reading->error_size);
	index = (size_t)(row - config_rows);
	if (reading->first_line[index] != 0) {
		snprintf(reading->error, reading->error_size, "%s: %s is set twice, first in line %d", place,
			 name, reading->first_line[index]);
		return TB_EINVAL;
	}
	reading->first_line[index] = line;
	answer = config_put(reading->config, row, value, place, reading->error, reading->error_size);
	if (answer == TB_OK)
		reading->config->origins[index] = (struct config_origin){reading->layer, line};
	reading->secret |= row->type == CONFIG_SECRET && value[0] != '\0';
	return answer;
}

static int config_on_pair(void *user, const char *key, const char *value, int line, char *error, size_t size)
{
	(void)error, (void)size; /* the same as reading's */
	return config_from_line(user, key, value, line);
}

static void config_ini_fault(struct config_reading *reading, const char *what)
{
	if (reading->answer == TB_OK) {
		reading->answer = TB_EINVAL;
		snprintf(reading->error, reading->error_size, "%s:%d: %s", reading->path, reading->line,
			 what);
	}
}

/* inih's reader: the next line of the text. It counts the lines, for inih does not tell them to its handler,
 * and stops at what inih would silently misread: a line longer than its buffer, and an indented line (a
 * continuation). */
static char *config_ini_line(char *out, int room, void *stream)
{
	struct config_reading *reading = stream;
	size_t length = strcspn(reading->at, "\n"), blank = strspn(reading->at, " \t\r");

	if (reading->answer != TB_OK || *reading->at == '\0')
		return NULL;
	reading->line++;
	if (length + 2 > (size_t)room) {
		config_ini_fault(reading, "the line is too long for an ini file; .env takes longer ones");
		return NULL;
	}
	if (blank > 0 && blank < length) {
		config_ini_fault(reading, "the line is indented");
		return NULL;
	}
	memcpy(out, reading->at, length);
	out[length] = '\n';
	out[length + 1] = '\0';
	if (blank < length && strchr(";#", out[0]) == NULL &&
	    strpbrk(out, out[0] == '[' ? "]" : "=") == NULL) {
		config_ini_fault(reading, "neither [section] nor key = value"); /* inih would read on */
		return NULL;
	}
	reading->at += length + (reading->at[length] == '\n');
	return out;
}

static int config_ini_pair(void *user, const char *section, const char *name, const char *value)
{
	struct config_reading *reading = user;
	char key[256], text[ENV_FILE_VALUE_MAX];
	size_t length;

	if (reading->answer != TB_OK)
		return 0;
	snprintf(key, sizeof(key), "%s%s%s", section, section[0] != '\0' ? "." : "", name);
	snprintf(text, sizeof(text), "%s", value);
	for (length = 1; text[0] != '\0' && text[length] != '\0'; length++) {
		if (text[length] == '#' && (text[length - 1] == ' ' || text[length - 1] == '\t')) {
			text[length] = '\0'; /* the same inline comment as in .env */
			break;
		}
	}
	length = strlen(text);
	while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
		text[--length] = '\0';
	reading->answer = config_from_line(reading, key, text, reading->line);
	return reading->answer == TB_OK;
}

static int config_read_ini(struct config_reading *reading, const char *text)
{
	reading->at = text;
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		reading->at += 3;
	int answer = ini_parse_stream(config_ini_line, reading, config_ini_pair, reading);

	if (answer != 0 && reading->answer == TB_OK) {
		reading->line = answer > 0 ? answer : reading->line;
		config_ini_fault(reading, "neither [section] nor key = value");
	}
	return reading->answer;
}

/* The whole of a small file, with its mode. NULL: error has the reason, *missing tells whether it is not
 * there. */
static char *config_slurp(const char *path, struct stat *status, bool *missing, char *error, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	size_t used = 0;

	*missing = fd < 0 && errno == ENOENT;
	if (fd < 0 || fstat(fd, status) != 0) {
		snprintf(error, size, "%s: cannot be read: %s", path, strerror(errno));
		goto fail;
	}
	if (!S_ISREG(status->st_mode) || status->st_size > FILE_BYTES_MAX) {
		snprintf(error, size, "%s: not a file of at most 1 MiB", path);
		goto fail;
	}
	text = malloc((size_t)status->st_size + 1);
	while (text != NULL && used < (size_t)status->st_size) {
		ssize_t got = read(fd, text + used, (size_t)status->st_size - used);

		if (got <= 0)
			break;
		used += (size_t)got;
	}
	if (text == NULL || used < (size_t)status->st_size || memchr(text, '\0', used) != NULL) {
		snprintf(error, size, "%s: cannot be read whole, or is not a text", path);
		goto fail;
	}
	text[used] = '\0';
	close(fd);
	return text;
fail:
	if (fd >= 0)
		close(fd);
	free(text);
	return NULL;
}

/* systemd hands credentials out in a folder nobody else can enter; there the mode of the file itself means
 * nothing. */
static bool config_is_credential(const char *path, char *const *environment)
{
	static const char name[] = "CREDENTIALS_DIRECTORY=";

	for (; environment != NULL && *environment != NULL; environment++) {
		const char *folder = *environment + sizeof(name) - 1;
		size_t length;

		if (strncmp(*environment, name, sizeof(name) - 1) != 0)
			continue;
		length = strlen(folder);
		return length > 0 && strncmp(path, folder, length) == 0 && path[length] == '/' &&
		       strstr(path, "/../") == NULL;
	}
	return false;
}

static int config_check_mode(const struct config_reading *reading, const struct stat *status,
			     char *const *environment)
{
	if (!reading->secret || (status->st_mode & (S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH)) == 0 ||
	    config_is_credential(reading->path, environment))
		return TB_OK;
	snprintf(reading->error, reading->error_size,
		 "%s holds keys and others can read or write it (mode %04o); run: chmod 600 %s",
		 reading->path, (unsigned)(status->st_mode & 07777), reading->path);
	return TB_EREFUSED;
}

static int config_read_file(struct config_reading *reading, bool must_exist, char *const *environment)
{
	struct stat status;
	bool missing;
	char *text = config_slurp(reading->path, &status, &missing, reading->error, reading->error_size);
	char *kept = reading->layer == CONFIG_INI ? reading->config->ini_path : reading->config->env_path;
	int answer;

	if (text == NULL) {
		if (missing && !must_exist) {
			reading->error[0] = '\0';
			return TB_OK;
		}
		return TB_EINVAL;
	}
	snprintf(kept, CONFIG_TEXT_MAX, "%s", reading->path);
	if (reading->layer == CONFIG_INI)
		answer = config_read_ini(reading, text);
	else
		answer = env_file_parse(text, (size_t)status.st_size, reading->path, config_on_pair, reading,
					reading->error, reading->error_size);
	if (answer == TB_OK || reading->secret) { /* a key others can read is the worse of two faults */
		int mode = config_check_mode(reading, &status, environment);

		answer = mode != TB_OK ? mode : answer;
	}
	explicit_bzero(text, (size_t)status.st_size);
	free(text);
	return answer;
}

/* Names that look like ours and are none: the environment is shared, so they only make a warning. */
static void config_warn_environment(struct config *config, const char *name)
{
	static const char *const families[] = {"TRADING_", "SCANNER_", "EXCHANGE_", "MAX_", "LLM_"};
	const char *near;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		if (strncmp(name, families[i], strlen(families[i])) != 0 ||
		    config->warning_count == CONFIG_WARNINGS_MAX)
			continue;
		near = config_nearest(name);
		snprintf(config->warnings[config->warning_count++], sizeof(config->warnings[0]),
			 "environment: %.80s is no setting and was ignored%s%s%s", name,
			 near != NULL ? "; did you mean " : "", near != NULL ? near : "",
			 near != NULL ? "?" : "");
	}
}

static int config_read_environment(struct config *config, char *const *environment, char *error, size_t size)
{
	for (; *environment != NULL; environment++) {
		const char *equals = strchr(*environment, '=');
		const struct config_row *row;
		char name[128];
		int answer;

		if (equals == NULL || (size_t)(equals - *environment) >= sizeof(name))
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(equals - *environment), *environment);
		row = config_find(name);
		if (row == NULL || strcmp(row->env, name) != 0) {
			config_warn_environment(config, name);
			continue;
		}
		answer = config_put(config, row, equals + 1, "environment", error, size);
		if (answer != TB_OK)
			return answer;
		config->origins[row - config_rows] = (struct config_origin){CONFIG_ENVIRONMENT, 0};
	}
	return TB_OK;
}

static int config_read_sets(struct config *config, const struct config_sources *sources, char *error,
			    size_t size)
{
	for (size_t i = 0; i < sources->set_count; i++) {
		const char *set = sources->sets[i], *equals = strchr(set, '=');
		const struct config_row *row;
		char name[128];
		int answer;

		if (equals == NULL || (size_t)(equals - set) >= sizeof(name)) {
			snprintf(error, size, "command line: --set wants KEY=VALUE, not '%.80s'", set);
			return TB_EINVAL;
		}
		snprintf(name, sizeof(name), "%.*s", (int)(equals - set), set);
		row = config_find(name);
		if (row == NULL)
			return config_unknown("command line", name, error, size);
		if (row->type == CONFIG_SECRET && equals[1] != '\0') {
			snprintf(error, size,
				 "command line: %s would stand in the list of processes, for everybody on "
				 "this machine, and in the shell's history: put it into a .env of mode 0600, "
				 "or into the environment",
				 row->env);
			return TB_EINVAL;
		}
		answer = config_put(config, row, equals + 1, "command line", error, size);
		if (answer != TB_OK)
			return answer;
		config->origins[row - config_rows] = (struct config_origin){CONFIG_COMMAND, 0};
	}
	return TB_OK;
}

/* Weather that can be read, and pairs that only make sense in one order. */
static int config_check_pairs(const struct config *config, char *error, size_t size)
{
	const struct {
		int64_t low, high;
		const char *low_key, *high_key;
	} pairs[] = {
		{config->signal.volatility_least, config->signal.volatility_window, "signal.volatility_least",
		 "signal.volatility_window"},
		{config->signal.volatility_low, config->signal.volatility_high, "signal.volatility_low",
		 "signal.volatility_high"},
		{config->scanner.range_low, config->scanner.range_high, "scanner.range_low",
		 "scanner.range_high"},
		{config->stage.down_sharpe, config->stage.up_sharpe, "stage.down_sharpe", "stage.up_sharpe"},
	};
	char low[CONFIG_TEXT_MAX], high[CONFIG_TEXT_MAX], place[PLACE_MAX];
	struct sim_weather_setup weather;

	if (sim_weather_parse(config->sim.weather, &weather) != 0) {
		config_format_origin(config, config_find("sim.weather"), place, sizeof(place));
		snprintf(error, size,
			 "%.*s: SIM_WEATHER=%.64s: off, mild or storm, then any of ,seed=N ,per-day=N "
			 ",jitter=MS",
			 (int)(PLACE_MAX / 2), place, config->sim.weather);
		return TB_EINVAL;
	}
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct config_row *low_row = config_find(pairs[i].low_key),
					*high_row = config_find(pairs[i].high_key);

		if (pairs[i].low <= pairs[i].high)
			continue;
		config_format(config, low_row, low, sizeof(low));
		config_format(config, high_row, high, sizeof(high));
		config_format_origin(
			config,
			config->origins[low_row - config_rows].layer != CONFIG_DEFAULT ? low_row : high_row,
			place, sizeof(place));
		snprintf(error, size, "%.*s: %s=%.40s is over %s=%.40s", (int)(PLACE_MAX / 2), place,
			 low_row->env, low, high_row->env, high);
		return TB_EINVAL;
	}
	return TB_OK;
}

int config_load(struct config *config, const struct config_sources *sources, char *error, size_t size)
{
	struct config_reading reading;
	int answer = TB_OK;

	memset(config, 0, sizeof(*config));
	error[0] = '\0';
	for (size_t i = 0; answer == TB_OK && i < config_row_count; i++)
		answer = config_put(config, &config_rows[i], config_rows[i].initial, "default", error, size);
	if (answer == TB_OK && sources->ini_path != NULL) {
		reading = (struct config_reading){.config = config,
						  .layer = CONFIG_INI,
						  .path = sources->ini_path,
						  .error = error,
						  .error_size = size};
		answer = config_read_file(&reading, sources->ini_must_exist, sources->environment);
	}
	if (answer == TB_OK && sources->env_path != NULL) {
		reading = (struct config_reading){.config = config,
						  .layer = CONFIG_ENV_FILE,
						  .path = sources->env_path,
						  .error = error,
						  .error_size = size};
		answer = config_read_file(&reading, sources->env_must_exist, sources->environment);
	}
	if (answer == TB_OK && sources->environment != NULL)
		answer = config_read_environment(config, sources->environment, error, size);
	if (answer == TB_OK)
		answer = config_read_sets(config, sources, error, size);
	return answer == TB_OK ? config_check_pairs(config, error, size) : answer;
}
