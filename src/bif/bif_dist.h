// SPDX-License-Identifier: Apache-2.0
// Shared by the BIFs of distribution: those that a controller calls (bif_dist.c) and what a signal that came from
// another node does here (bif_dist_signal.c).
#ifndef BIF_BIF_DIST_H
#define BIF_BIF_DIST_H

#include "process/node.h"

enum dist_operation {
  DIST_LINK = 1, DIST_SEND = 2, DIST_EXIT = 3, DIST_UNLINK = 4, DIST_REG_SEND = 6, DIST_GROUP_LEADER = 7, DIST_EXIT2 = 8,
  DIST_SEND_TT = 12, DIST_EXIT_TT = 13, DIST_REG_SEND_TT = 16, DIST_EXIT2_TT = 18, DIST_MONITOR_P = 19, DIST_DEMONITOR_P = 20,
  DIST_MONITOR_P_EXIT = 21, DIST_SPAWN_REQUEST = 29, DIST_SPAWN_REQUEST_TT = 30, DIST_SPAWN_REPLY = 31, DIST_SPAWN_REPLY_TT = 32,
  DIST_ALIAS_SEND = 33, DIST_ALIAS_SEND_TT = 34, DIST_UNLINK_ID = 35, DIST_UNLINK_ID_ACK = 36
};
// Does what a control message of n says; message is what follows it, or NV. False: it is damaged, nothing was done.
bool dist_perform(struct node *n, term control, term message);
term dist_spawn(struct process *remote, term mfa, term args, term options, term leader, struct kept *ref, u32 *flags);
term dist_monitor_nodes(struct process *p, term options, term on); // process_flag's answer

#endif
