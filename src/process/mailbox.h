// SPDX-License-Identifier: Apache-2.0
// The mailbox of a process: a list of messages, a save pointer for selective receive, and receive markers (a receive
// that can only match messages sent after a reference was made starts at the marker made with the reference). A
// message lies in a heap fragment of its own until it is received. A small one may be built on the receiver's heap
// from the start: then it is pinned, which makes it a root of collections.
#ifndef PROCESS_MAILBOX_H
#define PROCESS_MAILBOX_H

#include "term/heap.h"

struct process;
struct message {
  struct message *next;
  term value;               // NV: the entry is a marker
  struct frag *frag;        // NULL when value is immediate, a literal or pinned
  term *offheap;            // list of the reference-counted objects in frag
  struct message *pin_next; // the list of the mailbox's pinned messages
  bool pinned;              // value lies on the process's heap and is a root
};
enum { MAILBOX_PINS = 16, MAILBOX_PIN_WORDS = 64, MAILBOX_MARKERS = 8 };
struct marker;
struct mailbox {
  struct message *first, **last;
  struct message **save;     // next message to look at
  struct message **priority; // the link behind the last priority message; these come before all others
  // Where the receive goes on when it has looked at priority messages that came in before save; NULL: there are none.
  struct message **resume;
  u32 length; // number of messages, without markers
  u32 pinned; // number of pinned messages, at most MAILBOX_PINS
  struct message *pins;
  struct marker *markers; // newest first
};
void mailbox_init(struct mailbox *m);
// Frees at most *units messages, and counts *units down; true: the mailbox is empty.
bool mailbox_clear(struct process *p, u32 *units);
// Sends msg to p: puts it into the mailbox, or, when signals wait that p has not received, queues it behind them.
void mailbox_append(struct process *p, struct message *msg);
void mailbox_keep(struct process *p, struct message *msg); // p owns msg from now on, but it is not in the mailbox yet
// Puts msg, which p owns, at the end of the mailbox and wakes p.
void mailbox_put(struct process *p, struct message *msg);
// The same, but before all messages that are not priority messages.
void mailbox_put_priority(struct process *p, struct message *msg);
// Frees msg, which p owns, without putting it into the mailbox.
void mailbox_drop(struct process *p, struct message *msg);
// The message at the save pointer, which skips markers; NULL: the end.
struct message *mailbox_peek(struct process *p);
// Words in the fragments of all messages that were not received.
u64 mailbox_words(const struct process *p);
void mailbox_next(struct process *p); // moves the save pointer on (instruction loop_rec_end)
// Receives the message at the save pointer (instruction remove_message): it becomes part of the running heap; ends
// the receive timer.
void mailbox_remove(struct process *p);
void mailbox_reset(struct process *p);                       // the next receive looks from the start
void mailbox_delete(struct process *p, struct message *msg); // takes a message out, wherever it is, and frees it
// Called before a collection: the message that is being matched becomes part of the heap. False: no memory.
bool mailbox_attach(struct process *p);
// Takes out and frees the first message that is a 5-tuple with ref in the second place (demonitor's flush).
bool mailbox_flush_down(struct process *p, term ref);

// How a message is built: draft_open, build the value on d.heap, draft_close, mailbox_append. words is the exact
// number of heap words that the value needs.
struct draft {
  struct heap *heap;
  struct frag *frag;
  struct heap own;
  bool pinned;
};
MUST_USE bool draft_open(struct draft *d, struct process *to, size_t words); // false: no memory
// NULL: no memory, and the draft is freed
MUST_USE struct message *draft_close(struct draft *d, term value);

// Receive markers, for the instructions recv_marker_reserve, _bind, _clear and _use.
term mailbox_marker_reserve(struct process *p); // the marker's id as a small, or the atom undefined
void mailbox_marker_bind(struct process *p, term marker, term ref);
void mailbox_marker_clear(struct process *p, term ref);
// Moves the save pointer to the marker of ref, if there is one.
void mailbox_marker_use(struct process *p, term ref);

#endif
