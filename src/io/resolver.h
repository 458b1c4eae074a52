/* SPDX-License-Identifier: MIT
 * Names to addresses, never on the loop's thread: libwebsockets would ask there, and curl would wait there
 * for an answer that it no longer wants. Each question has a thread of its own that returns its answer by
 * value through a pipe and shares nothing, so one that never comes back holds up nobody, the end of the
 * process neither.
 *
 * What was once known is used on, however old, while it is asked again: TLS says whether it is still the
 * right machine. */
#ifndef IO_RESOLVER_H
#define IO_RESOLVER_H

#include "loop.h"
#include "url.h"

#define RESOLVER_HOSTS_MAX     16
#define RESOLVER_ADDRESSES_MAX 6
#define RESOLVER_ADDRESS_MAX   46
#define RESOLVER_FRESH_MS      60000 /* then it is asked again */
#define RESOLVER_LOST_MS       60000 /* a question is given up, and may be asked again */
#define RESOLVER_THREADS_MAX   8

struct resolver_answer {
	char host[URL_HOST_MAX];
	char at[RESOLVER_ADDRESSES_MAX]
	       [RESOLVER_ADDRESS_MAX]; /* as text, IPv4 and IPv6, in the order to be tried */
	uint32_t count;                /* 0: error says why */
	char error[96];
};
/* Fills count and at, or error. Called on threads of their own. */
typedef void resolver_lookup(struct resolver_answer *answer);
resolver_lookup resolver_ask_system;

enum resolver_known { RESOLVER_KNOWN, RESOLVER_ASKED, RESOLVER_FAILED };

struct resolver {
	struct loop *loop;
	resolver_lookup *lookup;
	void (*on_answer)(void *ctx);
	void *ctx;
	int pipe[2];
	unsigned threads;
	struct resolver_host {
		struct resolver_answer answer;
		bool asked;
		int64_t asked_us, answered_us;
	} hosts[RESOLVER_HOSTS_MAX];
	size_t count;
};

/* on_answer: something has been answered; who waits looks again. lookup: resolver_ask_system but in tests.
 * 0 or TB_EIO. */
int resolver_open(struct resolver *resolver, struct loop *loop, resolver_lookup *lookup,
		  void (*on_answer)(void *), void *ctx);
void resolver_close(struct resolver *resolver);

/* What is known of this host; *answer is borrowed until the next call. again: asks once more if the last
 * answer was a failure (for a new wish; who has waited looks without). */
enum resolver_known resolver_find(struct resolver *resolver, const char *host, bool again,
				  const struct resolver_answer **answer);

#endif
