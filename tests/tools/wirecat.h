/* SPDX-License-Identifier: MIT
 * What the two halves of wirecat share: market data in wirecat.c, the account in wirecat_private.c. Printers
 * give false where something was not understood; it is told already. */
#ifndef TOOLS_WIRECAT_H
#define TOOLS_WIRECAT_H

#include "bybit_read_private.h"

extern struct bybit_reader reader;

bool fail(const char *why);
void put_symbol(const char *wire);
const char *or_nothing(const char *text); /* NULL for "" */
bool open_reply(const char *text, size_t len, struct bybit_envelope *envelope);
bool open_list(const char *text, size_t len, struct bybit_envelope *envelope, struct bybit_list *list);
bool close_list(const struct bybit_list *list);
bool print_ack(const char *op, bool success, const char *message, const char *request);

bool print_wallet(const char *text, size_t len);
bool print_positions(const char *text, size_t len);
bool print_orders(const char *text, size_t len);
bool print_executions(const char *text, size_t len);
bool print_closed_pnl(const char *text, size_t len);
bool print_ledger(const char *text, size_t len);
bool print_key(const char *text, size_t len);
bool print_account(const char *text, size_t len);
bool print_private_frame(const char *text, size_t len);

#endif
