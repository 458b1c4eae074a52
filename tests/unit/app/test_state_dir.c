/* SPDX-License-Identifier: MIT
 * One daemon on one state folder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state_dir.h"

static char top[64], dir[128];

static int make_top(void **state)
{
	(void)state;
	snprintf(top, sizeof(top), "/tmp/state-test-XXXXXX");
	if (!mkdtemp(top))
		return -1;
	snprintf(dir, sizeof(dir), "%s/a/b", top);
	return 0;
}
static int remove_top(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof(command), "rm -rf '%s'", top);
	return system(command);
}

static void the_second_daemon_is_refused_with_the_pid_of_the_first(void **state)
{
	(void)state;
	char error[256], pid[32];
	int fd = state_lock(dir, error, sizeof(error));
	assert_true(fd >= 0);
	assert_int_equal(state_lock(dir, error, sizeof(error)), TB_EREFUSED);
	snprintf(pid, sizeof(pid), "pid %ld", (long)getpid());
	assert_non_null(strstr(error, pid));
	close(fd);
	fd = state_lock(dir, error, sizeof(error));
	assert_true(fd >= 0);
	close(fd);
}

static void folders_are_made_for_their_owner_alone(void **state)
{
	(void)state;
	char error[256];
	struct stat info;
	mode_t before = umask(0);
	int fd = state_lock(dir, error, sizeof(error));
	umask(before);
	assert_true(fd >= 0);
	assert_int_equal(stat(dir, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	close(fd);
}

static void a_killed_daemon_leaves_no_lock(void **state)
{
	(void)state;
	char error[256];
	int ready[2], status;
	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		int held = state_lock(dir, error, sizeof(error));
		if (held < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	char byte;
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(state_lock(dir, error, sizeof(error)), TB_EREFUSED);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	int fd = state_lock(dir, error, sizeof(error));
	assert_true(fd >= 0);
	close(fd);
	close(ready[0]);
	close(ready[1]);
}

static void a_folder_that_cannot_be_made_is_told_with_its_path(void **state)
{
	(void)state;
	char error[256], path[256];
	snprintf(path, sizeof(path), "%s/file", top);
	fclose(fopen(path, "w"));
	snprintf(path, sizeof(path), "%s/file/state", top);
	assert_int_equal(state_lock(path, error, sizeof(error)), TB_EIO);
	assert_non_null(strstr(error, path));
	assert_int_equal(state_lock("", error, sizeof(error)), TB_EIO);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_top, remove_top)
	const struct CMUnitTest tests[] = {
		TEST(the_second_daemon_is_refused_with_the_pid_of_the_first),
		TEST(folders_are_made_for_their_owner_alone),
		TEST(a_killed_daemon_leaves_no_lock),
		TEST(a_folder_that_cannot_be_made_is_told_with_its_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
