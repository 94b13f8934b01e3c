// SPDX-License-Identifier: Apache-2.0
// What the other files of code/ need of export.c beyond code.h.
#ifndef CODE_EXPORT_H
#define CODE_EXPORT_H

#include "code/code.h"

void export_init(void); // sets the hooks of term/etf
void export_destroy(void);
void export_undefine(struct export *e); // makes e lead to its stub: that of a BIF, or of an undefined function

#endif
