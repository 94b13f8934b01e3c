// SPDX-License-Identifier: Apache-2.0
// Shared by the BIFs of distribution: those that a distribution controller calls (bif_dist.c), and what signals from
// other nodes do here (bif_dist_signal.c).
#ifndef BIF_BIF_DIST_H
#define BIF_BIF_DIST_H

#include "process/node.h"

// Performs the control message that came from n; message is the term behind it, or NV. False: it is malformed, and
// nothing was done.
bool dist_perform(struct node *n, term control, term message);
term dist_spawn(struct process *remote, term mfa, term args, term options, term leader, struct kept *ref, u32 *flags);
term dist_monitor_nodes(struct process *p, term options, term on); // returns what process_flag returns

#endif
