// SPDX-License-Identifier: Apache-2.0
// Everything that the VM asks of the machine it runs on. host/wasm.c implements it with imports of the wasm module,
// tests/c/native_host.c implements it for the native build. Nothing else in the VM reaches the outside.
#ifndef BASE_HOSTCALLS_H
#define BASE_HOSTCALLS_H

#include "base/base.h"

u64 host_monotonic_us(void);                 // microseconds, never goes back
u64 host_system_us(void);                    // microseconds since 1970-01-01 UTC
i32 host_utc_offset_s(i64 utc_seconds);      // local time minus UTC, seconds
void host_write(int fd, const u8 *data, size_t n); // fd 1 is standard output, 2 is standard error
// Bytes of a module not loaded yet. 1: *data/*n are set (freed with mem_free(data, n, MEM_SYSTEM));
// 0: no such module, and if the host can tell why it could not be had, *data/*n are the text (freed likewise), else
// *data is NULL; 2: being fetched, the VM is told by vm_module_arrived(name).
int host_module(const u8 *name, size_t len, u8 **data, size_t *n);
// Inflates a zlib stream; n_out is the exact size of the result, *consumed the input that was used.
bool host_inflate(const u8 *in, size_t n, u8 *out, size_t n_out, size_t *consumed);
bool host_gunzip(const u8 *in, size_t n, u8 **out, size_t *n_out); // for .beam files compressed with gzip
// Files. Paths are UTF-8, two of them with a zero between. A handle keeps its position. The answer is 0 or a value, or
// -1 - the index of an error in the list of spawnlink_prim_file:file/4. Data goes to a block of *n_out bytes (MEM_SYSTEM), else *out stays
// NULL. Information is 13 little-endian u64: size, type (0 other, 1 regular, 2 directory, 3 symlink, 4 device), access (1
// read, 2 write), atime, mtime, ctime (seconds), mode, links, major and minor device, inode, uid, gid.
enum host_file_operation {
  FILE_OPEN,       // path, number = flags: 1 read, 2 write, 4 append, 8 exclusive, 16 directory -> handle
  FILE_CLOSE,
  FILE_READ,       // number = at most so many bytes -> count, data
  FILE_WRITE,
  FILE_SEEK_START, // number -> new position
  FILE_SEEK_HERE,
  FILE_SEEK_END,
  FILE_TRUNCATE,   // at the position
  FILE_SYNC,
  FILE_INFO,       // path -> data
  FILE_LINK_INFO,  // the same, of a link itself
  FILE_HANDLE_INFO,
  FILE_LIST,       // path -> names with zeros between
  FILE_MAKE_DIR,
  FILE_DEL_DIR,
  FILE_DEL_FILE,
  FILE_RENAME,     // two paths
  FILE_LINK,
  FILE_SYMLINK,
  FILE_READ_LINK,
  FILE_CHMOD,      // path, number
  FILE_SET_TIME,   // path, number = seconds
  FILE_GET_CWD,
  FILE_SET_CWD,
  FILE_READ_FILE,  // path -> data
};
// Outside ends of ports, by the same call. What comes from outside is sent to the port: {spawnlink_port, data, Binary},
// {spawnlink_port, status, Status} of the program's end, {spawnlink_port, eof, []} when its output has ended.
enum host_port_operation {
  PORT_OPEN = 32, // folder, argv[0], number of variables, the variables (Name=Value), program, arguments: zeros between them; number = flags:
                  // 1 we read, 2 we write, 4 its errors are output too, 8 it has descriptors 3 and 4 for us -> handle
  PORT_ATTACH,    // number = that of the port, from now on told
  PORT_WRITE,
  PORT_CLOSE,
  PORT_OS_PID,    // of handle 0: our own
  PORT_SIGNAL     // name of a signal ('sigterm'), number: 0 the default, 1 ignored, 2 {notify, Name} goes to erl_signal_server
};
// Standard input and output as a terminal, by the same call; an error where they are none.
enum host_terminal_operation {
  TERMINAL_SIZE = 48, // -> columns * 65536 + rows
  TERMINAL_RAW        // number = 1: keys come one by one and are not shown; 0: as lines
};
// Libraries with a wasm of their own (libraries/library.h), by the same call. All answer data or an error, -1: stream_error,
// -2: data_error, -3: no memory, -4: buf_error.
enum host_stream_operation { // of zlib; numbers in answers are big-endian u32
  FILE_STREAMS = 64,
  STREAM_DEFLATE = FILE_STREAMS, // level, window bits, memory level, strategy: a byte each -> handle
  STREAM_INFLATE,  // the same, of which window bits count
  STREAM_RUN,      // input, number = room for output * 8 + flush -> used, status (0, 1 at its end, 2 wants a dictionary, 3 buf_error), checksum, output
  STREAM_SET_DICTIONARY, // -> checksum
  STREAM_GET_DICTIONARY,
  STREAM_RESET,
  STREAM_PARAMS,   // as for STREAM_DEFLATE
  STREAM_END
};
enum { FILE_REGEX = 96 }; // and up: operations of libraries/regex/regex.h
enum { FILE_ZSTD = 128 }; // and up: of libraries/zstd/zstd_contexts.c
i64 host_file(u32 operation, u32 handle, const u8 *in, size_t n, i64 number, u8 **out, size_t *n_out);

#endif
