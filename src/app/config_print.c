/* SPDX-License-Identifier: MIT
 * What the table says of itself: check-config's list, and the three files that are made from it and kept in
 * the repository (a test compares them). */
#include "config.h"

#include <string.h>

#define X(id, text) [CONFIG_##id] = text,
static const char *const layer_text[CONFIG_LAYER_COUNT] = {CONFIG_LAYERS(X)};
#undef X

#define VALUE_TEXT_MAX ((size_t)CONFIG_SYMBOLS_MAX * SYMBOL_TEXT_MAX + 1)

/* Section titles in the order of the table. */
static const struct {
	const char *name, *title;
} sections[] = {
	{"exchange", "Exchange and keys"},
	{"trading", "What to trade"},
	{"risk", "Risk: stricter than the compiled-in limits, never looser"},
	{"signal", "Signals and regimes"},
	{"decide", "Decisions"},
	{"exit", "Exits"},
	{"scanner", "Scanner"},
	{"learn", "Learning"},
	{"promotion", "Promotion: the evidence that live trading needs"},
	{"stage", "Roll-out: what moves the share of equity that is used"},
	{"llm", "Adviser (LLM)"},
	{"sim", "Simulated exchange"},
	{"candles", "Candle files"},
	{"log", "Log"},
};

static const char *config_title(const struct config_row *row)
{
	size_t length = strcspn(row->key, ".");

	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		if (strlen(sections[i].name) == length && memcmp(sections[i].name, row->key, length) == 0)
			return sections[i].title;
	}
	return row->key;
}

/* Whether the row opens a section. */
static bool config_opens(size_t index)
{
	size_t length = strcspn(config_rows[index].key, ".") + 1;

	return index == 0 || strncmp(config_rows[index - 1].key, config_rows[index].key, length) != 0;
}

void config_format_origin(const struct config *config, const struct config_row *row, char *out, size_t size)
{
	const struct config_origin *origin = &config->origins[row - config_rows];

	if (origin->layer == CONFIG_INI)
		snprintf(out, size, "%s:%d", config->ini_path, origin->line);
	else if (origin->layer == CONFIG_ENV_FILE)
		snprintf(out, size, "%s:%d", config->env_path, origin->line);
	else
		snprintf(out, size, "%s", layer_text[origin->layer]);
}

void config_print(const struct config *config, FILE *out)
{
	char value[VALUE_TEXT_MAX], origin[CONFIG_TEXT_MAX + 16];

	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];

		if (config_opens(i))
			fprintf(out, "%s%s\n", i > 0 ? "\n" : "", config_title(row));
		config_format(config, row, value, sizeof(value));
		config_format_origin(config, row, origin, sizeof(origin));
		if (row->unit[0] != '\0' && strlen(value) + 1 + strlen(row->unit) < sizeof(value)) {
			strcat(value, " ");
			strcat(value, row->unit);
		}
		fprintf(out, "  %-26s %-28s %s\n", row->env, value[0] != '\0' ? value : "(none)", origin);
	}
}

static void config_print_text(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ')
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static bool config_is_bare(const struct config_row *row)
{
	return row->type == CONFIG_BOOL || row->type == CONFIG_COUNT || row->type == CONFIG_RATIO ||
	       row->type == CONFIG_NUMBER || row->type == CONFIG_MONEY || row->type == CONFIG_TIME;
}

void config_print_json(const struct config *config, FILE *out)
{
	char value[VALUE_TEXT_MAX];

	fprintf(out, "{\"settings\":[");
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];
		const struct config_origin *origin = &config->origins[i];
		const char *file = origin->layer == CONFIG_INI ? config->ini_path : config->env_path;

		config_format(config, row, value, sizeof(value));
		fprintf(out, "%s\n{\"key\":\"%s\",\"env\":\"%s\",\"value\":", i > 0 ? "," : "", row->key,
			row->env);
		if (config_is_bare(row))
			fputs(value, out);
		else
			config_print_text(value, out);
		fprintf(out, ",\"unit\":\"%s\",\"layer\":\"%s\"", row->unit, layer_text[origin->layer]);
		if (origin->line > 0) {
			fprintf(out, ",\"file\":");
			config_print_text(file, out);
			fprintf(out, ",\"line\":%d", origin->line);
		}
		fputc('}', out);
	}
	fprintf(out, "\n],\"warnings\":[");
	for (size_t i = 0; i < config->warning_count; i++) {
		fputs(i > 0 ? "," : "", out);
		config_print_text(config->warnings[i], out);
	}
	fprintf(out, "]}\n");
}

static void config_print_allowed(const struct config_row *row, FILE *out)
{
	char range[256];

	config_format_range(row, range, sizeof(range));
	fprintf(out, "%s", range);
}

void config_print_help(FILE *out)
{
	fprintf(out, "Settings (--set NAME=VALUE, environment, .env, ini):\n");
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];

		fprintf(out, "  %-26s %s\n  %26s   [", row->env, row->help, "");
		config_print_allowed(row, out);
		fprintf(out, "; default %s; ini: %s]\n", row->initial[0] != '\0' ? row->initial : "none",
			row->key);
	}
}

void config_generate_env(FILE *out)
{
	fprintf(out,
		"# Keys and settings of tradebotd. Copy to .env, then: chmod 600 .env\n"
		"# Made from the table of settings (tradebotd check-config --generate env); do not edit by "
		"hand.\n"
		"# The environment and the command line win over this file, this file over tradebotd.ini.\n"
		"# Ratios are fractions: 0.01, or 1%%, or 100bps. \"!\": that end is compiled in.\n");
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];

		if (config_opens(i))
			fprintf(out, "\n# --- %s ---\n", config_title(row));
		fprintf(out, "# %s (", row->help);
		config_print_allowed(row, out);
		fprintf(out, ")\n%s%s=%s\n", row->flags & CONFIG_USUAL ? "" : "#", row->env, row->initial);
	}
}

void config_generate_ini(FILE *out)
{
	fprintf(out, "; Settings of tradebotd, all at their defaults: take the semicolon off and change.\n"
		     "; Made from the table of settings (tradebotd check-config --generate ini); do not edit "
		     "by hand.\n"
		     "; Keys do not belong here but into .env. .env, environment and command line win over "
		     "this file.\n"
		     "; Ratios are fractions: 0.01, or 1%%, or 100bps. \"!\": that end is compiled in.\n");
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];

		if (config_opens(i))
			fprintf(out, "\n; %s\n[%.*s]\n", config_title(row), (int)strcspn(row->key, "."),
				row->key);
		if (row->type == CONFIG_SECRET)
			continue;
		fprintf(out, "; %s (", row->help);
		config_print_allowed(row, out);
		fprintf(out, ")\n;%s = %s\n", row->key + strcspn(row->key, ".") + 1, row->initial);
	}
}

void config_generate_docs(FILE *out)
{
	fprintf(out, "# Configuration\n\n"
		     "Made from the one table of settings (`tradebotd check-config --generate docs`); do not "
		     "edit by hand.\n\n"
		     "Layers, the last one wins: built-in default, `tradebotd.ini` (`--config FILE`; else in "
		     "the working folder, else\n"
		     "`/etc/tradebotd/tradebotd.ini`), `.env` (`--env FILE`; else in the working folder), "
		     "environment, command line\n"
		     "(`--set KEY=VALUE`, with the name of the ini or of the environment, and the options of "
		     "each command).\n"
		     "`tradebotd check-config` prints every value, its unit and the layer it came from; "
		     "secrets are masked.\n\n"
		     "- An unknown key in a file or in `--set` is an error, a key given twice in one file "
		     "too. The environment is\n"
		     "  shared: there only names that begin like ours are warned about.\n"
		     "- `.env` takes `KEY=VALUE` lines, `export `, single and double quotes, and comments: a "
		     "`#` at the start of a\n"
		     "  line or after a blank. A file that holds a key and that others can read is refused "
		     "(exit code 3);\n"
		     "  on the command line a key is refused: everybody on the machine could read it there.\n"
		     "- Ratios are fractions (`0.01`) or percent (`1%%`) or basis points (`100bps`). Values "
		     "are exact decimals: no\n"
		     "  exponent, no sign. Empty is an error where a number is wanted.\n"
		     "- `!` marks an end of a range that is compiled in: a value beyond it does not start "
		     "(exit code 2), a stricter\n"
		     "  one is welcome. C is the capital the bot may use, E the account's equity, NAV the "
		     "index of its result.\n"
		     "- `(SIGHUP)`: a running `run --paper` takes a new value on that signal "
		     "(`systemctl reload`); of all others it\n"
		     "  says that they wait for a restart.\n");
	for (size_t i = 0; i < config_row_count; i++) {
		const struct config_row *row = &config_rows[i];

		if (config_opens(i))
			fprintf(out,
				"\n## %s\n\n| environment | ini | default | allowed | what it does |\n"
				"|---|---|---|---|---|\n",
				config_title(row));
		fprintf(out, "| `%s` | `%s` | %s%s%s | ", row->env, row->key,
			row->initial[0] != '\0' ? "`" : "none", row->initial,
			row->initial[0] != '\0' ? "`" : "");
		config_print_allowed(row, out);
		fprintf(out, " | %s%s |\n", row->help, row->flags & CONFIG_RELOAD ? " (SIGHUP)" : "");
	}
}
