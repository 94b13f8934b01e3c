// SPDX-License-Identifier: Apache-2.0
// What processes keep alive although it is not theirs: retired literals and old code.
#ifndef BIF_BIF_KEEP_H
#define BIF_BIF_KEEP_H

#include "process/process.h"
#include "process/signal.h"

// Whether p would run or call code of the old version of a module. Literals of that version do not count, because they
// outlive their code (memory/retire.h).
bool keep_process_uses_old(struct process *p, term module);
// How many processes run the old version of a module. The running process is counted separately, because nothing kills
// it.
struct old_users {
  u32 found;
  bool self;
};
struct old_users keep_users_of_old(term module);
// Kills at once all of those except the running process. The killer is the process with that pid; NV: the host.
struct old_users keep_kill_users_of_old(term module, term killer, enum exit_cause cause);
void keep_purge_old(term module); // drops the old version, which no process runs any more
void keep_sweep_when_due(void);   // frees retired literals that nobody refers to, when many wait
void keep_close(void);            // frees persistent terms and everything retired
void persistent_term_close(void);

#endif
