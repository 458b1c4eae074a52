/* SPDX-License-Identifier: MIT
 * What `doctor` sees without the network. It changes nothing. */
#include "doctor.h"

#include "control_ask.h"
#include "journal.h"
#include "show.h"
#include "state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#define MIB        (1024LL * 1024)
#define DISK_LEAST (50 * MIB)
#define DISK_WARN  (500 * MIB)
#define OTHERS     (S_IRWXG | S_IRWXO)

static void look_at_settings(struct doctor *d)
{
	const struct config *config = d->config;
	struct stat status;

	for (size_t i = 0; i < config->warning_count; i++)
		doctor_say(d, DOCTOR_WARN, "settings", "correct or remove it", "%.250s", config->warnings[i]);
	doctor_say(d, DOCTOR_OK, "settings", "", "%s%s%s%s%s", config->exchange,
		   config->ini_path[0] != '\0' ? ", " : "", config->ini_path,
		   config->env_path[0] != '\0' ? ", " : "", config->env_path);
	if (config->env_path[0] == '\0' || stat(config->env_path, &status) != 0)
		return;
	if ((status.st_mode & OTHERS) != 0)
		doctor_say(d, DOCTOR_WARN, "keys", "chmod 600 it before a key stands in it",
			   "%.200s can be read by others (mode %04o)", config->env_path,
			   (unsigned)(status.st_mode & 07777));
	else
		doctor_say(d, DOCTOR_OK, "keys", "", "%.200s is its owner's alone", config->env_path);
}

static bool look_at_folder(struct doctor *d)
{
	const char *dir = d->config->state;
	struct stat status;

	if (stat(dir, &status) != 0) {
		if (errno == ENOENT)
			doctor_say(d, DOCTOR_OK, "state folder", "", "%.200s is not there yet; run makes it",
				   dir);
		else
			doctor_say(d, DOCTOR_FAIL, "state folder", "give this user access to it",
				   "%.200s: %s", dir, strerror(errno));
		return false;
	}
	if (!S_ISDIR(status.st_mode) || access(dir, R_OK | W_OK | X_OK) != 0) {
		doctor_say(d, DOCTOR_FAIL, "state folder", "chown it to the user that runs the daemon",
			   "%.200s cannot be written by this user", dir);
		return false;
	}
	if ((status.st_mode & OTHERS) != 0)
		doctor_say(d, DOCTOR_WARN, "state folder", "chmod 700 it",
			   "%.200s is open to others (mode %04o)", dir, (unsigned)(status.st_mode & 07777));
	else
		doctor_say(d, DOCTOR_OK, "state folder", "", "%.200s", dir);
	return true;
}

/* Who holds it is told by the lock, whether he is well by his answer. */
static void look_at_daemon(struct doctor *d)
{
	char path[STATE_PATH_MAX];
	struct control_answer answer;
	bool ready = false;
	int fd = state_path(d->config->state, STATE_LOCK_FILE, path) == 0 ? open(path, O_RDWR | O_CLOEXEC)
									  : -1;
	bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0;

	if (fd >= 0)
		close(fd);
	if (!held) {
		doctor_say(d, DOCTOR_OK, "daemon", "", "none runs on this state folder");
		return;
	}
	int err = control_ask(d->config->state, "status", &answer);
	json_bool(json_member(answer.answer, "ready"), &ready);
	if (err == 0 && ready)
		doctor_say(d, DOCTOR_OK, "daemon", "", "one runs on this state folder and is ready");
	else if (err == 0 || err == TB_EREFUSED)
		doctor_say(d, DOCTOR_WARN, "daemon", "its log says what it waits for",
			   "one runs on this state folder and is not ready: %s",
			   err == 0 ? "it warms up" : answer.error);
	else
		doctor_say(d, DOCTOR_WARN, "daemon",
			   "a simulation has no control socket; else look at its log",
			   "one runs on this state folder and does not answer");
	control_answer_free(&answer);
}

static int take_equity(void *ctx, const struct record *record)
{
	struct doctor *d = ctx;

	if (record->kind == RECORD_EQUITY)
		d->equity = record->equity.equity;
	else
		d->stage = record->stage.stage, d->stage_known = true;
	return 0;
}

/* What risk state is of another account says nothing about this one. Which of an exchange's accounts it is is
 * not known yet. */
static bool is_of_mode(struct doctor *d, const char *mode)
{
	char wanted[128];

	if (!live_mode_has_account(d->mode))
		return true;
	live_mode_journal(d->mode, d->config, "", wanted, sizeof wanted);
	if (strncmp(mode, wanted, strlen(wanted)) == 0)
		return true;
	doctor_say(d, DOCTOR_WARN, "journal",
		   "with this key run wants a --state folder of its own; --paper looks without the account",
		   "it is of %.60s, the key is of %s", mode, wanted);
	return false;
}

static void look_at_journal(struct doctor *d)
{
	static const struct journal_query newest = {.sym = SYM_NONE, .newest = 1};
	char path[STATE_PATH_MAX], at[SHOW_MAX];
	struct universe *universe = calloc(1, sizeof *universe);
	struct journal journal;
	struct journal_error error;

	if (universe == NULL || state_path(d->config->state, STATE_JOURNAL_FILE, path) != 0) {
		free(universe);
		return;
	}
	int err = journal_open_read(&journal, path, universe, &error);
	if (err == TB_ENOENT) {
		doctor_say(d, DOCTOR_OK, "journal", "", "there is none yet");
	} else if (err != 0) {
		doctor_say(d, DOCTOR_FAIL, "journal", "the text says what it takes", "%.280s", error.text);
	} else {
		show_time(journal.turn_ms, at);
		if (journal_check(&journal, path) != 0)
			doctor_say(d, DOCTOR_FAIL, "journal", "restore a copy, or start with another --state",
				   "%.280s", journal.error.text);
		else
			doctor_say(d, DOCTOR_OK, "journal", "", "whole; mode %s, turn %lld at %s UTC",
				   journal.mode, (long long)journal.turn, at);
		if (is_of_mode(d, journal.mode)) {
			journal_each(&journal, RECORD_EQUITY, &newest, take_equity, d);
			journal_each(&journal, RECORD_STAGE, &newest, take_equity, d);
		}
		journal_close(&journal);
	}
	free(universe);
}

static void look_at_disk(struct doctor *d)
{
	struct statvfs disk;
	const char *dir = d->config->state;

	if (statvfs(dir, &disk) != 0 && statvfs(".", &disk) != 0)
		return;
	int64_t left = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
	enum doctor_verdict verdict = left < DISK_LEAST  ? DOCTOR_FAIL
				      : left < DISK_WARN ? DOCTOR_WARN
							 : DOCTOR_OK;
	doctor_say(d, verdict, "disk", verdict == DOCTOR_OK ? "" : "make room: without it nothing is opened",
		   "%lld MiB are free for the journal", (long long)(left / MIB));
}

static void look_at_clock(struct doctor *d)
{
	struct timex status = {0};
	int state = adjtimex(&status);

	if (state < 0 || state == TIME_ERROR || (status.status & STA_UNSYNC) != 0)
		doctor_say(d, DOCTOR_WARN, "clock", "timedatectl set-ntp true, or install chrony",
			   "nothing says that this machine's clock is kept right");
	else
		doctor_say(d, DOCTOR_OK, "clock", "", "this machine's clock is kept right");
}

void doctor_look_local(struct doctor *d)
{
	d->equity = d->config->sim.balance;
	d->stage = RATIO_ONE;
	look_at_settings(d);
	if (look_at_folder(d)) {
		look_at_daemon(d);
		look_at_journal(d);
	}
	if (d->mode == LIVE_REAL && !d->stage_known)
		d->stage = RATIO_ONE / 20; /* where real money begins */
	look_at_disk(d);
	look_at_clock(d);
}
