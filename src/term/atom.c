// SPDX-License-Identifier: Apache-2.0
// The atom table. Records are indexed by atom index and found by an open-addressing hash of their text. The text lies
// in chunks that never move, so atom_text stays valid while the VM lives. Invariant: a text is in the table at most
// once, is valid UTF-8, and has at most 255 characters. Called by every room.
#include "term/atom.h"

#include "base/alloc.h"
#include "base/bytes.h"

enum {
  ATOM_LIMIT = 1048576, // as OTP's default
  CHUNK_BYTES = 16 * 1024,
  TEXT_MAX = MAX_ATOM_CHARACTERS * 4
};

struct record {
  const u8 *text;
  u64 prefix;   // the first 8 bytes, as a big-endian number: decides most comparisons
  u32 hash;     // of the text, for finding
  u32 otp_hash; // part of phash and phash2; 0: not computed yet
  u16 len;      // bytes
  u16 characters;
};
struct chunk {
  struct chunk *next;
  u8 data[];
};

static struct {
  struct record *records;
  u32 count, cap;
  u32 *slots; // index + 1; 0: free
  u32 slot_mask;
  struct chunk *chunks;
  size_t chunk_used;
} table;

// The predefined atoms in order, each with a zero byte behind it. An array of pointers would compress worse.
static const char predefined[] =
#define A(text, len) text "\0"
#include "gen/atoms.inc"
#undef A
    ;

// FNV-1a with a final mix, so that the low bits are usable.
static u32 text_hash(const u8 *p, size_t n) {
  u32 h = 2166136261u;
  for (size_t i = 0; i < n; i++) h = (h ^ p[i]) * 16777619u;
  return h ^ h >> 15;
}

// The PJW hash of the characters, which OTP has used since atoms were Latin-1: so a two-byte UTF-8 character counts as
// one byte, longer ones count as their bytes.
static u32 pjw_hash(const u8 *p, size_t n) {
  u32 h = 0;
  for (size_t i = 0; i < n; i++) {
    u32 v = p[i];
    if (i + 1 < n && (v & 0xFE) == 0xC2 && (p[i + 1] & 0xC0) == 0x80) v = (v << 6 | (p[++i] & 0x3Fu)) & 0xFF;
    h = (h << 4) + v;
    u32 high = h & 0xF0000000u;
    if (high) h = (h ^ high >> 24) ^ high;
  }
  return h;
}

static bool grow_slots(void) {
  u32 size = table.slots ? (table.slot_mask + 1) * 2 : 1024;
  while (size < (u32)ATOM_COUNT * 2) size *= 2;
  u32 *slots = mem_calloc(size * sizeof *slots, MEM_ATOM);
  if (!slots) return false;
  for (u32 i = 0; i < table.count; i++) {
    u32 at = table.records[i].hash & (size - 1);
    while (slots[at]) at = (at + 1) & (size - 1);
    slots[at] = i + 1;
  }
  if (table.slots) mem_free(table.slots, (table.slot_mask + 1) * sizeof *slots, MEM_ATOM);
  table.slots = slots;
  table.slot_mask = size - 1;
  return true;
}

static bool grow_records(void) {
  u32 cap = table.cap ? table.cap * 2 : (u32)ATOM_COUNT + 512;
  struct record *records = mem_realloc(table.records, table.cap * sizeof *records, cap * sizeof *records, MEM_ATOM);
  if (!records) return false;
  table.records = records;
  table.cap = cap;
  return true;
}

static const u8 *keep_text(const u8 *text, size_t len) {
  if (!table.chunks || CHUNK_BYTES - sizeof(struct chunk) - table.chunk_used < len) {
    struct chunk *c = mem_alloc(CHUNK_BYTES, MEM_ATOM);
    if (!c) return NULL;
    c->next = table.chunks;
    table.chunks = c;
    table.chunk_used = 0;
  }
  u8 *p = table.chunks->data + table.chunk_used;
  memcpy(p, text, len);
  table.chunk_used += len;
  return p;
}

static u32 *find_slot(const u8 *text, size_t len, u32 hash) {
  u32 at = hash & table.slot_mask;
  for (; table.slots[at]; at = (at + 1) & table.slot_mask) {
    const struct record *r = &table.records[table.slots[at] - 1];
    if (r->hash == hash && r->len == len && memcmp(r->text, text, len) == 0) break;
  }
  return &table.slots[at];
}

// keep: the text is copied; otherwise text is a constant of the program.
static term add(const u8 *text, size_t len, u32 characters, bool keep) {
  u32 hash = text_hash(text, len);
  u32 *slot = find_slot(text, len, hash);
  if (*slot) return MAKE_ATOM(*slot - 1);
  if (table.count >= ATOM_LIMIT) return NV;
  if (table.count == table.cap && !grow_records()) return NV;
  if (table.count * 2 > table.slot_mask) {
    if (!grow_slots()) return NV;
    slot = find_slot(text, len, hash);
  }
  if (keep && !(text = keep_text(text, len))) return NV;
  u64 prefix = 0;
  for (size_t i = 0; i < 8; i++) prefix = prefix << 8 | (i < len ? text[i] : 0);
  table.records[table.count] = (struct record){text, prefix, hash, 0, (u16)len, (u16)characters};
  *slot = ++table.count;
  return MAKE_ATOM(table.count - 1);
}

void atom_init(void) {
  if (table.records) return;
  if (!grow_records() || !grow_slots()) PANIC("no memory for the atom table");
  const char *at = predefined;
  for (u32 i = 0; i < ATOM_COUNT; i++) {
    size_t len = strlen(at);
    const u8 *text = (const u8 *)at;
    at += len + 1;
    term t = add(text, (u32)len, (u32)utf8_count(text, len), false);
    if (t != MAKE_ATOM(i)) PANIC("atoms.tab lists an atom twice");
  }
}

void atom_destroy(void) {
  mem_free(table.records, table.cap * sizeof *table.records, MEM_ATOM);
  if (table.slots) mem_free(table.slots, (table.slot_mask + 1) * sizeof *table.slots, MEM_ATOM);
  while (table.chunks) {
    struct chunk *next = table.chunks->next;
    mem_free(table.chunks, CHUNK_BYTES, MEM_ATOM);
    table.chunks = next;
  }
  memset(&table, 0, sizeof table);
}

term atom_from_utf8(const u8 *text, size_t len) {
  if (len > TEXT_MAX) return NV;
  size_t characters = utf8_count(text, len);
  if (characters > MAX_ATOM_CHARACTERS) return NV; // SIZE_MAX when malformed
  return add(text, len, (u32)characters, true);
}

term atom_from_latin1(const u8 *text, size_t len) {
  u8 utf8[MAX_ATOM_CHARACTERS * 2];
  size_t n = 0;
  if (len > MAX_ATOM_CHARACTERS) return NV;
  for (size_t i = 0; i < len; i++) n += (size_t)utf8_encode(utf8 + n, text[i]);
  return add(utf8, n, (u32)len, true);
}

term atom_find_utf8(const u8 *text, size_t len) {
  if (len > TEXT_MAX) return NV;
  u32 at = *find_slot(text, len, text_hash(text, len));
  return at ? MAKE_ATOM(at - 1) : NV;
}

term atom_from_c(const char *text) { return atom_from_utf8((const u8 *)text, strlen(text)); }

static const struct record *record_of(term atom) {
  ASSERT(is_atom(atom) && atom_index(atom) < table.count);
  return &table.records[atom_index(atom)];
}

const u8 *atom_text(term atom, size_t *len) {
  const struct record *r = record_of(atom);
  *len = r->len;
  return r->text;
}

u32 atom_characters(term atom) { return record_of(atom)->characters; }
u32 atom_hash_otp(term atom) {
  struct record *r = &table.records[atom_index(atom)];
  if (r->otp_hash == 0) r->otp_hash = pjw_hash(r->text, r->len);
  return r->otp_hash;
}
u32 atom_count(void) { return table.count; }
bool atom_is_bool(term t) { return t == ATOM_true || t == ATOM_false; }

// The order of UTF-8 bytes is the order of codepoints. Returns exactly -1, 0 or 1, because compare.c gives other
// numbers another meaning.
int atom_compare(term a, term b) {
  if (a == b) return 0;
  const struct record *ra = record_of(a), *rb = record_of(b);
  if (ra->prefix != rb->prefix) return ra->prefix < rb->prefix ? -1 : 1;
  int c = memcmp(ra->text, rb->text, ra->len < rb->len ? ra->len : rb->len);
  if (c == 0) c = (int)ra->len - (int)rb->len;
  return (c > 0) - (c < 0);
}
