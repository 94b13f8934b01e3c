// SPDX-License-Identifier: Apache-2.0
// BIFs between terms and the external term format: options and errors; term/etf*.c has the format itself. One reduction
// is charged for 64 bytes. Compression is done in Erlang (spawnlink_zlib:compressed/2), which uses zlib's streams and
// can wait for them.
#include "base/alloc.h"
#include "bif/bif.h"
#include "bif/bif_system.h"
#include "gen/bifs.h"
#include "process/held.h"
#include "term/etf.h"

enum { BYTES_PER_RED = 64, DEFAULT_LEVEL = 6 };
// Since OTP 26 atoms are encoded as UTF-8 by default.
static int default_minor_version(void) { return system_otp_release() < 26 ? 1 : 2; }

// Reads {compressed, 0..9} or {minor_version, 0..2} (0..1 for sizes, as in OTP).
static bool encode_pair(term key, term value, struct etf_options *o, i64 *level) {
  i64 n;
  if (key == ATOM_minor_version && bif_small(value, 0, level ? 2 : 1, &n)) o->minor_version = (int)n;
  else if (key == ATOM_compressed && level && bif_small(value, 0, 9, &n)) *level = n;
  else return false;
  return true;
}

// level is that of compression, 0 for none; it is NULL when the caller only wants the size.
static bool encode_options(term list, struct etf_options *o, i64 *level) {
  *o = (struct etf_options){.minor_version = default_minor_version()};
  for (; is_cons(list); list = tl(list)) {
    term t = hd(list);
    if (is_tuple_of(t, 2)) {
      if (!encode_pair(tuple_elements(t)[0], tuple_elements(t)[1], o, level)) return false;
    } else if (t == ATOM_compressed && level) {
      *level = DEFAULT_LEVEL;
    } else if (t == ATOM_deterministic && level) {
      o->deterministic = true;
    } else if (t != ATOM_local || !level) {
      // The option `local` allows OTP an encoding of its own choice; here that is the usual one.
      return false;
    }
  }
  return is_nil(list);
}

// --- Encoding in portions ------------------------------------------------------------------------------

enum { ENCODE_STEPS = 100000 };
struct encoding {
  struct work work;
  struct etf_encoder *encoder;
};

static void drop_encoding(struct work *w) {
  struct encoding *e = (struct encoding *)w;
  etf_encoder_free(e->encoder);
  mem_free(e, sizeof *e, MEM_PROCESS);
}

// Begins or continues an encoding. NULL: no memory. When *more is set, the process keeps the result and the caller
// yields; otherwise the caller drops it.
static struct encoding *encode(struct process *p, term t, const struct etf_options *o, bool *more) {
  struct encoding *e = (struct encoding *)work_take(p);
  if (!e) {
    e = mem_alloc(sizeof *e, MEM_PROCESS);
    if (!e) return NULL;
    *e = (struct encoding){{drop_encoding}, etf_encoder_new(t, o)};
    if (!e->encoder) {
      mem_free(e, sizeof *e, MEM_PROCESS);
      return NULL;
    }
  }
  size_t before = etf_encoder_bytes(e->encoder)->len;
  *more = !etf_encoder_go(e->encoder, ENCODE_STEPS);
  bif_bump((u32)((etf_encoder_bytes(e->encoder)->len - before) / BYTES_PER_RED));
  if (*more) p->work = &e->work;
  return e;
}

static struct etf_options plain_options(void) { return (struct etf_options){.minor_version = default_minor_version()}; }

enum form { FORM_BINARY, FORM_IOVEC };
static term encoded(struct process *p, term t, term options, enum form form) {
  struct etf_options o = plain_options();
  i64 level = 0;
  bool more;
  if (options != NIL && !encode_options(options, &o, &level)) return bif_badarg();
  struct encoding *e = encode(p, t, &o, &more);
  if (!e) return bif_system_limit();
  if (more) return bif_yield();
  const struct bytes *b = etf_encoder_bytes(e->encoder);
  term result = b->failed ? NV : binary_from(HEAP, b->data, b->len);
  drop_encoding(&e->work);
  if (result == NV) return bif_system_limit();
  // When it compresses, OTP returns a binary, even if an iovec was asked for.
  if (level) return bif_trap_mfa(ATOM_spawnlink_zlib, ATOM_compressed, 2, result, make_small(level));
  return form == FORM_IOVEC ? cons(HEAP, result, NIL) : result;
}

term bif_term_to_binary_1(struct process *p, term *a) { return encoded(p, a[0], NIL, FORM_BINARY); }
term bif_term_to_binary_2(struct process *p, term *a) { return encoded(p, a[0], a[1], FORM_BINARY); }
term bif_term_to_iovec_1(struct process *p, term *a) { return encoded(p, a[0], NIL, FORM_IOVEC); }
term bif_term_to_iovec_2(struct process *p, term *a) { return encoded(p, a[0], a[1], FORM_IOVEC); }

static term external_size(struct process *p, term t, term options) {
  struct etf_options o = plain_options();
  bool more;
  if (options != NIL && !encode_options(options, &o, NULL)) return bif_badarg();
  struct encoding *e = encode(p, t, &o, &more);
  if (!e) return bif_system_limit();
  if (more) return bif_yield();
  const struct bytes *b = etf_encoder_bytes(e->encoder);
  term result = b->failed ? bif_system_limit() : int_from_u64(HEAP, b->len);
  drop_encoding(&e->work);
  return result;
}

term bif_external_size_1(struct process *p, term *a) { return external_size(p, a[0], NIL); }
term bif_external_size_2(struct process *p, term *a) { return external_size(p, a[0], a[1]); }

// --- Decoding ------------------------------------------------------------------------------------------

// Larger inputs than this are decoded in portions.
enum { DECODE_BYTES = 32768, DECODE_STEPS = 20000 };
struct decoding {
  struct work work;
  struct etf_decoder *decoder;
  u8 *tmp; // a copy of the binary's bytes when they are not aligned
  size_t n;
};

static void drop_decoding(struct work *w) {
  struct decoding *d = (struct decoding *)w;
  if (d->decoder) etf_decoder_free(d->decoder);
  if (d->tmp) mem_free(d->tmp, d->n, MEM_SYSTEM);
  mem_free(d, sizeof *d, MEM_PROCESS);
}

// NULL: no memory. The result owns tmp.
static struct decoding *decoding_new(const u8 *data, size_t n, u8 *tmp, int flags) {
  struct decoding *d = mem_alloc(sizeof *d, MEM_PROCESS);
  if (!d) {
    if (tmp) mem_free(tmp, n, MEM_SYSTEM);
    return NULL;
  }
  *d = (struct decoding){{drop_decoding}, etf_decoder_new(HEAP, data, n, flags), tmp, n};
  if (d->decoder) return d;
  drop_decoding(&d->work);
  return NULL;
}

static term decoded(term t, size_t used, bool want_used) {
  if (t == NV) return ctx.heap.exhausted ? bif_system_limit() : bif_badarg();
  return want_used ? tuple2(HEAP, t, make_small((i64)used)) : t;
}

static term decode_on(struct process *p, struct decoding *d, bool want_used) {
  size_t before = etf_decoder_offset(d->decoder), used = 0;
  bool done = etf_decoder_go(d->decoder, DECODE_STEPS);
  bif_bump((u32)((etf_decoder_offset(d->decoder) - before) / BYTES_PER_RED));
  if (!done) {
    p->work = &d->work;
    return bif_yield();
  }
  term t = etf_decoder_result(d->decoder, &used);
  drop_decoding(&d->work);
  return decoded(t, used, want_used);
}

static term from_binary(struct process *p, term binary, int flags, bool want_used) {
  struct decoding *d = (struct decoding *)work_take(p);
  if (d) return decode_on(p, d, want_used);
  size_t n, used = 0;
  u8 *tmp = NULL;
  const u8 *data = is_binary(binary) ? binary_bytes(binary, &n, &tmp) : NULL;
  if (!data) return bif_badarg();
  if (n > DECODE_BYTES) {
    d = decoding_new(data, n, tmp, flags);
    return d ? decode_on(p, d, want_used) : bif_system_limit();
  }
  term t = etf_decode(HEAP, data, n, flags, &used, NULL);
  if (tmp) mem_free(tmp, n, MEM_SYSTEM);
  bif_bump((u32)(n / BYTES_PER_RED));
  return decoded(t, used, want_used);
}

term bif_binary_to_term_1(struct process *p, term *a) { return from_binary(p, a[0], 0, false); }

term bif_binary_to_term_2(struct process *p, term *a) {
  int flags = 0;
  bool used = false;
  term l = a[1];
  for (; is_cons(l); l = tl(l)) {
    if (hd(l) == ATOM_safe) flags |= ETF_SAFE;
    else if (hd(l) == ATOM_used) used = true;
    else return bif_badarg();
  }
  return is_nil(l) ? from_binary(p, a[0], flags, used) : bif_badarg();
}
