// SPDX-License-Identifier: Apache-2.0
// The mailbox of a process: a list of messages, each in a heap fragment of its own until it is received,
// a save pointer for selective receive, and receive markers (a receive that can only match messages sent
// after a reference was made starts there). The collector does not look into it, except for a message
// that is being matched while a collection runs (mailbox_pin).
#ifndef PROCESS_MAILBOX_H
#define PROCESS_MAILBOX_H

#include "term/heap.h"

struct process;
struct message {
  struct message *next;
  term value;             // NV in a marker entry
  struct frag *frag;      // NULL when value is immediate or a literal, or already merged into the heap
  term *offheap;          // counted objects in frag
  u64 marker;             // for marker entries: their id
  bool pinned;            // frag already belongs to the heap: value is a root
};
struct mailbox {
  struct message *first, **last;
  struct message **save;  // next message to look at
  u32 length;             // messages, markers not counted
  u32 pinned;             // number of pinned messages
  void *markers;          // struct marker *
};
void mailbox_init(struct mailbox *m);
void mailbox_clear(struct mailbox *m);                       // drops everything
void mailbox_append(struct process *p, struct message *msg); // takes msg
struct message *mailbox_peek(struct process *p);             // message at the save pointer, or NULL at the end (skips markers)
void mailbox_next(struct process *p);                        // loop_rec_end
void mailbox_remove(struct process *p);                      // remove_message: the peeked message now belongs to the running heap
void mailbox_reset(struct process *p);                       // next receive looks from the start (timeout)
// Receive markers (recv_marker_reserve, _bind, _clear, _use).
term mailbox_marker_reserve(struct process *p);              // marker id as a small, or undefined atom
void mailbox_marker_bind(struct process *p, term marker, term ref);
void mailbox_marker_clear(struct process *p, term ref);
void mailbox_marker_use(struct process *p, term ref);        // save pointer to the marker of ref, if any

#endif
