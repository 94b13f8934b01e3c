// SPDX-License-Identifier: Apache-2.0
// Runs the BEAM reader on every module of the installed OTP (OTP_ROOT, else /usr/lib/erlang), of the releases fetched
// to build/otp, and on damaged copies of them. It must never crash, and must report each error with its position.
// test_beam_file [ROOT...] reads other trees; without any OTP only the small cases run.
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/md5.h"
#include "code/check.h"

static int passed, failed;
#define CHECK(condition, ...) \
  do { \
    if (condition) { \
      passed++; \
      break; \
    } \
    failed++; \
    printf("%s:%d: ", __FILE__, __LINE__); \
    printf(__VA_ARGS__); \
    printf("\n"); \
  } while (0)

static u64 seed = 20240229;
static u32 random_below(u32 n) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (u32)(seed >> 33) % n;
}

static u8 *read_file(const char *path, size_t *len) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  fseek(f, 0, SEEK_END);
  *len = (size_t)ftell(f);
  rewind(f);
  u8 *data = malloc(*len + 1);
  if (fread(data, 1, *len, f) != *len) *len = 0;
  fclose(f);
  return data;
}

struct counts {
  u64 instructions, literals, lines;
};

// Opens, decodes and checks everything. The bytes are in a block of exactly their size, so that the sanitizer detects a
// read beyond them.
static bool read_everything(const u8 *bytes, size_t len, struct counts *n, struct beam_error *e) {
  u8 *data = malloc(len ? len : 1);
  memcpy(data, bytes, len);
  struct beam_file f;
  memset(e, 0, sizeof *e);
  bool good = beam_open(&f, data, len, e);
  if (good) {
    good = beam_check(&f, e);
    struct beam_cursor c;
    struct beam_instr i;
    beam_start(&c, &f);
    while (good && beam_next(&c, &i, e) > 0) n->instructions++;
    beam_stop(&c);
    n->literals += f.literal_count;
    n->lines += f.line_count;
    beam_close(&f);
  }
  free(data);
  return good;
}

static bool says_where(const struct beam_error *e, size_t len) {
  return e->what && strlen(e->chunk) == 4 && e->offset <= len * 1100;
}

static void damage(u8 *data, size_t *len) {
  for (u32 times = 1 + random_below(4); times > 0; times--) {
    u32 at = random_below((u32)*len);
    switch (random_below(6)) {
      case 0: data[at] = (u8)random_below(256); break;
      case 1: data[at] ^= (u8)(1 << random_below(8)); break;
      case 2: data[at] = 0xFF; break;
      case 3: data[at] = 0; break;
      case 4: *len = at + 1; break;
      default: data[at] = data[random_below((u32)*len)]; break;
    }
  }
}

static void test_damaged(const char *path, const u8 *data, size_t len) {
  u8 *copy = malloc(len);
  for (u32 round = 0; round < 60; round++) {
    struct counts n = {0};
    struct beam_error e;
    size_t m = len;
    u64 before = seed;
    memcpy(copy, data, len);
    damage(copy, &m);
    if (!read_everything(copy, m, &n, &e) && !says_where(&e, len))
      CHECK(false, "%s, seed %llu: error says nothing", path, (unsigned long long)before);
  }
  passed++;
  free(copy);
}

static void test_truncated(const char *path, const u8 *data, size_t len) {
  for (size_t m = 0; m < len; m += 1 + m / 50) {
    struct counts n = {0};
    struct beam_error e;
    bool good = read_everything(data, m, &n, &e);
    if (good || !says_where(&e, len)) CHECK(false, "%s cut to %zu bytes", path, m);
  }
  passed++;
}

static void test_out_of_memory(const char *path, const u8 *data, size_t len) {
  u64 blocks = mem_live_blocks();
  for (i64 k = 1; k < 100; k++) {
    struct counts n = {0};
    struct beam_error e;
    mem_fail_at(k);
    bool good = read_everything(data, len, &n, &e);
    mem_fail_at(-1);
    bool right = good || strcmp(e.what, "out of memory") == 0 || strcmp(e.what, "cannot be inflated") == 0;
    CHECK(right, "%s: %s when allocation %d fails", path, e.what, (int)k);
    CHECK(mem_live_blocks() == blocks, "%s: leak when allocation %d fails", path, (int)k);
    if (good || !right) break;
  }
}

static int test_tree(const char *root) {
  char pattern[1000];
  glob_t g;
  snprintf(pattern, sizeof pattern, "%s/lib/*/ebin/*.beam", root);
  if (glob(pattern, 0, NULL, &g) != 0) return 0;
  struct counts n = {0};
  for (size_t k = 0; k < g.gl_pathc; k++) {
    struct beam_error e;
    size_t len;
    const char *path = g.gl_pathv[k];
    u8 *data = read_file(path, &len);
    if (!data) continue;
    bool good = read_everything(data, len, &n, &e);
    CHECK(good, "%s: %s at %u: %s", path, e.chunk, e.offset, e.what);
    if (len < 40000 && k % 4 == 0) test_damaged(path, data, len);
    if (len < 6000 && k % 8 == 0) test_truncated(path, data, len);
    if (k % 50 == 0) test_out_of_memory(path, data, len);
    free(data);
  }
  int files = (int)g.gl_pathc;
  printf("%s: %d modules, %llu instructions, %llu literals, %llu lines\n", root, files,
         (unsigned long long)n.instructions, (unsigned long long)n.literals, (unsigned long long)n.lines);
  globfree(&g);
  return files;
}

static void test_md5(const char *text, const char *expected) {
  struct md5 m;
  u8 digest[16];
  char hex[33];
  md5_init(&m);
  // In portions of different sizes.
  size_t len = strlen(text), at = 0;
  for (size_t step = 1; at < len; step++) {
    size_t k = step < len - at ? step : len - at;
    md5_update(&m, text + at, k);
    at += k;
  }
  md5_final(&m, digest);
  for (int i = 0; i < 16; i++) sprintf(hex + 2 * i, "%02x", digest[i]);
  CHECK(strcmp(hex, expected) == 0, "md5 of %s is %s", text, hex);
}

int main(int argc, char **argv) {
  test_md5("", "d41d8cd98f00b204e9800998ecf8427e");
  test_md5("abc", "900150983cd24fb0d6963f7d28e17f72");
  test_md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890",
           "57edf4a22be3c955ac49da2e2107b67a");
  struct counts n = {0};
  struct beam_error e;
  CHECK(!read_everything((const u8 *)"", 0, &n, &e) && strcmp(e.chunk, "FOR1") == 0, "empty file");
  int files = 0;
  for (int k = 1; k < argc; k++) files += test_tree(argv[k]);
  if (argc < 2) {
    const char *root = getenv("OTP_ROOT");
    files += test_tree(root ? root : "/usr/lib/erlang");
    files += test_tree("build/otp/trixie/usr/lib/erlang");
    files += test_tree("build/otp/sid/usr/lib/erlang");
  }
  if (files == 0) printf("skipped: no OTP found to read modules of\n");
  CHECK(mem_live_blocks() == 0, "%llu blocks live at the end", (unsigned long long)mem_live_blocks());
  printf("%d passed, %d failed, %d skipped\n", passed, failed, files == 0);
  return failed != 0;
}
