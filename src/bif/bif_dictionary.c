// SPDX-License-Identifier: Apache-2.0
// BIFs of the process dictionary.
#include "bif/bif_process.h"
#include "process/dictionary.h"

INLINE term or_undefined(term value) { return value == NV ? ATOM_undefined : value; }

static void add_pair(term key, term value, void *arg) {
  term *list = arg;
  *list = cons(HEAP, tuple2(HEAP, key, value), *list);
}

term bif_get_0(struct process *p, term *a) {
  (void)a;
  term list = NIL;
  dictionary_each(p, add_pair, &list);
  return list;
}

term bif_get_1(struct process *p, term *a) { return or_undefined(dictionary_get(p, a[0])); }
term bif_put_2(struct process *p, term *a) { return or_undefined(dictionary_put(p, a[0], a[1])); }
term bif_erase_1(struct process *p, term *a) { return or_undefined(dictionary_erase(p, a[0])); }

term bif_erase_0(struct process *p, term *a) {
  term list = bif_get_0(p, a);
  dictionary_clear(p);
  return list;
}

struct keys {
  term list, value;
};

static void add_key(term key, term value, void *arg) {
  struct keys *k = arg;
  if (k->value == NV || term_same(k->value, value)) k->list = cons(HEAP, key, k->list);
}

term bif_get_keys_0(struct process *p, term *a) {
  (void)a;
  struct keys k = {NIL, NV};
  dictionary_each(p, add_key, &k);
  return k.list;
}

term bif_get_keys_1(struct process *p, term *a) {
  struct keys k = {NIL, a[0]};
  dictionary_each(p, add_key, &k);
  return k.list;
}
