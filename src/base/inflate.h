// SPDX-License-Identifier: Apache-2.0
// Raw deflate data (RFC 1951) of unknown length to bytes. The host's inflate wants to know the length.
#ifndef BASE_INFLATE_H
#define BASE_INFLATE_H

#include "base/bytes.h"

// Appends to out. *consumed: bytes of in used, whole ones. False: malformed, truncated or no memory.
bool inflate_raw(const u8 *in, size_t n, struct bytes *out, size_t *consumed);

#endif
