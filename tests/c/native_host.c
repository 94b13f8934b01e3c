// SPDX-License-Identifier: Apache-2.0
// The native counterpart of the wasm host: the host_* functions by libc, POSIX and zlib. Modules come from folders of
// .beam files, searched in the order in which the folders were added. Linked into the native runner and tests.

#include "native_host.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/hostcalls.h"

bool native_host_virtual_clock;
static u64 virtual_us;
static char **paths;
static size_t path_count;

void native_host_advance(unsigned long long microseconds) { virtual_us += microseconds; }

void native_host_path(const char *directory) {
  char **grown = realloc(paths, (path_count + 1) * sizeof *paths);
  if (!grown) abort();
  paths = grown;
  paths[path_count++] = strdup(directory);
}

void native_host_free(void) {
  for (size_t i = 0; i < path_count; i++) free(paths[i]);
  free(paths);
  paths = NULL;
  path_count = 0;
}

static bool wanted_application(const char *folder) {
  static const char *const names[] = {"erts", "kernel", "stdlib", "compiler", "syntax_tools", "parsetools", "crypto"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t n = strlen(names[i]);
    if (strncmp(folder, names[i], n) == 0 && (folder[n] == '-' || folder[n] == 0)) return true;
  }
  return false;
}

// N of the folder releases/N of an OTP root; 0 when there is none.
static unsigned release_of(const char *root) {
  for (unsigned n = 20; n < 100; n++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/releases/%u", root, n);
    if (access(path, F_OK) == 0) return n;
  }
  return 0;
}

unsigned native_host_otp(const char *root) {
  char path[4096];
  snprintf(path, sizeof path, "%s/lib", root);
  DIR *dir = opendir(path);
  if (!dir) return 0;
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (!wanted_application(entry->d_name)) continue;
    snprintf(path, sizeof path, "%s/lib/%s/ebin", root, entry->d_name);
    native_host_path(path);
  }
  closedir(dir);
  return release_of(root);
}

static u64 clock_us(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (u64)t.tv_sec * 1000000u + (u64)t.tv_nsec / 1000u;
}

u64 host_monotonic_us(void) { return native_host_virtual_clock ? virtual_us : clock_us(CLOCK_MONOTONIC); }

u64 host_system_us(void) {
  return native_host_virtual_clock ? 1700000000000000ull + virtual_us : clock_us(CLOCK_REALTIME);
}

i32 host_utc_offset_s(i64 utc_seconds) {
  time_t t = (time_t)utc_seconds;
  struct tm local;
  return localtime_r(&t, &local) ? (i32)local.tm_gmtoff : 0;
}

void host_write(int fd, const u8 *data, size_t n) {
  FILE *file = fd == 2 ? stderr : stdout;
  if (n > 0) fwrite(data, 1, n, file); // an empty text may have no address
  fflush(file);
}

static bool read_file(const char *path, u8 **data, size_t *n) {
  FILE *file = fopen(path, "rb");
  if (!file) return false;
  struct stat info;
  bool ok = fstat(fileno(file), &info) == 0 && S_ISREG(info.st_mode);
  u8 *block = ok ? mem_alloc((size_t)info.st_size, MEM_SYSTEM) : NULL;
  ok = block && fread(block, 1, (size_t)info.st_size, file) == (size_t)info.st_size;
  fclose(file);
  if (!ok) {
    if (block) mem_free(block, (size_t)info.st_size, MEM_SYSTEM);
    return false;
  }
  *data = block;
  *n = (size_t)info.st_size;
  return true;
}

int host_module(const u8 *name, size_t len, u8 **data, size_t *n) {
  *data = NULL;
  if (memchr(name, '/', len)) return 0;
  for (size_t i = 0; i < path_count; i++) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%.*s.beam", paths[i], (int)len, (const char *)name);
    if (read_file(path, data, n)) return 1;
  }
  return 0;
}

bool host_inflate(const u8 *in, size_t n, u8 *out, size_t n_out, size_t *consumed) {
  z_stream z = {.next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)n, .next_out = out, .avail_out = (uInt)n_out};
  if (inflateInit(&z) != Z_OK) return false;
  int status = inflate(&z, Z_FINISH);
  bool ok = status == Z_STREAM_END && z.total_out == n_out;
  if (consumed) *consumed = z.total_in;
  inflateEnd(&z);
  return ok;
}

bool host_gunzip(const u8 *in, size_t n, u8 **out, size_t *n_out) {
  z_stream z = {.next_in = (Bytef *)(uintptr_t)in, .avail_in = (uInt)n};
  if (inflateInit2(&z, 15 + 16) != Z_OK) return false;
  size_t cap = n * 4 + 1024, used = 0;
  u8 *block = mem_alloc(cap, MEM_SYSTEM);
  int status = Z_OK;
  while (block && status == Z_OK) {
    if (used == cap) {
      u8 *grown = mem_realloc(block, cap, cap * 2, MEM_SYSTEM);
      if (!grown) break;
      block = grown;
      cap *= 2;
    }
    z.next_out = block + used;
    z.avail_out = (uInt)(cap - used);
    status = inflate(&z, Z_NO_FLUSH);
    used = cap - z.avail_out;
  }
  inflateEnd(&z);
  u8 *exact = block && status == Z_STREAM_END ? mem_realloc(block, cap, used, MEM_SYSTEM) : NULL;
  if (!exact) {
    if (block) mem_free(block, cap, MEM_SYSTEM);
    return false;
  }
  *out = exact;
  *n_out = used;
  return true;
}
