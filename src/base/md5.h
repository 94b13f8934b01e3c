// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321), in portions. It protects no secrets: module_info(md5) and erlang:md5 need it.
#ifndef BASE_MD5_H
#define BASE_MD5_H

#include "base/base.h"

struct md5 {
  u32 state[4];
  u64 length;   // bytes so far
  u8 block[64]; // the bytes not hashed yet: length % 64 of them
};
void md5_init(struct md5 *m);
void md5_update(struct md5 *m, const void *data, size_t n);
void md5_final(struct md5 *m, u8 digest[16]);

#endif
