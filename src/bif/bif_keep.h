// SPDX-License-Identifier: Apache-2.0
// What processes keep alive that is not theirs: literals that were retired, code that is old.
#ifndef BIF_BIF_KEEP_H
#define BIF_BIF_KEEP_H

#include "process/process.h"

// Whether p would run or call code of the old version of a module. Does not count literals of it:
// those outlive their code (memory/retire.h).
bool keep_process_uses_old(struct process *p, term module);
void keep_sweep_when_due(void);    // frees retired literals nobody refers to, when many wait
void keep_close(void);             // persistent terms and everything retired
void persistent_term_close(void);

#endif
