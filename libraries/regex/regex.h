// SPDX-License-Identifier: Apache-2.0
// Regular expressions for module re (src/erl/native/spawnlink_re.erl): one function over PCRE2 (library.h). Numbers are
// little-endian. A request begins with the pattern:
//   u32 options (PCRE2_UTF, ... as pcre2.h numbers them)  u8 newline  u8 bsr (PCRE2_NEWLINE_*, PCRE2_BSR_*; 0: the
//   default) (bsr also with REGEX_ASCII)  u16 0  u32 length  the pattern's bytes
// and for the two kinds of matching goes on with
//   u32 options (PCRE2_NOTBOL, ...)  u32 offset to begin at  u32 match limit  u32 depth limit
//   u32 length of the subject  the subject's bytes, or so many of its first as the request is to have
// A limit of 0xFFFFFFFF is the library's own.
// A search that is not done has a handle, by which it is told to go on, or forgotten.
#ifndef REGEX_REGEX_H
#define REGEX_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "library.h"

// Operations (enum regex_operation of src/base/seam.tab) and their answers:
//   REGEX_COMPILE    i32 0, u32 captures, u32 all options, u32 newline, u32 bsr, u32 names, u32 entry size, the table
//   of
//                    names; or i32 the error's code, u32 offset, the error's text
//   REGEX_MATCH      a search, then for each match u32 n, n pairs of u32 (begin, end; 0xFFFFFFFF for a group not set)
//   REGEX_MATCH_ALL  ... of which this finds all
//   REGEX_VERSION    text
//   REGEX_GO_ON      of the handle, whose check is the number, with further bytes of the subject; as REGEX_MATCH
//   REGEX_FORGET     the handle, which may be that of a search that is done: nothing

// What a search answers begins with
//   i32 PCRE2's result, or REGEX_MORE  u32 handle  u32 check  u32 steps it took (pausing.h)

// Character tables for bytes that are ISO 8859-1, which is what re takes them for.
enum { REGEX_TABLES_SIZE = 1088 };
void regex_latin1_tables(uint8_t *tables);

#endif
