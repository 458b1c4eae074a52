/* SPDX-License-Identifier: MIT
 * `doctor --probe-order`: one order of the smallest size there and back, with its stop, through the gate and
 * the codec that the daemon uses. */
#ifndef TRADEBOT_APP_DOCTOR_PROBE_H
#define TRADEBOT_APP_DOCTOR_PROBE_H

#include "cli.h"
#include "doctor.h"

/* What the command line says of it, before anything is looked at. EXIT_DONE; EXIT_USAGE or EXIT_REFUSED after
 * the reason was written to stderr. */
int doctor_probe_check(const struct cli *cli, const struct config *config);

/* After all looks: doctor has their lines. EXIT_DONE: there, protected, amended and back; EXIT_FAILED: the
 * gate refused, or something went wrong, and a line says what is left at the exchange; EXIT_REFUSED: nothing
 * was sent, because a look failed, a daemon runs on the state folder, or the symbol is in use. */
int doctor_probe(const struct cli *cli, struct doctor *doctor);

#endif
