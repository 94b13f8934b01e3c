// SPDX-License-Identifier: Apache-2.0
// Portions of long BIFs, see portion.h. Invariant: the resource behind the marker is static and its count never reaches
// zero, so it is recognised by its address and never freed.
#include "bif/portion.h"

#include "term/iolist.h"
#include "term/ref.h"

static struct refc marker = {.refs = 1, .type = 0x706F};

bool portion_paused(term arg) { return is_tuple_of(arg, 4) && ref_resource(tuple_elements(arg)[0]) == &marker; }

void portion_open(struct portion *w, term arg) {
  w->original = w->rest = arg;
  w->so_far = NV;
  if (!portion_paused(arg)) return;
  term *e = tuple_elements(arg);
  w->original = e[1];
  w->rest = e[2];
  w->so_far = e[3];
}

term portion_pause(struct portion *w, term *arg) {
  refc_retain(&marker);
  *arg = tuple4(HEAP, ref_magic(HEAP, &marker), w->original, w->rest, w->so_far);
  bif_bump(REDUCTIONS_PER_SLICE);
  return bif_yield();
}

term portion_fail(struct portion *w, term *arg, bool no_memory) {
  *arg = w->original;
  return no_memory ? bif_system_limit() : bif_badarg();
}

// Single bytes of the iodata, collected to be given to the sink together.
struct pending {
  const struct portion_sink *sink;
  u32 n;
  u8 bytes[256];
};

static bool flush(struct pending *p) {
  struct bits b = {p->bytes, 0, (u64)p->n * 8};
  if (p->n == 0) return true;
  p->n = 0;
  return p->sink->take(p->sink->state, &b);
}

enum portion_result portion_feed(struct portion *w, const struct portion_sink *sink) {
  struct iolist it;
  struct pending pending = {.sink = sink, .n = 0};
  enum portion_result result = PORTION_MORE;
  u64 budget = PORTION_BYTES * 8;
  bool memory = true;
  iolist_start(&it, w->rest);
  it.limit = PORTION_STEPS;
  while (result == PORTION_MORE && memory && budget > 0) {
    enum iolist_item item = iolist_next(&it);
    if (LIKELY(item == IOLIST_BYTE)) {
      pending.bytes[pending.n++] = it.byte;
      if (pending.n == sizeof pending.bytes) memory = flush(&pending);
      continue;
    }
    memory = flush(&pending);
    if (item == IOLIST_TIRED) break;
    struct bits b;
    if (item == IOLIST_END) {
      result = PORTION_DONE;
    } else if (item != IOLIST_BITS || (bit_size_of(it.binary) & 7 && sink->whole_bytes_only)) {
      result = item == IOLIST_NO_MEMORY ? PORTION_NO_MEMORY : PORTION_BAD;
    } else if (bits_of(it.binary, &b) && b.size > 0) {
      if (b.size > budget) {
        it.at = cons(HEAP, binary_sub(HEAP, it.binary, budget, b.size - budget), it.at);
        b.size = budget;
      }
      budget -= b.size;
      memory = memory && sink->take(sink->state, &b);
    }
  }
  if (memory) memory = flush(&pending);
  if (result == PORTION_MORE) w->rest = iolist_rest(&it, HEAP);
  iolist_stop(&it);
  bif_bump((u32)(it.steps / 16 + (PORTION_BYTES * 8 - budget) / 8192));
  return memory ? result : PORTION_NO_MEMORY;
}
