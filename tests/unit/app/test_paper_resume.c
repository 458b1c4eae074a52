/* SPDX-License-Identifier: MIT
 * A paper account killed around its commits, while the market goes on: each child process dies by SIGKILL,
 * the next one comes back later, and at the end account and journal agree to the last coin. */
#include "live_stand.h"
#include "log.h"
#include "random.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#define DAYS 3

enum point { BEFORE_COMMIT, AFTER_SAVING, AFTER_COMMIT, POINT_COUNT };
struct death {
	int64_t turn; /* of this life; 0: lives */
	enum point point;
};

static struct death death;
static int64_t turns; /* of this life */

static void die_at(enum point point)
{
	if (death.turn != 0 && turns >= death.turn && point == death.point)
		kill(getpid(), SIGKILL);
}

/* As the world's own sink, with places to die. */
static int deadly_commit(void *ctx, const struct turn_records *turn)
{
	turns++;
	die_at(BEFORE_COMMIT);
	if (death.point == AFTER_SAVING && death.turn != 0 && turns >= death.turn) {
		assert_int_equal(
			paper_state_save(&stand->live.state, &stand->live.accounts, turn->turn, turn->now_ms),
			0);
		die_at(AFTER_SAVING);
	}
	int err = stand->commit(ctx, turn);
	die_at(AFTER_COMMIT);
	return err;
}

/* The last instant that was lived through stands in a file. */
static int open_time(const char *dir)
{
	char path[128];

	snprintf(path, sizeof path, "%s/at", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	return fd;
}

static ms_t read_time(int fd)
{
	ms_t at_ms;

	return pread(fd, &at_ms, sizeof at_ms, 0) == sizeof at_ms ? at_ms : START_MS - 1;
}

static int add_net(void *ctx, const struct record *record)
{
	if (record->trade.book == BOOK_MAIN)
		*(money_t *)ctx += record->trade.net;
	return 0;
}

static int lament(const char *what, int64_t a, int64_t b)
{
	fprintf(stderr, "%s: %lld and %lld\n", what, (long long)a, (long long)b);
	return 1;
}

/* Everything that is open, as engine and account have it. */
static int compare_positions(void)
{
	struct sim_broker *broker = &stand->live.accounts.broker;
	int wrong = 0;

	for (size_t sym = 0; sym < stand->live.universe.count; sym++) {
		const struct holding *h =
			execution_holding(engine_execution(stand->live.engine), BOOK_MAIN, (sym_t)sym);
		qty_t theirs = broker->slot_of[sym] ? broker->slots[broker->slot_of[sym] - 1].qty : 0;
		if (h->qty != theirs)
			wrong += lament("position", h->qty, theirs);
	}
	return wrong;
}

/* Nothing that a death and a start have done may look like somebody else's doing. */
static int find_strangers(void *ctx, const struct record *record)
{
	static const enum note notes[] = {NOTE_UNKNOWN_ORDER, NOTE_UNKNOWN_FILL, NOTE_FOREIGN,
					  NOTE_DIFFERENCE,    NOTE_UNEXPLAINED,  NOTE_UNPROTECTED};

	for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
		if (record->note.note == notes[i])
			*(int *)ctx += lament(note_rows[notes[i]].name, record->note.at_ms, record->note.a);
	return 0;
}

/* Closes everything, waits for it, and counts the money. */
static int settle_accounts(ms_t now_ms)
{
	struct event end = {
		.kind = EVENT_COMMAND, .sym = SYM_NONE, .at_ms = now_ms, .command.verb = COMMAND_END};
	struct sim_broker *broker = &stand->live.accounts.broker;
	money_t net = 0;
	int wrong = compare_positions();

	world_tell(&stand->live.world, &end);
	for (ms_t next; (next = live_world_next_ms(&stand->live)) <= now_ms + 5 * SECOND_MS;)
		live_world_due(&stand->live, next);
	for (int64_t i = 0; i < broker->slot_count; i++)
		wrong += broker->slots[i].qty != 0 ? lament("not closed", i, broker->slots[i].qty) : 0;
	assert_int_equal(journal_each(&stand->live.journal.journal, RECORD_TRADE,
				      &(struct journal_query){.sym = SYM_NONE}, add_net, &net),
			 0);
	assert_int_equal(journal_each(&stand->live.journal.journal, RECORD_NOTE,
				      &(struct journal_query){.sym = SYM_NONE}, find_strangers, &wrong),
			 0);
	if (net != broker->wallet - broker->setup.balance)
		wrong += lament("result", net, broker->wallet - broker->setup.balance);
	if (sim_broker_check(broker) != 0)
		wrong += lament("books", 1, 0);
	return wrong;
}

static void live_once(const char *dir, ms_t down_ms)
{
	int fd = open_time(dir);
	ms_t now_ms = read_time(fd);
	char error[512] = "";

	log_set_output(fopen("/dev/null", "w"), false);
	stand_make(DAYS);
	rmdir(stand->dir);
	strcpy(stand->dir, dir);
	if (now_ms > START_MS)
		now_ms += down_ms;
	for (ms_t next; (next = sim_market_ops.next_ms(&stand->venue.market_exchange)) <= now_ms;)
		venue_step(&stand->venue, next);
	if (stand_open_live(now_ms, error, sizeof error) != 0) {
		fprintf(stderr, "open: %s\n", error);
		_exit(1);
	}
	stand->live.world.sink.commit = deadly_commit;
	stand_begin(now_ms);
	stand_settle(now_ms);
	while (stand_step()) {
		now_ms = stand->live.world.now_ms;
		assert_int_equal(pwrite(fd, &now_ms, sizeof now_ms, 0), sizeof now_ms);
	}
	_exit(settle_accounts(now_ms) == 0 ? 0 : 2);
}

/* True if the child finished, false if it was killed. */
static bool child(const char *dir, struct death when, ms_t down_ms)
{
	int status;

	fflush(NULL);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		death = when;
		live_once(dir, down_ms);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		return false;
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	return true;
}

static void remove_dir(const char *dir)
{
	static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm", "paper.bin",
					    "at"};
	char path[256];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

static void account_and_journal_agree_after_any_number_of_deaths(void **state)
{
	struct random random;
	int killed = 0;

	(void)state;
	random_seed(&random, 21);
	for (int trial = 0; trial < 12; trial++) {
		char dir[] = "/tmp/tradebotd-paper-XXXXXX";
		assert_non_null(mkdtemp(dir));
		for (int life = 0; life < 5; life++) {
			struct death when = {life == 4 ? 0 : 1 + (int64_t)random_below(&random, 120),
					     (enum point)random_below(&random, POINT_COUNT)};
			ms_t down_ms = (ms_t)random_below(&random, 4) == 0
					       ? (ms_t)random_below(&random, 3 * HOUR_MS)
					       : (ms_t)random_below(&random, 3 * SECOND_MS);
			if (child(dir, when, down_ms))
				break;
			killed++;
		}
		remove_dir(dir);
	}
	assert_true(killed > 24);
}

static void a_paper_account_without_its_file_is_refused(void **state)
{
	char error[512] = "", path[128];

	(void)state;
	stand_make(1);
	assert_int_equal(stand_open_live(START_MS - 1, error, sizeof error), 0);
	stand_begin(START_MS - 1);
	stand_settle(START_MS - 1);
	live_world_close(&stand->live);
	snprintf(path, sizeof path, "%s/paper.bin", stand->dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(stand_open_live(START_MS, error, sizeof error), TB_EREFUSED);
	assert_non_null(strstr(error, "paper.bin is missing"));
	live_world_close(&stand->live);
	stand_remove();
}

static void other_weather_is_refused_and_another_latency_is_taken(void **state)
{
	char error[512] = "";

	(void)state;
	stand_make(1);
	assert_int_equal(stand_open_live(START_MS - 1, error, sizeof error), 0);
	stand_begin(START_MS - 1);
	stand_settle(START_MS - 1);
	live_world_close(&stand->live);
	stand->config.sim.latency_ms = 700;
	assert_int_equal(stand_open_live(START_MS, error, sizeof error), 0);
	assert_true(stand->live.resumed);
	assert_int_equal(stand->live.accounts.broker.setup.latency_ms, 700);
	live_world_close(&stand->live);
	strcpy(stand->config.sim.weather, "storm");
	assert_int_equal(stand_open_live(START_MS, error, sizeof error), TB_EREFUSED);
	assert_non_null(strstr(error, "SIM_WEATHER"));
	live_world_close(&stand->live);
	stand_remove();
}

static size_t copy_file(const char *from, const char *to)
{
	static char bytes[1 << 21];
	FILE *in = fopen(from, "r"), *out = fopen(to, "w");

	assert_non_null(in);
	assert_non_null(out);
	size_t n = fread(bytes, 1, sizeof bytes, in);
	assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(in), fclose(out);
	return n;
}

/* After a power cut the journal may be turns ahead of the account: then lists are compared, and nothing is
 * sent twice. */
static void an_account_from_before_the_last_turns_is_found_out(void **state)
{
	char error[512] = "", path[128], kept[128];

	(void)state;
	stand_make(2);
	snprintf(path, sizeof path, "%s/paper.bin", stand->dir);
	snprintf(kept, sizeof kept, "%s/at", stand->dir);
	assert_int_equal(stand_open_live(START_MS - 1, error, sizeof error), 0);
	stand_begin(START_MS - 1);
	stand_settle(START_MS - 1);
	assert_true(copy_file(path, kept) > 0);
	int64_t turn = stand->live.world.turn;
	while (stand->live.accounts.broker.executions == 0 && stand_step())
		continue;
	assert_true(stand->live.accounts.broker.executions > 0);
	assert_true(stand->live.world.turn > turn + 2);
	ms_t now_ms = stand->live.world.now_ms;
	live_world_close(&stand->live);
	assert_true(copy_file(kept, path) > 0);
	unlink(kept);

	assert_int_equal(stand_open_live(now_ms, error, sizeof error), 0);
	assert_true(stand->live.lost_account);
	assert_int_equal(stand->live.accounts.broker.arrival_count, 0);
	stand_begin(now_ms);
	stand_settle(now_ms);
	for (ms_t until_ms = now_ms + 5 * MINUTE_MS; stand->live.world.now_ms < until_ms && stand_step();)
		continue;
	assert_int_equal(compare_positions(), 0); /* ours is gone: booked as closed elsewhere */
	assert_int_equal(sim_broker_check(&stand->live.accounts.broker), 0);
	live_world_close(&stand->live);
	stand_remove();
}

static void a_new_listing_before_ours_moves_the_account_along(void **state)
{
	char error[512] = "";

	(void)state;
	stand_make(2);
	assert_int_equal(stand_open_live(START_MS - 1, error, sizeof error), 0);
	stand_begin(START_MS - 1);
	stand_settle(START_MS - 1);
	struct sim_broker *broker = &stand->live.accounts.broker;
	size_t held = 0;
	while (held == 0 && stand_step()) {
		for (int64_t i = 0; i < broker->slot_count; i++)
			held += broker->slots[i].qty > 0;
	}
	assert_true(held > 0);
	money_t equity = sim_broker_equity(broker);
	ms_t now_ms = stand->live.world.now_ms;
	live_world_close(&stand->live);

	struct universe *listing = &stand->venue.listing;
	memmove(listing->at + 1, listing->at, listing->count * sizeof listing->at[0]);
	strcpy(listing->at[0].name, "AAA/USDT:USDT");
	listing->count++;
	listing->at[2].tick = (struct grid){listing->at[2].tick.step * 2, listing->at[2].tick.decimals};
	assert_int_equal(instrument_settle(&listing->at[2]), 0);
	assert_int_equal(stand_open_live(now_ms, error, sizeof error), 0);
	assert_int_equal(stand->live.merge.changed, 1);
	assert_int_equal(stand->live.universe.at[2].generation, 1);
	money_t now = sim_broker_equity(broker), off = now > equity ? now - equity : equity - now;
	assert_true(off < MONEY_ONE); /* marks are whole ticks */
	stand->venue.deaf = true;
	stand_begin(now_ms);
	stand_settle(now_ms);
	assert_int_equal(compare_positions(), 0);
	live_world_close(&stand->live);
	stand_remove();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(account_and_journal_agree_after_any_number_of_deaths),
		cmocka_unit_test(a_paper_account_without_its_file_is_refused),
		cmocka_unit_test(other_weather_is_refused_and_another_latency_is_taken),
		cmocka_unit_test(an_account_from_before_the_last_turns_is_found_out),
		cmocka_unit_test(a_new_listing_before_ours_moves_the_account_along),
	};
	log_set_output(fopen("/dev/null", "w"), false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
