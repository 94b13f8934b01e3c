// SPDX-License-Identifier: Apache-2.0
// Text of terms. What is still to be printed waits as frames on an explicit stack (a byte buffer), so deep terms need
// no C stack. Invariant: each frame prints the separator before its next element. Called by BIFs (display,
// fun_to_list), crash texts and the JavaScript boundary.
#include "term/print.h"

#include "term/atom.h"
#include "term/binary.h"
#include "term/etf.h"
#include "term/map_node.h"
#include "term/number.h"
#include "term/record.h"
#include "term/ref.h"

enum frame_kind { FRAME_LIST, FRAME_TUPLE, FRAME_RECORD, FRAME_FLAT_MAP, FRAME_CHILDREN, FRAME_VALUE, FRAME_CLOSE };
struct frame {
  const term *p;
  u32 n;
  u32 kind;
};
struct printer {
  struct bytes *out;
  struct bytes frames; // of struct frame
  bool display;
};

static void push(struct printer *w, enum frame_kind kind, const term *p, u32 n) {
  struct frame f = {p, n, kind};
  bytes_append(&w->frames, &f, sizeof f); // when memory is out, the text is cut
}

// --- Atoms -------------------------------------------------------------------------------------

static bool is_lower(u32 c) { return (c >= 'a' && c <= 'z') || (c >= 0xDF && c <= 0xFF && c != 0xF7); }
static bool is_name_char(u32 c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (c >= 0xC0 && c <= 0xDE && c != 0xD7);
}

static bool is_reserved(const u8 *text, size_t n) {
  static const char words[] = " after and andalso band begin bnot bor bsl bsr bxor case catch cond div end fun if let "
                              "not of or orelse receive rem try when xor ";
  for (const char *p = words; *p; p++)
    if (p[0] == ' ' && strncmp(p + 1, (const char *)text, n) == 0 && p[n + 1] == ' ') return true;
  return false;
}

static bool is_plain_atom(const u8 *text, size_t n, bool display) {
  u32 c;
  for (size_t i = 0; i < n;) {
    int k = utf8_decode(text + i, text + n, &c);
    if (k == 0 || (i == 0 ? !is_lower(c) : !is_name_char(c) && (c != '@' || display))) return false;
    i += (size_t)k;
  }
  return n > 0 && (display || !is_reserved(text, n));
}

static void put_escaped(struct bytes *out, u32 c, u32 quote) {
  static const char names[] = "\bb\tt\nn\vv\ff\rr\x1B"
                              "e\x7F"
                              "d";
  if (c == quote || c == '\\') {
    bytes_put(out, '\\');
    bytes_put(out, (u8)c);
    return;
  }
  for (const char *p = names; *p; p += 2) {
    if ((u32)*p != c) continue;
    bytes_put(out, '\\');
    bytes_put(out, (u8)p[1]);
    return;
  }
  if (c < 32 || (c >= 128 && c < 160)) {
    u8 octal[4] = {'\\', (u8)('0' + (c >> 6)), (u8)('0' + (c >> 3 & 7)), (u8)('0' + (c & 7))};
    bytes_append(out, octal, 4);
    return;
  }
  bytes_utf8(out, c);
}

static void put_atom(struct bytes *out, term atom, bool display) {
  size_t n;
  const u8 *text = atom_text(atom, &n);
  if (is_plain_atom(text, n, display)) {
    bytes_append(out, text, n);
    return;
  }
  bytes_put(out, '\'');
  u32 c = 0;
  for (size_t i = 0; i < n; i += (size_t)utf8_decode(text + i, text + n, &c)) {
    utf8_decode(text + i, text + n, &c);
    put_escaped(out, c, '\'');
  }
  bytes_put(out, '\'');
}

void print_atom(struct bytes *out, term atom) { put_atom(out, atom, false); }

// --- Identifiers -------------------------------------------------------------------------------

static void put_numbers(struct bytes *out, const char *start, u64 node, const u64 *numbers, u32 n) {
  bytes_text(out, start);
  bytes_unsigned(out, node);
  for (u32 i = 0; i < n; i++) {
    bytes_put(out, '.');
    bytes_unsigned(out, numbers[i]);
  }
  bytes_put(out, '>');
}

// A pid of another node shows the index of the node name's atom, as in OTP.
void print_pid(struct bytes *out, term pid) {
  const term *p = is_boxed(pid) ? boxed_ptr(pid) : NULL;
  u64 n[2] = {p ? (u32)p[3] : pid_number(pid), p ? p[3] >> 32 : pid_serial(pid)};
  put_numbers(out, "<", p ? atom_index(p[1]) : 0, n, 2);
}

void print_port(struct bytes *out, term port) {
  const term *p = is_boxed(port) ? boxed_ptr(port) : NULL;
  u64 n = p ? p[3] : port_number(port);
  put_numbers(out, "#Port<", p ? atom_index(p[1]) : 0, &n, 1);
}

void print_ref(struct bytes *out, term ref) {
  const term *p = boxed_ptr(ref);
  if (is_local_ref(ref)) {
    u64 n[3] = {p[2], p[1] >> 32, (u32)p[1]};
    put_numbers(out, "#Ref<", 0, n, 3);
    return;
  }
  u64 n[5];
  u32 count = (u32)(p[2] >> 32);
  const u32 *words = (const u32 *)(p + 3);
  for (u32 i = 0; i < count && i < COUNT_OF(n); i++) n[i] = words[count - 1 - i];
  put_numbers(out, "#Ref<", atom_index(p[1]), n, count);
}

void print_mfa(struct bytes *out, term module, term function, u32 arity) {
  print_atom(out, module);
  bytes_put(out, ':');
  print_atom(out, function);
  bytes_put(out, '/');
  bytes_unsigned(out, arity);
}

void print_fun(struct bytes *out, term fun) {
  if (is_kind(fun, KIND_EXPORT)) {
    term m, f;
    u32 arity;
    if (!etf_export_info) return;
    etf_export_info(fun, &m, &f, &arity);
    bytes_text(out, "fun ");
    print_mfa(out, m, f, arity);
    return;
  }
  struct fun_info_etf info;
  if (!etf_fun_info) return;
  etf_fun_info(fun, &info);
  bytes_text(out, "#Fun<");
  print_atom(out, info.module);
  bytes_put(out, '.');
  bytes_unsigned(out, info.old_index);
  bytes_put(out, '.');
  bytes_unsigned(out, info.old_uniq);
  bytes_put(out, '>');
}

// --- Binaries and strings ----------------------------------------------------------------------

static u8 byte_at(const struct bits *b, u64 i) {
  u32 byte = b->data[i];
  if (b->offset) byte = byte << b->offset | (u32)b->data[i + 1] >> (8 - b->offset);
  return (u8)byte;
}

// Whether display takes c for a character of a string.
static bool is_text_char(u64 c) { return (c >= 32 && c < 127) || (c >= 9 && c <= 13) || (c >= 160 && c <= 255); }

static void put_text_char(struct bytes *out, u32 c) {
  if (c == '\n') bytes_text(out, "\\n");
  else if (c == '"') bytes_text(out, "\\\"");
  else bytes_utf8(out, c);
}

static void put_bits(struct printer *w, term t, size_t end) {
  struct bits b;
  bits_of(t, &b);
  u64 n = b.size / 8;
  u32 loose = b.size & 7;
  bool text = w->display && n > 0 && loose == 0;
  for (u64 i = 0; i < n && text; i++) text = byte_at(&b, i) >= 32 && byte_at(&b, i) < 127;
  bytes_text(w->out, text ? "<<\"" : "<<");
  for (u64 i = 0; i < n && w->out->len < end; i++) {
    if (text) {
      put_text_char(w->out, byte_at(&b, i));
      continue;
    }
    if (i > 0) bytes_put(w->out, ',');
    bytes_unsigned(w->out, byte_at(&b, i));
  }
  if (loose) {
    u8 last = 0;
    bits_copy(&last, 0, b.data, b.offset + n * 8, loose);
    if (n > 0) bytes_put(w->out, ',');
    bytes_unsigned(w->out, last >> (8 - loose));
    bytes_put(w->out, ':');
    bytes_unsigned(w->out, loose);
  }
  bytes_text(w->out, text ? "\">>" : ">>");
}

static bool is_text(term t) {
  while (is_cons(t) && is_small(hd(t)) && is_text_char((u64)small_val(hd(t)))) t = tl(t);
  return is_nil(t);
}

static void put_text(struct printer *w, term t) {
  bytes_put(w->out, '"');
  for (; is_cons(t); t = tl(t)) put_text_char(w->out, (u32)small_val(hd(t)));
  bytes_put(w->out, '"');
}

// --- Compounds ---------------------------------------------------------------------------------

static void open_list(struct printer *w, term t) {
  if (w->display && is_text(t)) {
    put_text(w, t);
    return;
  }
  bytes_put(w->out, '[');
  push(w, FRAME_LIST, cons_ptr(t), 1);
}

static void open_boxed(struct printer *w, term t, size_t end) {
  const term *p = boxed_ptr(t);
  u32 n = header_size(p[0]);
  switch (header_kind(p[0])) {
    case KIND_TUPLE:
      bytes_put(w->out, '{');
      push(w, FRAME_TUPLE, p + 1, n);
      break;
    case KIND_RECORD:
      bytes_put(w->out, '#');
      put_atom(w->out, record_definition(t)[RECORD_MODULE], w->display);
      bytes_put(w->out, ':');
      put_atom(w->out, record_definition(t)[RECORD_NAME], w->display);
      bytes_put(w->out, '{');
      push(w, FRAME_CLOSE, NULL, '}');
      push(w, FRAME_RECORD, p, 0);
      break;
    case KIND_MAP_FLAT:
      bytes_text(w->out, "#{");
      push(w, FRAME_CLOSE, NULL, '}');
      push(w, FRAME_FLAT_MAP, p, 0);
      break;
    case KIND_MAP_HASH:
      bytes_text(w->out, "#{");
      push(w, FRAME_CLOSE, NULL, '}');
      push(w, FRAME_CHILDREN, p + 2, n - 1);
      break;
    case KIND_FUN:
    case KIND_EXPORT: print_fun(w->out, t); break;
    case KIND_FLOAT:
      if (w->display) num_print_float_scientific(w->out, float_val(t), 6);
      else num_print_float(w->out, float_val(t));
      break;
    case KIND_BIG_POS:
    case KIND_BIG_NEG: num_print_int(w->out, t, 10); break;
    case KIND_REF:
    case KIND_MAGIC_REF:
    case KIND_EXT_REF: print_ref(w->out, t); break;
    case KIND_EXT_PID: print_pid(w->out, t); break;
    case KIND_EXT_PORT: print_port(w->out, t); break;
    case KIND_MATCH: bytes_text(w->out, "#MatchState"); break; // only a stack can hold one
    default: put_bits(w, t, end); break;
  }
}

static void open_term(struct printer *w, term t, size_t end) {
  if (is_small(t)) bytes_signed(w->out, small_val(t));
  else if (is_atom(t)) put_atom(w->out, t, w->display);
  else if (is_cons(t)) open_list(w, t);
  else if (is_boxed(t)) open_boxed(w, t, end);
  else if (is_nil(t)) bytes_text(w->out, "[]");
  else if (is_local_pid(t)) print_pid(w->out, t);
  else if (is_local_port(t)) print_port(w->out, t);
  else bytes_text(w->out, "#NoValue");
}

// Prints the comma before a pair, unless the pair is the map's first.
static void separate_pair(struct printer *w) {
  if (w->out->len && w->out->data[w->out->len - 1] != '{') bytes_put(w->out, ',');
}

// Prints up to the next term and returns that in *t. False: this frame had no term left, and may be gone.
static bool advance(struct printer *w, term *t) {
  struct frame *f = (struct frame *)(w->frames.data + w->frames.len) - 1;
  const term *p = f->p;
  switch (f->kind) {
    case FRAME_LIST: // p: the next cell; n: whether it is the first
      if (!f->n) bytes_put(w->out, ',');
      f->n = 0;
      *t = p[0];
      if (is_cons(p[1])) {
        f->p = cons_ptr(p[1]);
      } else if (is_nil(p[1])) {
        f->kind = FRAME_CLOSE;
        f->n = ']';
      } else {
        f->kind = FRAME_VALUE;
        f->p = p + 1;
        f->n = '|';
      }
      return true;
    case FRAME_TUPLE:
      if (f->n == 0) {
        bytes_put(w->out, '}');
        break;
      }
      if (!is_header(p[-1])) bytes_put(w->out, ','); // what stands before the first element is the header
      *t = *f->p++;
      f->n--;
      return true;
    case FRAME_RECORD: { // n: number of fields done
      u32 at = f->n++;
      if (at == header_size(p[0]) - 1) break;
      if (at > 0) bytes_put(w->out, ',');
      put_atom(w->out, tuple_elements(p[1])[RECORD_KEYS + at], w->display);
      bytes_text(w->out, w->display ? "=" : " = ");
      *t = p[2 + at];
      return true;
    }
    case FRAME_FLAT_MAP: { // n: number of pairs done
      u32 at = f->n++;
      if (at == header_size(p[0]) - 1) break;
      separate_pair(w);
      *t = tuple_elements(p[1])[at];
      push(w, FRAME_VALUE, p + 2 + at, '>');
      return true;
    }
    case FRAME_CHILDREN: {
      if (f->n == 0) break;
      term child = *f->p++;
      f->n--;
      if (!is_cons(child)) {
        push(w, FRAME_CHILDREN, boxed_ptr(child) + 1, header_size(boxed_header(child)));
        return false;
      }
      separate_pair(w);
      *t = hd(child);
      push(w, FRAME_VALUE, cons_ptr(child) + 1, '>');
      return true;
    }
    case FRAME_VALUE: // a value of a map, or the tail of a list
      *t = *p;
      if (f->n == '|') {
        bytes_put(w->out, '|');
        f->kind = FRAME_CLOSE;
        f->n = ']';
        return true;
      }
      bytes_text(w->out, w->display ? "=>" : " => ");
      w->frames.len -= sizeof *f;
      return true;
    default: // FRAME_CLOSE
      bytes_put(w->out, (u8)f->n);
  }
  w->frames.len -= sizeof *f;
  return false;
}

static void print(struct printer *w, term t, size_t limit) {
  bytes_init(&w->frames);
  size_t end = w->out->len > SIZE_MAX - limit ? SIZE_MAX : w->out->len + limit;
  bool more = true;
  for (;;) {
    if (more) open_term(w, t, end);
    if (w->out->len >= end || w->out->failed || w->frames.failed) {
      if (w->frames.len > 0 || w->out->len > end) {
        if (w->out->len > end) w->out->len = end;
        while (w->out->len > 0 && w->out->len == end && (w->out->data[end] & 0xC0) == 0x80)
          end = --w->out->len; // cut between characters
        bytes_text(w->out, "...");
      }
      break;
    }
    if (w->frames.len == 0) break;
    more = advance(w, &t);
  }
  bytes_free(&w->frames);
}

void print_term(struct bytes *out, term t, size_t limit) {
  struct printer w = {.out = out, .display = false};
  print(&w, t, limit);
}

void print_display(struct bytes *out, term t) {
  struct printer w = {.out = out, .display = true};
  print(&w, t, SIZE_MAX);
}
