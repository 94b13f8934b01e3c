// SPDX-License-Identifier: Apache-2.0
// See handle.h. A handle is a magic reference whose resource has JavaScript's number; all copies have one reference id,
// so they are equal. Invariant: by_number has the resource of each number that any heap refers to, and NULL elsewhere.
#include "host/handle.h"

#include "base/alloc.h"
#include "host/event.h"
#include "term/binary.h"
#include "term/etf.h"
#include "term/ref.h"

enum { RESOURCE_JS_VALUE = 0x6A73, FIRST_NUMBERS = 64, MOST_NUMBERS = 1 << 20 };

struct handle {
  u64 ref;
  u32 number;
  u32 given; // how often JavaScript has given it
};

static struct refc **by_number;
static u32 numbers;

static struct handle *handle_of(struct refc *r) { return (struct handle *)r->data; }

static void destroy(struct refc *r) {
  struct handle *it = handle_of(r);
  by_number[it->number] = NULL;
  event_value_freed(it->number, it->given);
  mem_free(r, offsetof(struct refc, data) + r->cap, MEM_BINARY);
}

static bool grow(u32 number) {
  if (number < numbers) return true;
  if (number >= MOST_NUMBERS) return false;
  u32 more = numbers ? numbers : FIRST_NUMBERS;
  while (more <= number) more *= 2;
  struct refc **grown = mem_realloc(by_number, numbers * sizeof *grown, more * sizeof *grown, MEM_SYSTEM);
  if (!grown) return false;
  memset(grown + numbers, 0, (more - numbers) * sizeof *grown);
  by_number = grown;
  numbers = more;
  return true;
}

static term make(struct heap *h, u32 number) {
  if (!grow(number)) return NV;
  struct refc *r = by_number[number];
  if (r) refc_retain(r);
  else {
    r = refc_new(sizeof(struct handle), sizeof(struct handle));
    if (!r) return NV;
    r->type = RESOURCE_JS_VALUE;
    r->destroy = destroy;
    *handle_of(r) = (struct handle){.ref = ref_next_id(), .number = number};
    by_number[number] = r;
  }
  handle_of(r)->given++;
  return ref_magic_as(h, r, handle_of(r)->ref);
}

static bool number_of(term ref, u32 *number) {
  struct refc *r = ref_resource(ref);
  if (!r || r->type != RESOURCE_JS_VALUE) return false;
  *number = handle_of(r)->number;
  return true;
}

void handle_open(void) {
  etf_make_handle = make;
  etf_handle_number = number_of;
}

void handle_close(void) {
  if (by_number) mem_free(by_number, numbers * sizeof *by_number, MEM_SYSTEM);
  by_number = NULL;
  numbers = 0;
}
