// SPDX-License-Identifier: Apache-2.0
// Mailboxes. Invariants: *last is the NULL at the end of the list. save, priority and resume point to first, or to
// the next field of an entry of the list. No marker is among the priority messages. A marker knows the link that
// leads to it, so that it is removed in constant time. All pinned messages, and no others, are in pins and have their
// values on the heap.
#include "process/mailbox.h"

#include "base/alloc.h"
#include "memory/copy.h"
#include "process/process.h"
#include "process/scheduler.h"
#include "process/signal_queue.h"
#include "process/timer.h"
#include "term/atom.h"
#include "term/compare.h"
#include "term/ref.h"

// A marker is a place in the mailbox. The messages before it were there when a reference was made, so a receive of
// messages with that reference need not look at them.
struct marker {
  struct message entry;  // value NV
  struct message **back; // the link that leads to entry
  struct marker *next;
  u64 id;
  bool bound;
  u64 ref_id; // if bound: the id of a local reference
};

void mailbox_init(struct mailbox *m) {
  memset(m, 0, sizeof *m);
  m->last = m->save = m->priority = &m->first;
}

INLINE bool is_marker(const struct message *m) { return m->value == NV; }

// Takes the entry at link out of the list.
static struct message *unlink_at(struct mailbox *mb, struct message **link) {
  struct message *m = *link;
  *link = m->next;
  if (m->next && is_marker(m->next)) ((struct marker *)m->next)->back = link;
  if (mb->last == &m->next) mb->last = link;
  if (mb->save == &m->next) mb->save = link;
  if (mb->priority == &m->next) mb->priority = link;
  if (UNLIKELY(mb->resume == &m->next)) mb->resume = link;
  return m;
}

static void unpin(struct mailbox *mb, struct message *m) {
  struct message **pin = &mb->pins;
  while (*pin != m) pin = &(*pin)->pin_next;
  *pin = m->pin_next;
  mb->pinned--;
}

static void message_free(struct mailbox *mb, struct message *m) { // it must be out of the list
  if (m->pinned) unpin(mb, m);
  offheap_release(m->offheap);
  if (m->frag) frag_free(m->frag);
  mem_free(m, sizeof *m, MEM_HEAP);
}

static void marker_free(struct mailbox *mb, struct marker **at) {
  struct marker *k = *at;
  *at = k->next;
  unlink_at(mb, k->back);
  mem_free(k, sizeof *k, MEM_HEAP);
}

bool mailbox_clear(struct process *p, u32 *units) {
  struct mailbox *mb = &p->mailbox;
  while (mb->markers) marker_free(mb, &mb->markers);
  mailbox_reset(p);
  for (; mb->first; --*units) {
    if (*units == 0) return false;
    message_free(mb, unlink_at(mb, &mb->first));
    mb->length--;
  }
  return true;
}

// --- Building and appending ---------------------------------------------------------------------------

// Small messages are built on the receiver's heap if it has room, which saves making, merging and freeing a fragment.
// But only a few at a time, since each is a root of every collection.
static bool fits_heap(const struct process *p, const struct heap *h, size_t words) {
  return p->mailbox.pinned < MAILBOX_PINS && words <= MAILBOX_PIN_WORDS && !p->is_js && !p->collection &&
         (size_t)(h->lim - h->top) >= words;
}

bool draft_open(struct draft *d, struct process *to, size_t words) {
  d->frag = NULL;
  d->heap = process_heap(to);
  d->pinned = words > 0;
  if (words == 0 || fits_heap(to, d->heap, words)) return true;
  d->pinned = false;
  d->heap = &d->own;
  d->frag = frag_new(words);
  if (!d->frag) return false;
  frag_heap(&d->own, d->frag);
  return true;
}

struct message *draft_close(struct draft *d, term value) {
  struct message *m = mem_alloc(sizeof *m, MEM_HEAP);
  if (d->frag) d->frag->used = (u32)(d->own.top - d->frag->data);
  if (m) {
    m->next = m->pin_next = NULL;
    m->value = value;
    m->frag = d->frag;
    m->offheap = d->frag ? d->own.offheap : NULL;
    m->pinned = d->pinned;
    return m;
  }
  if (d->frag) {
    offheap_release(d->own.offheap);
    frag_free(d->frag);
  }
  return NULL;
}

INLINE void pin(struct mailbox *mb, struct message *msg) {
  msg->pin_next = mb->pins;
  mb->pins = msg;
  mb->pinned++;
}

INLINE void keep(struct process *p, struct message *msg) {
  if (msg->pinned) pin(&p->mailbox, msg);
}
void mailbox_keep(struct process *p, struct message *msg) { keep(p, msg); }

void mailbox_drop(struct process *p, struct message *msg) { message_free(&p->mailbox, msg); }

void mailbox_append(struct process *p, struct message *msg) {
  if (UNLIKELY(p->signals.first) && signal_queue_message(p, msg)) return;
  keep(p, msg);
  mailbox_put(p, msg);
}

static void wake(struct process *p) {
  if (p->is_js) {
    if (js_ready_hook) js_ready_hook(p);
  } else if (p->state == PROCESS_WAITING) {
    scheduler_ready(p);
  }
}

void mailbox_put(struct process *p, struct message *msg) {
  struct mailbox *mb = &p->mailbox;
  *mb->last = msg;
  mb->last = &msg->next;
  mb->length++;
  wake(p);
}

// Whether a receive whose save pointer has come to mb->save will still look at the link mb->priority.
static bool comes_to_priority(struct mailbox *mb) {
  struct message **link = &mb->first;
  while (link != mb->save && link != mb->priority) link = &(*link)->next;
  return link == mb->save;
}

void mailbox_put_priority(struct process *p, struct message *msg) {
  struct mailbox *mb = &p->mailbox;
  struct message **at = mb->priority;
  if (!comes_to_priority(mb)) {
    if (!mb->resume) mb->resume = mb->save;
    mb->save = at;
  }
  msg->next = *at;
  if (msg->next && is_marker(msg->next)) ((struct marker *)msg->next)->back = &msg->next;
  *at = msg;
  if (mb->last == at) mb->last = &msg->next;
  if (mb->resume == at) mb->resume = &msg->next;
  mb->priority = &msg->next;
  mb->length++;
  wake(p);
}

// --- Receiving ------------------------------------------------------------------------------------------

struct message *mailbox_peek(struct process *p) {
  struct mailbox *mb = &p->mailbox;
  if (UNLIKELY(p->signals.first != NULL) && mb->save == &mb->first && signal_queue_urgent(p)) signal_queue_receive(p);
  for (;;) {
    struct message *m = *mb->save;
    if (UNLIKELY(!m)) {
      if (LIKELY(p->signals.first == NULL)) return NULL;
      signal_queue_receive(p);
      if (!*mb->save || p->ends) return NULL;
      continue;
    }
    if (LIKELY(!is_marker(m))) return m;
    mb->save = &m->next;
  }
}

u64 mailbox_words(const struct process *p) {
  u64 words = 0;
  for (const struct message *m = p->mailbox.first; m; m = m->next)
    if (!is_marker(m) && m->frag) words += m->frag->used;
  return words;
}

// The receive has looked at all priority messages that came in before its place, and goes on where it was.
static void resume(struct mailbox *mb) {
  mb->save = mb->resume;
  mb->resume = NULL;
}

void mailbox_next(struct process *p) {
  struct mailbox *mb = &p->mailbox;
  if (UNLIKELY(!*mb->save)) return; // only code that no compiler has made does this
  mb->save = &(*mb->save)->next;
  if (UNLIKELY(mb->resume != NULL) && mb->save == mb->priority) resume(mb);
}

void mailbox_reset(struct process *p) {
  p->mailbox.save = &p->mailbox.first;
  p->mailbox.resume = NULL;
}

// Makes the message's fragment and its reference-counted objects part of the heap.
static void merge_message(struct heap *h, struct message *m) {
  if (m->frag) {
    m->frag->next = h->frags;
    h->frags = m->frag;
    h->frag_words += m->frag->used;
    m->frag = NULL;
  }
  if (m->offheap) {
    term *last = m->offheap;
    for (;;) {
      struct refc *r = (struct refc *)(uintptr_t)last[3];
      h->offheap_bytes += r->size;
      term *next = (term *)(uintptr_t)last[4];
      if (!next) break;
      last = next;
    }
    last[4] = (term)(uintptr_t)h->offheap;
    h->offheap = m->offheap;
    m->offheap = NULL;
  }
}

void mailbox_remove(struct process *p) {
  struct mailbox *mb = &p->mailbox;
  if (UNLIKELY(!*mb->save || is_marker(*mb->save))) return; // only code that no compiler has made does this
  struct message *m = unlink_at(mb, mb->save);
  merge_message(&ctx.heap, m);
  if (m->pinned) unpin(mb, m);
  mem_free(m, sizeof *m, MEM_HEAP);
  mb->length--;
  mailbox_reset(p);
  if (p->receive_timer) timer_receive_cancel(p);
  p->timed_out = p->timeless = false;
}

bool mailbox_attach(struct process *p) {
  struct mailbox *mb = &p->mailbox;
  struct message *m = *mb->save;
  if (!m || is_marker(m) || !m->frag) return true;
  if (mb->pinned < MAILBOX_PINS) {
    merge_message(&ctx.heap, m);
    m->pinned = true;
    pin(mb, m);
    return true;
  }
  // There are too many roots already. X registers may point into the old value, so that becomes part of the heap, and
  // the mailbox gets a new copy.
  struct message old = *m;
  term copy = copy_to_frag(old.value, &m->frag, &m->offheap);
  if (copy == NV) {
    *m = old;
    return false;
  }
  m->value = copy;
  merge_message(&ctx.heap, &old);
  return true;
}

void mailbox_delete(struct process *p, struct message *msg) {
  struct mailbox *mb = &p->mailbox;
  struct message **link = &mb->first;
  while (*link && *link != msg) link = &(*link)->next;
  if (!*link) return;
  unlink_at(mb, link);
  mb->length--;
  message_free(mb, msg);
}

static bool is_down_of(const struct message *m, term ref) {
  return !is_marker(m) && is_tuple_of(m->value, 5) && term_same(tuple_elements(m->value)[1], ref);
}

bool mailbox_flush_down(struct process *p, term ref) {
  for (struct message *m = p->mailbox.first; m; m = m->next) {
    if (!is_down_of(m, ref)) continue;
    mailbox_delete(p, m);
    return true;
  }
  return false;
}

// --- Markers -----------------------------------------------------------------------------------------------

static u64 next_marker_id;

term mailbox_marker_reserve(struct process *p) {
  struct mailbox *mb = &p->mailbox;
  u32 n = 0;
  struct marker **at = &mb->markers;
  for (; *at; at = &(*at)->next)
    if (++n == MAILBOX_MARKERS) { // the oldest marker is dropped
      marker_free(mb, at);
      break;
    }
  struct marker *k = mem_calloc(sizeof *k, MEM_HEAP);
  if (!k) return ATOM_undefined;
  k->entry.value = NV;
  k->id = ++next_marker_id;
  k->back = mb->last;
  *mb->last = &k->entry;
  mb->last = &k->entry.next;
  k->next = mb->markers;
  mb->markers = k;
  return make_small((i64)k->id);
}

void mailbox_marker_bind(struct process *p, term marker, term ref) {
  if (!is_small(marker) || !is_local_ref(ref)) return;
  struct marker *k = p->mailbox.markers;
  while (k && k->id != (u64)small_val(marker)) k = k->next;
  if (k) k->ref_id = ref_id(ref), k->bound = true;
}

static struct marker **marker_of(struct process *p, term ref) {
  struct marker **at = &p->mailbox.markers;
  if (!is_local_ref(ref)) return NULL;
  while (*at && (!(*at)->bound || (*at)->ref_id != ref_id(ref))) at = &(*at)->next;
  return *at ? at : NULL;
}

void mailbox_marker_clear(struct process *p, term ref) {
  struct marker **at = marker_of(p, ref);
  if (at) marker_free(&p->mailbox, at);
}

void mailbox_marker_use(struct process *p, term ref) {
  struct mailbox *mb = &p->mailbox;
  struct marker **at = marker_of(p, ref);
  if (!at) return;
  mailbox_reset(p);
  mb->resume = &(*at)->entry.next;
  if (LIKELY(mb->priority == &mb->first)) resume(mb); // otherwise the receive looks at the priority messages first
}
