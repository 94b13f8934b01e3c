// SPDX-License-Identifier: Apache-2.0
// The module os: environment variables (a list of our own, because a browser has no environment) and the process id;
// and file names as prim_file sees them. Names and values are UTF-8 inside the VM, lists outside.
#include "base/alloc.h"
#include "base/hostcalls.h"
#include "bif/bif.h"
#include "bif/bif_system.h"
#include "gen/bifs.h"

struct variable {
  struct variable *next;
  size_t name_len, value_len;
  u8 text[]; // name, then value
};
static struct variable *variables;

static size_t variable_size(const struct variable *v) { return sizeof *v + v->name_len + v->value_len; }

static struct variable **find(const u8 *name, size_t len) {
  struct variable **v = &variables;
  while (*v && !((*v)->name_len == len && memcmp((*v)->text, name, len) == 0)) v = &(*v)->next;
  return v;
}

static void drop(struct variable **link) {
  struct variable *v = *link;
  if (!v) return;
  *link = v->next;
  mem_free(v, variable_size(v), MEM_SYSTEM);
}

bool system_env_put(const u8 *name, size_t name_len, const u8 *value, size_t value_len) {
  struct variable *v = mem_alloc(sizeof *v + name_len + value_len, MEM_SYSTEM);
  if (!v) return false;
  v->name_len = name_len;
  v->value_len = value_len;
  memcpy(v->text, name, name_len);
  memcpy(v->text + name_len, value, value_len);
  struct variable **link = find(name, name_len);
  drop(link);
  v->next = *link;
  *link = v;
  return true;
}

void os_close(void) {
  while (variables) drop(&variables);
}

// Writes a list of characters as UTF-8. False: it is no such list, contains a zero, or there is no memory.
static bool text_of(term list, struct bytes *out) {
  bytes_init(out);
  for (; is_cons(list); list = tl(list)) {
    i64 c;
    u8 utf8[4];
    int n = bif_small(hd(list), 1, 0x10FFFF, &c) ? utf8_encode(utf8, (u32)c) : 0;
    if (n == 0) break;
    bytes_append(out, utf8, (size_t)n);
  }
  if (list == NIL && !out->failed) return true;
  bytes_free(out);
  return false;
}

// Makes a list of the characters of UTF-8 text; bytes that are not UTF-8 stand for themselves.
static term characters(const u8 *p, size_t n) {
  const u8 *end = p + n;
  term list = NIL; // built from its end
  while (end > p) {
    const u8 *start = end - 1;
    while (start > p && (*start & 0xC0) == 0x80 && end - start < 4) start--;
    u32 c;
    if (utf8_decode(start, end, &c) == end - start) end = start;
    else c = *--end;
    list = cons(HEAP, make_small(c), list);
  }
  return list;
}

// Reads the name of a variable: only its first character may be '='.
static bool name_of(term list, struct bytes *out) {
  if (!text_of(list, out)) return false;
  if (out->len == 0 || memchr(out->data, '=', out->len) == NULL) return true;
  bytes_free(out);
  return false;
}

term bif_os_getenv_1(struct process *p, term *a) {
  (void)p;
  struct bytes name;
  if (!name_of(a[0], &name)) return bif_badarg();
  struct variable *v = *find(name.data, name.len);
  bytes_free(&name);
  return v ? characters(v->text + v->name_len, v->value_len) : ATOM_false;
}

term bif_os_putenv_2(struct process *p, term *a) {
  (void)p;
  struct bytes name, value;
  if (!name_of(a[0], &name)) return bif_badarg();
  bool ok = text_of(a[1], &value), stored = false;
  if (ok) {
    stored = system_env_put(name.data, name.len, value.data, value.len);
    bytes_free(&value);
  }
  bytes_free(&name);
  if (!ok) return bif_badarg();
  return stored ? ATOM_true : bif_system_limit();
}

term bif_os_unsetenv_1(struct process *p, term *a) {
  (void)p;
  struct bytes name;
  if (!name_of(a[0], &name)) return bif_badarg();
  drop(find(name.data, name.len));
  bytes_free(&name);
  return ATOM_true;
}

term bif_os_env_0(struct process *p, term *a) {
  (void)p, (void)a;
  term list = NIL;
  for (struct variable *v = variables; v; v = v->next) {
    term name = characters(v->text, v->name_len);
    list = cons(HEAP, tuple2(HEAP, name, characters(v->text + v->name_len, v->value_len)), list);
  }
  return list;
}

term bif_os_getpid_0(struct process *p, term *a) {
  (void)p, (void)a;
  u8 *out = NULL;
  size_t n;
  i64 pid = host_file(PORT_OS_PID, 0, NULL, 0, 0, &out, &n);
  struct bytes text;
  bytes_init(&text);
  // Where the host has no process id it is 1: programs cannot see any other program.
  bytes_unsigned(&text, pid > 0 ? (u64)pid : 1);
  term digits = characters(text.data, text.len);
  bytes_free(&text);
  return digits;
}

// Like strstr, which would be linked for this one use and is ten times larger.
static bool has_word(const char *words, const char *word) {
  for (; *words; words++) {
    size_t i = 0;
    while (word[i] && words[i] == word[i]) i++;
    if (!word[i]) return true;
  }
  return false;
}

// A signal that the program handles comes to erl_signal_server as {notify, Signal}. The host sends it, if it can
// receive signals (js/host/signals.js).
term bif_os_set_signal_2(struct process *p, term *a) {
  (void)p;
  static const char names[] = " sighup sigquit sigabrt sigalrm sigterm sigusr1 sigusr2 sigchld sigstop sigtstp ";
  static const char newer[] = " sigcont sigwinch "; // since OTP 28
  if (!is_atom(a[0]) || (a[1] != ATOM_default && a[1] != ATOM_ignore && a[1] != ATOM_handle)) return bif_badarg();
  u8 *out = NULL;
  size_t n, none = 0;
  const u8 *name = atom_text(a[0], &n);
  char padded[12] = " ";
  if (n > sizeof padded - 3) return bif_badarg();
  memcpy(padded + 1, name, n);
  padded[n + 1] = ' ';
  if (!has_word(names, padded) && (system_otp_release() < 28 || !has_word(newer, padded))) return bif_badarg();
  enum signal_action action = a[1] == ATOM_default  ? SIGNAL_ACTION_DEFAULT
                              : a[1] == ATOM_ignore ? SIGNAL_ACTION_IGNORE
                                                    : SIGNAL_ACTION_HANDLE;
  host_file(PORT_SIGNAL, 0, name, n, action, &out, &none);
  return ATOM_ok; // where the host has no signals there is nothing to do
}

// --- File names ----------------------------------------------------------------------------------

// Returns a name as the bytes that an operating system takes, with a zero at the end.
term bif_prim_file_name2native_1(struct process *p, term *a) {
  (void)p;
  struct bytes text;
  size_t len;
  u8 *tmp = NULL;
  const u8 *raw = is_binary(a[0]) ? binary_bytes(a[0], &len, &tmp) : NULL;
  if (raw) {
    bytes_init(&text);
    bytes_append(&text, raw, len);
    if (tmp) mem_free(tmp, len, MEM_SYSTEM);
  } else if (!text_of(a[0], &text)) {
    return bif_badarg();
  }
  bytes_put(&text, 0);
  term result = text.failed ? NV : binary_from(HEAP, text.data, text.len);
  bytes_free(&text);
  return result == NV ? bif_system_limit() : result;
}

// A name as a list of characters. A name that is not UTF-8 is an error; with warn set the result is {error, warning},
// for which prim_file logs a warning and leaves the name out, as erl does with +fnuw.
static term name_from(term binary, bool warn) {
  size_t len;
  u8 *tmp = NULL;
  const u8 *raw = is_binary(binary) ? binary_bytes(binary, &len, &tmp) : NULL;
  if (!raw) return bif_badarg();
  bool valid = utf8_count(raw, len) != SIZE_MAX;
  term result = valid ? characters(raw, len) : warn ? tuple2(HEAP, ATOM_error, ATOM_warning) : NV;
  if (tmp) mem_free(tmp, len, MEM_SYSTEM);
  return result == NV ? bif_badarg() : result;
}
term bif_prim_file_native2name_1(struct process *p, term *a) {
  (void)p;
  return name_from(a[0], true);
}
term bif_prim_file_normalize_utf8_1(struct process *p, term *a) {
  (void)p;
  return name_from(a[0], false);
}
term bif_prim_file_is_translatable_1(struct process *p, term *a) {
  (void)p;
  size_t len;
  u8 *tmp = NULL;
  const u8 *raw = is_binary(a[0]) ? binary_bytes(a[0], &len, &tmp) : NULL;
  if (!raw) return bif_badarg();
  bool valid = utf8_count(raw, len) != SIZE_MAX;
  if (tmp) mem_free(tmp, len, MEM_SYSTEM);
  return make_bool(valid);
}
term bif_file_native_name_encoding_0(struct process *p, term *a) {
  (void)p, (void)a;
  return ATOM_utf8;
}
