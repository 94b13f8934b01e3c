// SPDX-License-Identifier: Apache-2.0
// Shared by the BIFs of distribution: those that a controller calls (bif_dist.c) and what a signal that came from
// another node does here (bif_dist_signal.c).
#ifndef BIF_BIF_DIST_H
#define BIF_BIF_DIST_H

#include "process/node.h"

// Does what a control message of n says; message is what follows it, or NV. False: it is damaged, nothing was done.
bool dist_perform(struct node *n, term control, term message);
term dist_spawn(struct process *remote, term mfa, term args, term options, term leader, struct kept *ref, u32 *flags);
term dist_monitor_nodes(struct process *p, term options, term on); // process_flag's answer

#endif
