/* SPDX-License-Identifier: MIT
 * The version the build was told. */
#include "version.h"

const char *app_version(void)
{
	return TB_VERSION;
}
