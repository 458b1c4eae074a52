/* SPDX-License-Identifier: MIT
 * What time it is. One of two clocks, chosen at start:
 *
 * The system's: UTC that never runs backwards. It is the wall clock at the start plus what the monotonic
 * clock has counted since, so that neither a step of the wall clock nor a leap second makes a wait end early
 * or never. Once a minute it is compared with the wall clock: behind by more than CLOCK_STEP_MS it jumps
 * forward (a machine that slept), ahead of it it runs at nine tenths until the two agree. How far it is from
 * the exchange's clock is the codec's to say.
 *
 * A stepped one, at a Unix socket: for an emulated exchange that lives faster than real time. The process
 * tells when it has nothing left to do and is told what time it is then; docs/exchanges.md has the protocol.
 */
#ifndef IO_CLOCK_H
#define IO_CLOCK_H

#include "tradebot/exchange.h"

#define CLOCK_STEP_MS    500
#define CLOCK_COMPARE_MS 60000
#define CLOCK_TELL_MS    30000 /* so long the first time of a stepped clock is waited for */

struct clock {
	int fd;              /* of a stepped one; -1: the system's */
	ms_t now_ms;         /* stepped: as last told; system's: as last read */
	ms_t base_ms;        /* UTC = base + monotonic */
	ms_t compared_ms;    /* monotonic, of the last comparison with the wall clock */
	ms_t slow_from_ms;   /* monotonic, since when it runs slowly; 0: it does not */
	ms_t jumped_ms;      /* of the last comparison: > 0 jumped forward, < 0 so far ahead; 0: neither */
	int64_t told_frames; /* stepped: so many stream messages had been sent to us when the time was told;
			      less than before: some were lost with a connection */
	size_t partial;      /* stepped: bytes of an unfinished line */
	char line[96];
};

/* path NULL or "": the system's clock. 0, or TB_EIO with a text. Stepped: waits for the first time to be
 * told. */
int clock_open(struct clock *clock, const char *path, char *error, size_t size);
void clock_close(struct clock *clock);

static inline bool clock_is_stepped(const struct clock *clock)
{
	return clock->fd >= 0;
}

/* UTC now. Stepped: as last told. Never less than the time before. */
ms_t clock_now(struct clock *clock);

/* Stepped only. "Nothing is left to do before due_ms" (NEVER_MS: at all), and how many requests and stream
 * messages have been sent and stream messages heard so far. 0 or TB_EIO. */
int clock_idle(struct clock *clock, ms_t due_ms, int64_t sent, int64_t heard);
/* Stepped only: takes what has been told, without waiting. 1: a time was told, 0: not yet, TB_EIO: its teller
 * is gone, or tells what cannot be (time that runs back). */
int clock_take(struct clock *clock);

/* How long until due_ms in real milliseconds, rounded up; 0 if it has come. System's clock only. */
ms_t clock_wait_ms(struct clock *clock, ms_t due_ms);

/* The system's clock without the system: starts it with, or reads it at, these two readings. Pure.
 * monotonic_ms > 0 and never less than before; wall_ms may be anything. */
void clock_begin(struct clock *clock, ms_t wall_ms, ms_t monotonic_ms);
ms_t clock_read(struct clock *clock, ms_t wall_ms, ms_t monotonic_ms);

#endif
