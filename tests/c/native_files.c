// SPDX-License-Identifier: Apache-2.0
// host_file of the native build: the files of the machine, through POSIX. A handle is a file descriptor.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/hostcalls.h"
#include "native_host.h"

static i64 failed(void) {
#define ERROR(name) {name, HOST_##name},
  static const struct {
    int number;
    enum host_error error;
  } errors[] = {HOST_NAMES(ERROR)};
#undef ERROR
  for (size_t i = 0; i < COUNT_OF(errors); i++)
    if (errors[i].number == errno) return errors[i].error;
  return HOST_EIO;
}
static i64 done(i64 result) { return result < 0 ? failed() : result; }

// Returns the data as a block of exactly its size; when it is empty, there is no block.
static i64 give(struct bytes *b, u8 **out, size_t *n_out) {
  i64 n = (i64)b->len;
  u8 *block = b->len && !b->failed ? mem_alloc(b->len, MEM_SYSTEM) : NULL;
  if (block) {
    memcpy(block, b->data, b->len);
    *out = block;
    *n_out = b->len;
  }
  bytes_free(b);
  return n;
}

static i64 read_some(int fd, i64 most, u8 **out, size_t *n_out) {
  struct bytes b;
  bytes_init(&b);
  while ((i64)b.len < most && !b.failed) {
    size_t want = most - (i64)b.len > 65536 ? 65536 : (size_t)(most - (i64)b.len);
    u8 *room = bytes_reserve(&b, want);
    ssize_t n = room ? read(fd, room, want) : 0;
    b.len -= want - (n > 0 ? (size_t)n : 0);
    if (n < 0) {
      bytes_free(&b);
      return failed();
    }
    if (n == 0) break;
  }
  return give(&b, out, n_out);
}

static i64 information(int result, const struct stat *s, const char *path, u8 **out, size_t *n_out) {
  if (result < 0) return failed();
  bool is_device = S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode);
  u64 type = S_ISREG(s->st_mode)   ? FILE_TYPE_REGULAR
             : S_ISDIR(s->st_mode) ? FILE_TYPE_DIRECTORY
             : S_ISLNK(s->st_mode) ? FILE_TYPE_SYMLINK
             : is_device           ? FILE_TYPE_DEVICE
                                   : FILE_TYPE_OTHER;
  u64 may = FILE_ACCESS_READ_WRITE;
  if (path && access(path, R_OK) != 0) may &= ~(u64)FILE_ACCESS_READ;
  if (path && access(path, W_OK) != 0) may &= ~(u64)FILE_ACCESS_WRITE;
  u64 values[] = {(u64)s->st_size,  type,       may,         (u64)s->st_atime, (u64)s->st_mtime,
                  (u64)s->st_ctime, s->st_mode, s->st_nlink, s->st_dev,        s->st_rdev,
                  s->st_ino,        s->st_uid,  s->st_gid};
  struct bytes b;
  bytes_init(&b);
  bytes_append(&b, values, sizeof values);
  return give(&b, out, n_out);
}

static i64 list(const char *path, u8 **out, size_t *n_out) {
  DIR *dir = opendir(path);
  if (!dir) return failed();
  struct bytes b;
  bytes_init(&b);
  for (struct dirent *e; (e = readdir(dir));) {
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    if (b.len) bytes_put(&b, 0);
    bytes_text(&b, e->d_name);
  }
  closedir(dir);
  return give(&b, out, n_out);
}

static i64 open_file(const char *path, i64 flags) {
  bool reads = (flags & OPEN_READ) != 0, writes = (flags & OPEN_WRITE) != 0;
  bool keeps = reads || (flags & (OPEN_APPEND | OPEN_EXCLUSIVE)) != 0; // whether the file keeps its contents
  int mode = writes ? (reads ? O_RDWR : O_WRONLY) | O_CREAT | (keeps ? 0 : O_TRUNC) : O_RDONLY;
  struct stat s;
  if (flags & OPEN_APPEND) mode |= O_APPEND;
  if (flags & OPEN_EXCLUSIVE) mode |= O_EXCL;
  bool wants_folder = (flags & OPEN_DIRECTORY) != 0;
  if (stat(path, &s) == 0 && (S_ISDIR(s.st_mode) != 0) != wants_folder) {
    errno = wants_folder ? ENOTDIR : EISDIR;
    return failed();
  }
  return done(open(path, mode | O_CLOEXEC, 0666));
}

static i64 set_time(const char *path, i64 seconds) {
  struct utimbuf t = {.actime = (time_t)seconds, .modtime = (time_t)seconds};
  return done(utime(path, &t));
}

// Sets the access time and leaves the modification time unchanged.
static i64 set_access_time(const char *path, i64 seconds) {
  struct stat s;
  if (stat(path, &s) < 0) return failed();
  struct utimbuf t = {.actime = (time_t)seconds, .modtime = s.st_mtime};
  return done(utime(path, &t));
}

static i64 by_handle(u32 operation, int fd, const u8 *in, size_t n, i64 number, u8 **out, size_t *n_out) {
  struct stat s;
  if (fcntl(fd, F_GETFD) < 0) return errno = EINVAL, failed(); // it was closed before
  switch (operation) {
    case FILE_CLOSE: return done(close(fd));
    case FILE_READ: return read_some(fd, number, out, n_out);
    case FILE_WRITE:
      for (size_t at = 0; at < n;) {
        ssize_t w = write(fd, in + at, n - at);
        if (w < 0) return failed();
        at += (size_t)w;
      }
      return 0;
    case FILE_SEEK_START: return done(lseek(fd, number, SEEK_SET));
    case FILE_SEEK_HERE: return done(lseek(fd, number, SEEK_CUR));
    case FILE_SEEK_END: return done(lseek(fd, number, SEEK_END));
    case FILE_TRUNCATE: return done(ftruncate(fd, lseek(fd, 0, SEEK_CUR)));
    case FILE_SYNC: return done(fsync(fd));
    default: return information(fstat(fd, &s), &s, NULL, out, n_out);
  }
}

static i64 read_whole(const char *path, u8 **out, size_t *n_out) {
  i64 fd = open_file(path, OPEN_READ);
  if (fd < 0) return fd;
  i64 n = read_some((int)fd, (i64)1 << 40, out, n_out);
  close((int)fd);
  return n;
}

static i64 text_of(ssize_t n, const char *text, u8 **out, size_t *n_out) {
  if (n < 0) return failed();
  struct bytes b;
  bytes_init(&b);
  bytes_append(&b, text, (size_t)n);
  return give(&b, out, n_out);
}

i64 host_file(u32 operation, u32 handle, const u8 *in, size_t n, i64 number, u8 **out, size_t *n_out) {
  if (operation >> SERVICE_SHIFT >= SERVICE_ZLIB) return native_library(operation, handle, in, n, number, out, n_out);
  if (operation >> SERVICE_SHIFT == SERVICE_PORTS) return native_port(operation, handle, in, n, number);
  if (FILE_WITH_HANDLE >> operation & 1) return by_handle(operation, (int)handle, in, n, number, out, n_out);
  char path[8192], text[4096];
  if (n >= sizeof path) return errno = ENAMETOOLONG, failed();
  if (n) memcpy(path, in, n);
  path[n] = 0;
  const char *second = path + strlen(path) + 1; // only meaningful when there are two names
  struct stat s;
  switch (operation) {
    case FILE_OPEN: return open_file(path, number);
    case FILE_INFO: return information(stat(path, &s), &s, path, out, n_out);
    case FILE_LINK_INFO: return information(lstat(path, &s), &s, path, out, n_out);
    case FILE_LIST: return list(path, out, n_out);
    case FILE_MAKE_DIR: return done(mkdir(path, 0777));
    case FILE_DEL_DIR: return done(rmdir(path));
    case FILE_DEL_FILE: return done(unlink(path));
    case FILE_RENAME: return done(rename(path, second));
    case FILE_LINK: return done(link(path, second));
    case FILE_SYMLINK: return done(symlink(path, second));
    case FILE_READ_LINK: return text_of(readlink(path, text, sizeof text), text, out, n_out);
    case FILE_CHMOD: return done(chmod(path, (mode_t)number));
    case FILE_SET_TIME: return set_time(path, number);
    case FILE_GET_CWD: return getcwd(text, sizeof text) ? text_of((ssize_t)strlen(text), text, out, n_out) : failed();
    case FILE_SET_CWD: return done(chdir(path));
    case FILE_READ_FILE: return read_whole(path, out, n_out);
    case FILE_SET_ACCESS_TIME: return set_access_time(path, number);
    case FILE_SET_OWNER: return done(chown(path, (uid_t)number, (gid_t)-1));
    case FILE_SET_GROUP: return done(chown(path, (uid_t)-1, (gid_t)number));
    default: return errno = ENOTSUP, failed();
  }
}
