// SPDX-License-Identifier: Apache-2.0
// The mailbox of a process: a list of messages, a save pointer for selective receive, and receive markers
// (a receive that can only match messages sent after a reference was made starts there). A message lies
// in a heap fragment of its own until it is received, or, if it is small, from the start on the
// receiver's heap: then it is pinned, a root of collections.
#ifndef PROCESS_MAILBOX_H
#define PROCESS_MAILBOX_H

#include "term/heap.h"

struct process;
struct message {
  struct message *next;
  term value;             // NV in a marker entry
  struct frag *frag;      // NULL when value is immediate, a literal or pinned
  term *offheap;          // counted objects in frag
  struct message *pin_next; // pinned messages of the mailbox
  bool pinned;            // value lies on the process's heap: a root
};
enum { MAILBOX_PINS = 16, MAILBOX_PIN_WORDS = 64, MAILBOX_MARKERS = 8 };
struct marker;
struct mailbox {
  struct message *first, **last;
  struct message **save;  // next message to look at
  struct message **priority; // behind the priority messages, which come first
  struct message **resume;   // while priority messages that came in between are looked at: where to go on. NULL: not so
  u32 length;             // messages, markers not counted
  u32 pinned;             // number of pinned messages, at most MAILBOX_PINS
  struct message *pins;
  struct marker *markers; // newest first
};
void mailbox_init(struct mailbox *m);
bool mailbox_clear(struct process *p, u32 *units);           // drops everything, *units messages at most; true: empty
// Takes msg, which is received behind the signals that p has not received yet.
void mailbox_append(struct process *p, struct message *msg);
void mailbox_keep(struct process *p, struct message *msg);   // it belongs to p, but is not in the mailbox yet
void mailbox_put(struct process *p, struct message *msg);    // it is received: wakes p
void mailbox_put_priority(struct process *p, struct message *msg); // the same, before all that are not priority messages
void mailbox_drop(struct process *p, struct message *msg);   // kept, it is not received after all
struct message *mailbox_peek(struct process *p);             // message at the save pointer, or NULL at the end (skips markers)
u64 mailbox_words(const struct process *p);                  // of the fragments of messages not received
void mailbox_next(struct process *p);                        // loop_rec_end
void mailbox_remove(struct process *p);                      // remove_message: the peeked message now belongs to the running heap; ends the receive timer
void mailbox_reset(struct process *p);                       // next receive looks from the start (timeout)
void mailbox_delete(struct process *p, struct message *msg); // takes a message out, wherever it is, and frees it
bool mailbox_attach(struct process *p);                      // before a collection: the message being matched becomes part of the heap. False: no memory
// Takes out and frees the first message that is a 5-tuple with ref in the second place (demonitor's flush).
bool mailbox_flush_down(struct process *p, term ref);

// Building a message: open, build in d.heap, close, append. words is the exact need.
struct draft { struct heap *heap; struct frag *frag; struct heap own; bool pinned; };
MUST_USE bool draft_open(struct draft *d, struct process *to, size_t words);   // false: no memory
MUST_USE struct message *draft_close(struct draft *d, term value);             // NULL: no memory, all given back

// Receive markers (recv_marker_reserve, _bind, _clear, _use).
term mailbox_marker_reserve(struct process *p);              // marker id as a small, or undefined atom
void mailbox_marker_bind(struct process *p, term marker, term ref);
void mailbox_marker_clear(struct process *p, term ref);
void mailbox_marker_use(struct process *p, term ref);        // save pointer to the marker of ref, if any

#endif
