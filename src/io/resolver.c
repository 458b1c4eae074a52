/* SPDX-License-Identifier: MIT
 * See resolver.h. An answer is smaller than PIPE_BUF, so it arrives whole. */
#include "resolver.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STACK_BYTES (256 << 10)

_Static_assert(sizeof(struct resolver_answer) <= PIPE_BUF, "an answer must be written in one piece");

struct question {
	struct resolver_answer answer;
	resolver_lookup *lookup;
	int fd; /* its own copy of the pipe's end: the resolver may be gone when it is answered */
};

void resolver_ask_system(struct resolver_answer *answer)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct addrinfo *list = NULL;
	int code = getaddrinfo(answer->host, NULL, &hints, &list);

	answer->count = 0;
	snprintf(answer->error, sizeof answer->error, "%s", code != 0 ? gai_strerror(code) : "no address");
	for (const struct addrinfo *a = list; a != NULL && answer->count < RESOLVER_ADDRESSES_MAX;
	     a = a->ai_next)
		if (getnameinfo(a->ai_addr, a->ai_addrlen, answer->at[answer->count], RESOLVER_ADDRESS_MAX,
				NULL, 0, NI_NUMERICHOST) == 0)
			answer->count++;
	if (list != NULL)
		freeaddrinfo(list);
}

static void *ask(void *ctx)
{
	struct question *question = ctx;

	question->lookup(&question->answer);
	/* Nobody may be there to read it any more; that is all right. */
	if (write(question->fd, &question->answer, sizeof question->answer) < 0)
		question->answer.count = 0;
	close(question->fd);
	free(question);
	return NULL;
}

static bool begin(struct resolver *resolver, struct resolver_host *host)
{
	struct question *question;
	pthread_attr_t attributes;
	pthread_t thread;

	if (resolver->threads >= RESOLVER_THREADS_MAX || (question = calloc(1, sizeof *question)) == NULL)
		return false;
	memcpy(question->answer.host, host->answer.host, URL_HOST_MAX);
	question->lookup = resolver->lookup;
	question->fd = fcntl(resolver->pipe[1], F_DUPFD_CLOEXEC, 0);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	bool begun = question->fd >= 0 && pthread_create(&thread, &attributes, ask, question) == 0;
	pthread_attr_destroy(&attributes);
	if (!begun) {
		if (question->fd >= 0)
			close(question->fd);
		free(question);
		return false;
	}
	resolver->threads++;
	host->asked = true;
	host->asked_us = loop_us();
	return true;
}

static struct resolver_host *host_of(struct resolver *resolver, const char *name)
{
	for (size_t i = 0; i < resolver->count; i++)
		if (strcmp(resolver->hosts[i].answer.host, name) == 0)
			return &resolver->hosts[i];
	return NULL;
}

static void on_pipe(void *ctx, int fd, unsigned events)
{
	struct resolver *resolver = ctx;
	struct resolver_answer answer;
	bool any = false;

	(void)events;
	while (read(fd, &answer, sizeof answer) == sizeof answer) {
		struct resolver_host *host = host_of(resolver, answer.host);
		resolver->threads--;
		any = true;
		host->asked = false;
		host->answered_us = loop_us();
		if (answer.count > 0 || host->answer.count == 0) /* what was known is not forgotten */
			host->answer = answer;
	}
	if (any)
		resolver->on_answer(resolver->ctx);
}

enum resolver_known resolver_find(struct resolver *resolver, const char *name, bool again,
				  const struct resolver_answer **answer)
{
	static const struct resolver_answer full = {.error = "too many names"};
	struct resolver_host *host = host_of(resolver, name);
	bool fresh = host == NULL;
	int64_t now_us = loop_us();

	*answer = &full;
	if (host == NULL) {
		if (resolver->count == RESOLVER_HOSTS_MAX || strlen(name) >= URL_HOST_MAX)
			return RESOLVER_FAILED;
		host = &resolver->hosts[resolver->count++];
		*host = (struct resolver_host){0};
		memcpy(host->answer.host, name, strlen(name) + 1);
	}
	*answer = &host->answer;
	if (host->asked && now_us - host->asked_us > RESOLVER_LOST_MS * 1000)
		host->asked = false;

	bool stale = host->answer.count > 0 && now_us - host->answered_us > RESOLVER_FRESH_MS * 1000;
	if (!host->asked && (stale || (host->answer.count == 0 && (fresh || again))) &&
	    !begin(resolver, host) && host->answer.count == 0)
		snprintf(host->answer.error, sizeof host->answer.error, "too many names are being asked for");
	if (host->answer.count > 0)
		return RESOLVER_KNOWN;
	return host->asked ? RESOLVER_ASKED : RESOLVER_FAILED;
}

int resolver_open(struct resolver *resolver, struct loop *loop, resolver_lookup *lookup,
		  void (*on_answer)(void *), void *ctx)
{
	*resolver = (struct resolver){
		.loop = loop, .lookup = lookup, .on_answer = on_answer, .ctx = ctx, .pipe = {-1, -1}};
	if (pipe2(resolver->pipe, O_CLOEXEC | O_NONBLOCK) != 0 ||
	    loop_add(loop, resolver->pipe[0], LOOP_READ, on_pipe, resolver) != 0) {
		resolver_close(resolver);
		return TB_EIO;
	}
	return 0;
}

void resolver_close(struct resolver *resolver)
{
	for (size_t i = 0; i < 2; i++) {
		if (resolver->pipe[i] >= 0) {
			loop_drop(resolver->loop, resolver->pipe[i]);
			close(resolver->pipe[i]);
		}
		resolver->pipe[i] = -1;
	}
}
