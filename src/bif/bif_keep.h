// SPDX-License-Identifier: Apache-2.0
// What processes keep alive that is not theirs: literals that were retired, code that is old.
#ifndef BIF_BIF_KEEP_H
#define BIF_BIF_KEEP_H

#include "process/process.h"
#include "process/signal.h"

// Whether p would run or call code of the old version of a module. Does not count literals of it:
// those outlive their code (memory/retire.h).
bool keep_process_uses_old(struct process *p, term module);
// Who runs the old version of a module. The running process is counted apart: nobody kills it.
struct old_users {
  u32 found;
  bool self;
};
struct old_users keep_users_of_old(term module);
// Those but the running process are killed at once, by the pid killer; NV: by the host.
struct old_users keep_kill_users_of_old(term module, term killer, enum exit_cause cause);
void keep_purge_old(term module); // the old version goes, which no process runs any more
void keep_sweep_when_due(void);   // frees retired literals nobody refers to, when many wait
void keep_close(void);            // persistent terms and everything retired
void persistent_term_close(void);

#endif
