// SPDX-License-Identifier: Apache-2.0
// Finding byte patterns: one (memchr, or Boyer-Moore-Horspool when it pays) or several at once
// (Aho-Corasick over a sparse trie). Knows nothing of terms except that a compiled pattern lives in a
// struct refc, so that a magic reference can own it. Called by bif_binary_search.c.
#ifndef TERM_SEARCH_H
#define TERM_SEARCH_H

#include "term/heap.h"

enum { SEARCH_ONE = 0x626D, SEARCH_MANY = 0x6163 }; // refc types: "bm" and "ac", as OTP names them

struct pattern_bytes {
  const u8 *bytes;
  size_t n;
};
// A compiled pattern with one reference; NULL: no memory. Patterns are not empty; there is at least one.
struct refc *search_compile(const struct pattern_bytes *patterns, size_t count);
struct search_hit {
  size_t at, n;
};
// The first occurrence in text[from, to): the leftmost, of several there the longest.
bool search_next(const struct refc *pattern, const u8 *text, size_t from, size_t to, struct search_hit *hit);

#endif
