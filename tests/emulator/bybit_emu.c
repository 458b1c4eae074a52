/* SPDX-License-Identifier: MIT
 * bybit_emu: the emulated Bybit as a program. Options, and what they mean to the library and the server. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bybit_market.h"
#include "serve.h"
#include "timeframe.h"

#define STEPPED_START_MS 1767225600000LL /* 2026-01-01: of a generator in stepped time */
#define PATHS_MAX        256

static const char help[] =
	"usage: bybit_emu --cert FILE --key FILE [OPTION...]\n"
	"Bybit's v5 REST and streams on https:// and wss://127.0.0.1:PORT, over the simulated "
	"market.\n"
	"The first line it prints is \"port N\".\n\n"
	"  --port N             0: any\n"
	"  --candles PATH       file or folder; again for more. Without: the generator\n"
	"  --funding DIR        SYMBOL-funding.csv of candle files\n"
	"  --from T, --to T     of candle files: YYYY-MM-DD or milliseconds\n"
	"  --symbols N          of the generator (4; at most 32)\n"
	"  --seed N             of the generator and of ids (1)\n"
	"  --days N             of the generator (0: no end)\n"
	"  --preroll N          closed bars before the start (1440)\n"
	"  --timeframe T        of the bars (1m)\n"
	"  --start T            first bar. Without: candle files their own, the generator now, and with "
	"--clock\n"
	"                       2026-01-01; the emulator's time begins there\n"
	"  --speed N            emulated time runs N times as fast (1)\n"
	"  --clock PATH         stepped time: this Unix socket tells the daemon what time it is\n"
	"  --quiet              no traffic between the market's instants (always so with --clock)\n"
	"  --padding N          so many more rows in the listing that must not be traded\n"
	"  --instruments TEXT   weather of instruments: mild or storm, as SIM_WEATHER\n"
	"  --account OPTION,... of the account: see below. none: there is no account\n"
	"  --api-key, --api-secret TEXT   (emulated-key, emulated-secret)\n"
	"  --fault SPEC         WORD[:SYMBOL][=VALUE][*TIMES][@MS after the start]; again for more\n"
	"  --faults SEED[,per-hour=N][,regrid][,account]  draws faults by seed; regrid: delist and tick, "
	"too;\n"
	"                       account: those of the account, too\n"
	"  --control PATH       Unix socket for lines: fault SPEC, calm, now, pass MS, counts, books, quit; - is "
	"standard input\n"
	"  --books FILE         writes the account's books at the end, as JSON lines\n"
	"  --dump DIR           writes its bars and settlements as candle files before it serves\n"
	"  --dump-only DIR      ... and ends\n"
	"  --end-exit           ends when the market has ended and the daemon is idle\n"
	"  --linger MS          ... so much later (2000)\n"
	"  --log                says every request and fault\n";

struct options {
	struct serve_setup serve;
	struct market_choice market;
	struct emu_setup emu;
	const char *paths[PATHS_MAX];
	struct emu_fault faults[64];
	size_t fault_count;
	const char *dump;
	bool dump_only, quiet;
	ms_t start_ms; /* UNKNOWN: not said */
};

static void note(void *ctx, const char *line)
{
	(void)ctx;
	fprintf(stderr, "%s\n", line);
}

static int wrong(const char *option, const char *value)
{
	fprintf(stderr, "bybit_emu: --%s %s: not a usable value (see --help)\n", option, value ? value : "");
	return -1;
}

/* A number of an option, within bounds. */
static bool number(const char *text, int64_t low, int64_t high, int64_t *out)
{
	int64_t value;

	if (decimal_parse(text, strlen(text), 0, &value) != DECIMAL_OK || value < low || value > high)
		return false;
	*out = value;
	return true;
}

static bool moment(const char *text, ms_t *out)
{
	return utc_parse_date(text, out) == 0;
}

static bool add_fault(struct options *o, const char *text)
{
	char error[160];

	if (o->fault_count == sizeof(o->faults) / sizeof(o->faults[0]))
		return false;
	if (emu_fault_parse(text, &o->faults[o->fault_count], error, sizeof(error)) != 0) {
		fprintf(stderr, "bybit_emu: %s\n", error);
		return false;
	}
	o->fault_count++;
	return true;
}

enum account_word {
	WORD_BALANCE,
	WORD_LEVERAGE,
	WORD_EXPIRES,
	WORD_LATENCY,
	WORD_IPS,
	WORD_CLASSIC,
	WORD_CROSS,
	WORD_HEDGE,
	WORD_READ_ONLY,
	WORD_NO_TRADE,
	WORD_WITHDRAW,
	WORD_TRANSFER,
	WORD_CODE_ACKS,
	WORD_NONE,
	WORD_COUNT
};
static const struct {
	const char *word, *text;
} account_words[WORD_COUNT] = {
	[WORD_BALANCE] = {"balance=", "USDT at the start (10000)"},
	[WORD_LEVERAGE] = {"leverage=", "of every symbol until it is set (10)"},
	[WORD_EXPIRES] = {"expires=", "days until the key expires, if it is bound to no address (90)"},
	[WORD_LATENCY] = {"latency=", "ms from an acknowledgement to matching (2)"},
	[WORD_IPS] = {"ips=", "addresses the key is bound to, with / between them; without 127.0.0.1: 10010"},
	[WORD_CLASSIC] = {"classic", "no unified account"},
	[WORD_CROSS] = {"cross", "margin mode (isolated)"},
	[WORD_HEDGE] = {"hedge", "position mode (one-way)"},
	[WORD_READ_ONLY] = {"read-only", "the key may not write"},
	[WORD_NO_TRADE] = {"no-trade", "the key has no right to contracts"},
	[WORD_WITHDRAW] = {"withdraw", "the key may withdraw"},
	[WORD_TRANSFER] = {"transfer", "the key may transfer"},
	[WORD_CODE_ACKS] = {"code-acks", "logins are acknowledged with retCode"},
	[WORD_NONE] = {"none", "there is no account"},
};

static bool account_number(struct emu_account_setup *account, enum account_word word, const char *value,
			   size_t len)
{
	int64_t number;
	bool is_money = word == WORD_BALANCE;

	if (decimal_parse(value, len, is_money ? 8 : 0, &number) != DECIMAL_OK)
		return false;
	switch (word) {
	case WORD_BALANCE: account->balance = number; return true;
	case WORD_LEVERAGE: account->leverage = number * RATIO_ONE; return number >= 1 && number <= 50;
	case WORD_EXPIRES: account->expires_days = number; return number >= 1 && number < 100000;
	default: account->latency_ms = number; return number <= HOUR_MS;
	}
}

/* One option of the account, of that length. */
static bool account_option(struct emu_account_setup *account, const char *text, size_t len)
{
	static char ips[512];
	int word = 0;
	size_t n = 0;

	for (; word < WORD_COUNT; word++) {
		n = strlen(account_words[word].word);
		bool valued = account_words[word].word[n - 1] == '=';
		if (strncmp(account_words[word].word, text, n) == 0 && (valued ? len > n : len == n))
			break;
	}
	switch (word) {
	case WORD_BALANCE:
	case WORD_LEVERAGE:
	case WORD_EXPIRES:
	case WORD_LATENCY: return account_number(account, (enum account_word)word, text + n, len - n);
	case WORD_IPS:
		snprintf(ips, sizeof(ips), "%.*s", (int)(len - n), text + n);
		for (char *at = ips; (at = strchr(at, '/')) != NULL;)
			*at = ',';
		account->ips = ips;
		return true;
	case WORD_CLASSIC: return account->classic = true;
	case WORD_CROSS: return account->cross = true;
	case WORD_HEDGE: return account->hedge = true;
	case WORD_READ_ONLY: return account->read_only = true;
	case WORD_NO_TRADE: return account->cannot_trade = true;
	case WORD_WITHDRAW: return account->can_withdraw = true;
	case WORD_TRANSFER: return account->can_transfer = true;
	case WORD_CODE_ACKS: return account->code_acks = true;
	case WORD_NONE: account->key = NULL; return true;
	default: return false;
	}
}

static bool account_options(struct emu_account_setup *account, const char *text)
{
	for (; *text != '\0'; text += *text == ',') {
		size_t len = strcspn(text, ",");
		if (!account_option(account, text, len))
			return false;
		text += len;
	}
	return true;
}

static void print_help(void)
{
	static const char *const whens[] = {"next", "lasts", "now"};

	fputs(help, stdout);
	fputs("\nOf --account:\n\n", stdout);
	for (int i = 0; i < WORD_COUNT; i++)
		printf("  %-16s %s\n", account_words[i].word, account_words[i].text);
	fputs("\nFaults: word, when it strikes, its value (the first is what a command without one means), "
	      "what it "
	      "does.\n\n",
	      stdout);
	for (int i = 0; i < EMU_FAULT_COUNT; i++) {
		const struct emu_fault_row *row = &emu_fault_rows[i];
		char range[64] = "";
		if (row->unit != EMU_UNIT_NONE)
			snprintf(range, sizeof(range), "%lld..%lld %s", (long long)row->low,
				 (long long)row->high, emu_unit_text[row->unit]);
		printf("  %-16s %-6s %-24s %s\n", row->word, whens[row->when], range, row->text);
	}
}

enum option_id {
	OPT_PORT = 256,
	OPT_CERT,
	OPT_KEY,
	OPT_CANDLES,
	OPT_FUNDING,
	OPT_FROM,
	OPT_TO,
	OPT_SYMBOLS,
	OPT_SEED,
	OPT_DAYS,
	OPT_PREROLL,
	OPT_TIMEFRAME,
	OPT_START,
	OPT_SPEED,
	OPT_CLOCK,
	OPT_QUIET,
	OPT_PADDING,
	OPT_INSTRUMENTS,
	OPT_ACCOUNT,
	OPT_API_KEY,
	OPT_API_SECRET,
	OPT_FAULT,
	OPT_FAULTS,
	OPT_CONTROL,
	OPT_BOOKS,
	OPT_DUMP,
	OPT_DUMP_ONLY,
	OPT_END_EXIT,
	OPT_LINGER,
	OPT_LOG,
	OPT_HELP
};
static const struct option table[] = {
	{"port", required_argument, NULL, OPT_PORT},
	{"cert", required_argument, NULL, OPT_CERT},
	{"key", required_argument, NULL, OPT_KEY},
	{"candles", required_argument, NULL, OPT_CANDLES},
	{"funding", required_argument, NULL, OPT_FUNDING},
	{"from", required_argument, NULL, OPT_FROM},
	{"to", required_argument, NULL, OPT_TO},
	{"symbols", required_argument, NULL, OPT_SYMBOLS},
	{"seed", required_argument, NULL, OPT_SEED},
	{"days", required_argument, NULL, OPT_DAYS},
	{"preroll", required_argument, NULL, OPT_PREROLL},
	{"timeframe", required_argument, NULL, OPT_TIMEFRAME},
	{"start", required_argument, NULL, OPT_START},
	{"speed", required_argument, NULL, OPT_SPEED},
	{"clock", required_argument, NULL, OPT_CLOCK},
	{"quiet", no_argument, NULL, OPT_QUIET},
	{"padding", required_argument, NULL, OPT_PADDING},
	{"instruments", required_argument, NULL, OPT_INSTRUMENTS},
	{"account", required_argument, NULL, OPT_ACCOUNT},
	{"api-key", required_argument, NULL, OPT_API_KEY},
	{"api-secret", required_argument, NULL, OPT_API_SECRET},
	{"fault", required_argument, NULL, OPT_FAULT},
	{"faults", required_argument, NULL, OPT_FAULTS},
	{"control", required_argument, NULL, OPT_CONTROL},
	{"books", required_argument, NULL, OPT_BOOKS},
	{"dump", required_argument, NULL, OPT_DUMP},
	{"dump-only", required_argument, NULL, OPT_DUMP_ONLY},
	{"end-exit", no_argument, NULL, OPT_END_EXIT},
	{"linger", required_argument, NULL, OPT_LINGER},
	{"log", no_argument, NULL, OPT_LOG},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

/* What the market is. False: the value is not usable, or it is another option. */
static bool market_option(struct options *o, int id, const char *value)
{
	int64_t seed;

	switch (id) {
	case OPT_CANDLES:
		if (o->market.candle_count == PATHS_MAX)
			return false;
		o->paths[o->market.candle_count++] = value;
		o->market.candles = o->paths;
		return true;
	case OPT_FUNDING: o->market.funding_dir = value; return true;
	case OPT_FROM: return moment(value, &o->market.from_ms);
	case OPT_TO: return moment(value, &o->market.to_ms);
	case OPT_SYMBOLS: return number(value, 1, SIM_GENERATED_MAX, &o->market.symbols);
	case OPT_SEED:
		if (!number(value, 0, INT64_MAX, &seed))
			return false;
		o->market.seed = (uint64_t)seed;
		return true;
	case OPT_DAYS: return number(value, 0, 10000, &o->market.days);
	case OPT_PREROLL: return number(value, 0, 100000, &o->market.preroll);
	case OPT_TIMEFRAME: o->market.timeframe = value; return true;
	case OPT_START: return moment(value, &o->start_ms);
	case OPT_INSTRUMENTS: return sim_weather_parse(value, &o->emu.market.weather) == 0;
	default: return false;
	}
}

static bool serve_option(struct options *o, int id, const char *value)
{
	int64_t count;

	switch (id) {
	case OPT_PORT:
		if (!number(value, 0, 65535, &count))
			return false;
		o->serve.port = (int)count;
		return true;
	case OPT_CERT: o->serve.cert = value; return true;
	case OPT_KEY: o->serve.key = value; return true;
	case OPT_SPEED:
		o->serve.speed = strtod(value, NULL);
		return o->serve.speed > 0 && o->serve.speed <= 1e6;
	case OPT_CLOCK: o->serve.clock_path = value; return true;
	case OPT_CONTROL: o->serve.control_path = value; return true;
	case OPT_BOOKS: o->serve.books_path = value; return true;
	case OPT_QUIET: o->quiet = true; return true;
	case OPT_PADDING:
		if (!number(value, 0, 5000, &count))
			return false;
		o->emu.padding = (size_t)count;
		return true;
	case OPT_ACCOUNT: return account_options(&o->emu.account, value);
	case OPT_API_KEY: o->emu.account.key = value; return value[0] != '\0';
	case OPT_API_SECRET: o->emu.account.secret = value; return value[0] != '\0';
	case OPT_FAULT: return add_fault(o, value);
	case OPT_FAULTS: return emu_weather_parse(value, &o->emu.weather) == 0;
	case OPT_DUMP_ONLY:
		o->dump_only = true;
		o->dump = value;
		return true;
	case OPT_DUMP: o->dump = value; return true;
	case OPT_END_EXIT: o->serve.end_exit = true; return true;
	case OPT_LINGER: return number(value, 0, DAY_MS, &o->serve.linger_ms);
	case OPT_LOG: o->serve.log = true; return true;
	default: return false;
	}
}

/* 0, 1: help was asked for, -1. */
static int read_options(int argc, char **argv, struct options *o)
{
	int id, index = 0;

	*o = (struct options){.serve = {.speed = 1, .linger_ms = 2000},
			      .market = {.from_ms = UNKNOWN,
					 .to_ms = UNKNOWN,
					 .symbols = 4,
					 .seed = 1,
					 .preroll = SIM_PREROLL},
			      .start_ms = UNKNOWN,
			      .emu.account = {.key = "emulated-key",
					      .secret = "emulated-secret",
					      .balance = 10000 * MONEY_ONE,
					      .latency_ms = 2}};
	while ((id = getopt_long(argc, argv, "h", table, &index)) != -1) {
		if (id == OPT_HELP || id == 'h') {
			print_help();
			return 1;
		}
		if (id == '?')
			return -1;
		if (!market_option(o, id, optarg) && !serve_option(o, id, optarg))
			return wrong(table[index].name, optarg);
	}
	if (optind < argc)
		return wrong("", argv[optind]);
	if (!o->dump_only && (o->serve.cert == NULL || o->serve.key == NULL)) {
		fprintf(stderr, "bybit_emu: needs --cert and --key (tests/support/make_ca.sh makes them)\n");
		return -1;
	}
	return 0;
}

static ms_t utc_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (ms_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

/* Where the market and the emulator's time begin. */
static void settle_start(struct options *o)
{
	bool files = o->market.candles != NULL;

	if (o->start_ms != UNKNOWN)
		o->market.start_ms = o->emu.market.start_ms = o->start_ms;
	else if (!files)
		o->market.start_ms =
			o->serve.clock_path != NULL || o->dump_only ? STEPPED_START_MS : utc_now();
	o->emu.traffic = !o->quiet && o->serve.clock_path == NULL;
	if (o->serve.log)
		o->emu.note = note;
}

static int serve(struct options *o, struct emu *emu)
{
	struct server *server = emu_grow(NULL, sizeof(*server));
	char error[CANDLE_ERROR_MAX] = "";
	int failed = 0;

	o->serve.begin_ms = emu_now(emu);
	if (o->market.candles == NULL && o->start_ms == UNKNOWN && o->serve.clock_path == NULL)
		o->serve.begin_ms = utc_now();
	for (size_t i = 0; i < o->fault_count && !failed; i++) {
		failed = emu_strike(emu, emu_now(emu), &o->faults[i]);
		if (failed)
			snprintf(error, sizeof(error), "fault %s: not possible, or no such symbol or value",
				 emu_fault_rows[o->faults[i].kind].word);
	}
	if (!failed && (failed = serve_open(server, &o->serve, emu, error, sizeof(error))) == 0) {
		printf("port %d\n", serve_port(server));
		fflush(stdout);
		serve_run(server);
		serve_close(server);
	}
	free(server);
	if (failed)
		fprintf(stderr, "bybit_emu: %s\n", error);
	return failed ? 1 : 0;
}

int main(int argc, char **argv)
{
	static struct options o;
	static struct market_source source;
	char error[CANDLE_ERROR_MAX] = "";
	int said = read_options(argc, argv, &o), status = 0;

	if (said != 0)
		return said > 0 ? 0 : 2;
	settle_start(&o);
	if (market_open(&source, &o.market, &o.emu, error, sizeof(error)) != 0 ||
	    (o.dump != NULL && market_dump(&o.emu, o.dump, error, sizeof(error)) != 0)) {
		fprintf(stderr, "bybit_emu: %s\n", error);
		market_free(&source);
		return 1;
	}
	if (!o.dump_only) {
		struct emu *emu = emu_open(&o.emu, error, sizeof(error));
		if (emu == NULL)
			fprintf(stderr, "bybit_emu: %s\n", error);
		status = emu != NULL ? serve(&o, emu) : 1;
		emu_close(emu);
	}
	market_free(&source);
	return status;
}
