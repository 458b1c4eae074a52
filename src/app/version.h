/* SPDX-License-Identifier: MIT
 * Which version this is: one text for --version, the journal and the report. */
#ifndef APP_VERSION_H
#define APP_VERSION_H

/* "0.2.0", as the build has it. */
const char *app_version(void);

#endif
