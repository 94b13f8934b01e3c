// SPDX-License-Identifier: Apache-2.0
// BIFs on terms of any type: hashes, printing, identifiers as text; and the hooks by which the term room learns about
// funs and exports. The BIFs on the external term format are in bif_etf.c.
#include "base/alloc.h"
#include "base/hostcalls.h"
#include "bif/bif_system.h"
#include "bif/bif_term.h"
#include "gen/bifs.h"
#include "memory/copy.h"
#include "process/held.h"
#include "process/node.h"
#include "term/etf.h"
#include "term/hash.h"
#include "term/iolist.h"
#include "term/print.h"
#include "term/ref.h"

// --- Funs and exports for term/ ----------------------------------------------------------------

static void fun_info(term fun, struct fun_info_etf *out) {
  const term *p = boxed_ptr(fun);
  const struct fun_entry *e = ptr_val(p[1]);
  *out = (struct fun_info_etf){.module = e->module,
                               .arity = header_aux(p[0]),
                               .index = e->index,
                               .old_index = e->old_index,
                               .old_uniq = e->old_uniq,
                               .uniq = e->uniq,
                               .free_count = header_size(p[0]) - 2,
                               .pid = p[2],
                               .free_vars = p + 3};
}

static void export_info(term fun, term *m, term *f, u32 *arity) {
  const struct export *e = ptr_val(boxed_ptr(fun)[1]);
  *m = e->module;
  *f = e->function;
  *arity = e->arity;
}

static term make_export(struct heap *h, term m, term f, u32 arity) {
  struct export *e = export_get(m, f, arity);
  if (!e) return NV;
  term *p = heap_alloc(h, 2);
  p[0] = MAKE_HEADER_AUX(KIND_EXPORT, 1, arity);
  p[1] = make_ptr(e);
  return make_boxed(p);
}

// Makes a fun that was decoded. If its module is not loaded, its entry is a placeholder that keeps what the external
// form says.
static term make_fun(struct heap *h, term module, u32 arity, const u8 uniq[16], u32 index, u32 old_index, u32 old_uniq,
                     term pid, u32 free_count, term **free_vars) {
  struct fun_entry *e = fun_entry_get(module, old_uniq, index);
  if (!e) return NV;
  if (!e->ip && !e->owner) {
    memcpy(e->uniq, uniq, sizeof e->uniq);
    e->old_index = old_index;
    e->free_count = free_count;
    e->arity = arity + free_count;
  }
  term *p = heap_alloc(h, 3 + free_count);
  p[0] = MAKE_HEADER_AUX(KIND_FUN, 2 + free_count, arity);
  p[1] = make_ptr(e);
  p[2] = pid;
  *free_vars = p + 3;
  return make_boxed(p);
}

void bif_term_init(void) {
  etf_fun_info = fun_info;
  etf_export_info = export_info;
  etf_make_export = make_export;
  etf_make_fun = make_fun;
}

// --- Hashes ------------------------------------------------------------------------------------

// Reads a range, 1 to 2^32; 0: t is none.
static u64 range_of(term t) {
  i64 range;
  return bif_small(t, 1, (i64)1 << 32, &range) ? (u64)range : 0;
}

enum { HASH_STEPS = 200000, HASH_STEPS_PER_REDUCTION = 50 };
struct hash_work {
  struct work work;
  struct hashing *s;
};

static void drop_hash(struct work *w) {
  struct hash_work *h = (struct hash_work *)w;
  if (h->s) hash_drop(h->s);
  mem_free(h, sizeof *h, MEM_PROCESS);
}

// Computes phash2. False: it pauses, and the process holds the state.
static bool phash2(struct process *p, term t, u32 *hash) {
  struct hash_work *w = (struct hash_work *)work_take(p);
  struct hashing *s = w ? w->s : NULL;
  bool done = hash_phash2_some(t, &s, HASH_STEPS, hash);
  if (done && !w) return true;
  if (w) w->s = done ? NULL : s;
  bif_bump(HASH_STEPS / HASH_STEPS_PER_REDUCTION);
  if (done) {
    drop_hash(&w->work);
    return true;
  }
  if (!w && !(w = mem_alloc(sizeof *w, MEM_PROCESS))) {
    hash_drop(s);
    *hash = hash_phash2(t);
    return true;
  }
  *w = (struct hash_work){{drop_hash}, s};
  p->work = &w->work;
  return false;
}

term bif_phash2_1(struct process *p, term *a) {
  u32 hash;
  if (is_immediate(a[0])) return make_small(hash_phash2(a[0]) & ((1u << 27) - 1));
  return phash2(p, a[0], &hash) ? make_small(hash & ((1u << 27) - 1)) : bif_yield();
}

term bif_phash2_2(struct process *p, term *a) {
  u64 range = range_of(a[1]);
  u32 hash;
  if (!range) return bif_badarg();
  if (is_immediate(a[0])) return make_small((i64)(hash_phash2(a[0]) % range));
  return phash2(p, a[0], &hash) ? make_small((i64)(hash % range)) : bif_yield();
}

term bif_phash(struct process *p UNUSED, term *a) {
  u64 range = range_of(a[1]);
  return range ? make_small((i64)(hash_phash(a[0]) % range) + 1) : bif_badarg();
}

// --- Identifiers as text -----------------------------------------------------------------------

static term text_list(struct bytes *b) {
  term t = b->failed ? bif_system_limit() : bif_list_of_utf8(b->data, b->len);
  bytes_free(b);
  return t;
}

static term printed(void (*print)(struct bytes *, term), term t) {
  struct bytes b;
  bytes_init(&b);
  print(&b, t);
  return text_list(&b);
}

term bif_pid_to_list(struct process *p UNUSED, term *a) {
  return is_pid(a[0]) ? printed(print_pid, a[0]) : bif_badarg();
}
term bif_ref_to_list(struct process *p UNUSED, term *a) {
  return is_ref(a[0]) ? printed(print_ref, a[0]) : bif_badarg();
}
term bif_port_to_list(struct process *p UNUSED, term *a) {
  return is_port(a[0]) ? printed(print_port, a[0]) : bif_badarg();
}
term bif_fun_to_list(struct process *p UNUSED, term *a) {
  return is_fun(a[0]) ? printed(print_fun, a[0]) : bif_badarg();
}

static bool parse_number(const u8 **p, const u8 *end, u64 *out) {
  u64 v = 0;
  if (end - *p < 1 || **p < '0' || **p > '9') return false;
  for (; *p < end && **p >= '0' && **p <= '9'; ++*p) {
    v = v * 10 + (**p - '0');
    if (v > UINT32_MAX) return false;
  }
  *out = v;
  return true;
}

// Reads "<prefix>N0.N1.N2...>" with exactly count numbers below 2^32 after the number of the node. When that is 0, the
// node is this one, and *node is NULL.
static bool parse_numbers(term list, const char *prefix, u32 count, u64 *numbers, const struct node **node) {
  u8 text[64];
  size_t n;
  for (term l = list; is_cons(l); l = tl(l)) // all are ASCII
    if (!is_small(hd(l)) || (u64)small_val(hd(l)) > 127) return false;
  if (bif_utf8_of_list(list, text, sizeof text, &n) < 0) return false;
  size_t k = strlen(prefix);
  if (n <= k || memcmp(text, prefix, k) != 0) return false;
  const u8 *p = text + k, *end = text + n;
  u64 index;
  if (!parse_number(&p, end, &index)) return false;
  for (*node = index ? node_first : NULL; *node && atom_index((*node)->name) != index;) *node = (*node)->next;
  if (index && !*node) return false;
  for (u32 i = 0; i < count; i++)
    if (p >= end || *p++ != '.' || !parse_number(&p, end, &numbers[i])) return false;
  return end - p == 1 && *p == '>';
}

static term external(enum kind kind, const struct node *node, u64 number) {
  term *e = heap_alloc(HEAP, 4);
  e[0] = MAKE_HEADER(kind, 3), e[1] = node->name, e[2] = node->creation, e[3] = number;
  return make_boxed(e);
}

term bif_list_to_pid(struct process *p UNUSED, term *a) {
  u64 n[2];
  const struct node *node;
  if (!parse_numbers(a[0], "<", 2, n, &node)) return bif_badarg();
  if (node) return external(KIND_EXT_PID, node, n[1] << 32 | n[0]);
  if (n[0] >> 28 || n[1] >> 28) return bif_badarg();
  return make_pid((u32)n[0], (u32)n[1]);
}

term bif_list_to_port(struct process *p UNUSED, term *a) {
  u64 n;
  const struct node *node;
  if (!parse_numbers(a[0], "#Port<", 1, &n, &node)) return bif_badarg();
  if (node) return external(KIND_EXT_PORT, node, n);
  if (n >> 28) return bif_badarg();
  return make_port(n);
}

term bif_list_to_ref(struct process *p UNUSED, term *a) {
  u64 n[3];
  const struct node *node;
  if (!parse_numbers(a[0], "#Ref<", 3, n, &node) || node || n[2] >> 18) return bif_badarg();
  term *r = heap_alloc(HEAP, REF_WORDS);
  r[0] = MAKE_HEADER(KIND_REF, REF_WORDS - 1);
  r[1] = n[2] | n[1] << 32;
  r[2] = n[0];
  return make_boxed(r);
}

term bif_make_ref(struct process *p UNUSED, term *a UNUSED) { return ref_new(HEAP); }

// --- Display -----------------------------------------------------------------------------------

static term written(int fd, struct bytes *b) {
  if (!b->failed) host_write(fd, b->data, b->len);
  bytes_free(b);
  return ATOM_true;
}

term bif_display(struct process *p UNUSED, term *a) {
  struct bytes b;
  bytes_init(&b);
  print_display(&b, a[0]);
  bytes_text(&b, "\r\n"); // erts prints \r\n whatever the terminal is
  return written(1, &b);
}

// Prints characters, and since OTP 26 also the bytes of a binary.
static term display_text(int fd, term text) {
  struct bytes b;
  bytes_init(&b);
  i64 c;
  if (is_binary(text) && system_otp_release() >= 26 && iolist_append(&b, text)) return written(fd, &b);
  for (; is_cons(text) && bif_small(hd(text), 0, 0x10FFFF, &c); text = tl(text)) bytes_utf8(&b, (u32)c);
  if (is_nil(text)) return written(fd, &b);
  bytes_free(&b);
  return bif_badarg();
}

term bif_display_string(struct process *p UNUSED, term *a) { return display_text(2, a[0]); }

term bif_display_string_2(struct process *p UNUSED, term *a) {
  if (a[0] != ATOM_stdout && a[0] != ATOM_stderr) return bif_badarg();
  return display_text(a[0] == ATOM_stdout ? 1 : 2, a[1]);
}

term bif_display_nl(struct process *p UNUSED, term *a UNUSED) {
  host_write(2, (const u8 *)"\n", 1);
  return ATOM_true;
}

// --- erts_debug, erts_internal -----------------------------------------------------------------

term bif_same_word(struct process *p UNUSED, term *a) { return make_bool(a[0] == a[1]); }

term bif_flat_size(struct process *p UNUSED, term *a) {
  u64 words = copy_flat_words(a[0]);
  return words == UINT64_MAX ? bif_system_limit() : int_from_u64(HEAP, words);
}

term bif_cmp_term(struct process *p UNUSED, term *a) {
  int c = term_compare_exact(a[0], a[1]);
  return make_small(c < 0 ? -1 : c > 0);
}

term bif_term_type(struct process *p UNUSED, term *a) {
  static const term of_kind[KIND_COUNT] = {[KIND_TUPLE] = ATOM_tuple,
                                           [KIND_MAP_FLAT] = ATOM_flatmap,
                                           [KIND_MAP_HASH] = ATOM_hashmap,
                                           [KIND_FUN] = ATOM_fun,
                                           [KIND_EXPORT] = ATOM_export,
                                           [KIND_SUB_BIN] = ATOM_sub_binary,
                                           [KIND_FLOAT] = ATOM_hfloat,
                                           [KIND_BIG_POS] = ATOM_bignum,
                                           [KIND_BIG_NEG] = ATOM_bignum,
                                           [KIND_REF] = ATOM_reference,
                                           [KIND_MAGIC_REF] = ATOM_reference,
                                           [KIND_HEAP_BIN] = ATOM_heap_binary,
                                           [KIND_REFC_BIN] = ATOM_refc_binary,
                                           [KIND_EXT_PID] = ATOM_external_pid,
                                           [KIND_EXT_PORT] = ATOM_external_port,
                                           [KIND_EXT_REF] = ATOM_external_reference,
                                           [KIND_RECORD] = ATOM_record};
  term t = a[0];
  if (is_small(t)) return ATOM_fixnum;
  if (is_atom(t)) return ATOM_atom;
  if (is_nil(t)) return ATOM_nil;
  if (is_cons(t)) return ATOM_list;
  if (is_boxed(t)) return of_kind[header_kind(boxed_header(t))];
  return is_local_pid(t) ? ATOM_pid : ATOM_port;
}
