// SPDX-License-Identifier: Apache-2.0
// Finding byte patterns: one pattern (with memchr, or with Boyer-Moore-Horspool when that pays) or several at once
// (Aho-Corasick over a sparse trie). Nothing here knows terms, but a compiled pattern lives in a struct refc, so that a
// magic reference can own it. Called by bif_binary_search.c.
#ifndef TERM_SEARCH_H
#define TERM_SEARCH_H

#include "term/heap.h"

enum { SEARCH_ONE = 0x626D, SEARCH_MANY = 0x6163 }; // types of the refc: "bm" and "ac", as OTP names them

struct pattern_bytes {
  const u8 *bytes;
  size_t n;
};
// A compiled pattern with one reference; NULL: no memory. There is at least one pattern, and none is empty.
struct refc *search_compile(const struct pattern_bytes *patterns, size_t count);
struct search_hit {
  size_t at, n;
};
// The first occurrence in text[from, to): the one that begins first, and of several there the longest.
bool search_next(const struct refc *pattern, const u8 *text, size_t from, size_t to, struct search_hit *hit);

#endif
