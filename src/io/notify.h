/* SPDX-License-Identifier: MIT
 * What systemd is told, by its own protocol (man sd_notify): a datagram to the socket that NOTIFY_SOCKET
 * names. Without one, nothing is said. A datagram that is lost is not missed. */
#ifndef IO_NOTIFY_H
#define IO_NOTIFY_H

#include "tradebot/units.h"

struct notify {
	int fd;           /* -1: nobody listens */
	ms_t watchdog_ms; /* to be told alive so often at least (half of it is a good habit); 0: no watchdog
			   */
};

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. False: there is a socket and it cannot be used. */
bool notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* status: for people, one line; "" for none. */
void notify_ready(const struct notify *notify, const char *status);
void notify_status(const struct notify *notify, const char *status);
void notify_reloading(const struct notify *notify); /* READY follows when it is done */
void notify_stopping(const struct notify *notify, const char *status);
void notify_alive(const struct notify *notify); /* feeds the watchdog */

#endif
