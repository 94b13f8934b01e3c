// SPDX-License-Identifier: Apache-2.0
// Regular expressions for the module re (src/erl/native/spawnlink_re.erl): one function over PCRE2 (library.h). Numbers
// are little-endian. A request begins with the pattern:
//   u32 options (PCRE2_UTF, ... as pcre2.h numbers them)  u8 newline  u8 bsr (PCRE2_NEWLINE_*, PCRE2_BSR_*; 0: the
//   default) (bsr also with REGEX_ASCII)  u16 0  u32 length  the pattern's bytes
// and for the two kinds of matching continues with
//   u32 options (PCRE2_NOTBOL, ...)  u32 offset to begin at  u32 match limit  u32 depth limit
//   u32 length of the subject  the subject's bytes, or as many of its first bytes as fit the request
// A limit of 0xFFFFFFFF is the library's own.
// An unfinished search has a handle, with which it is continued or forgotten.
#ifndef REGEX_REGEX_H
#define REGEX_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "library.h"

// Operations (enum regex_operation of src/base/seam.tab) and their answers:
//   REGEX_COMPILE    i32 0, u32 captures, u32 all options, u32 newline, u32 bsr, u32 names, u32 entry size, the
//                    table of names; or i32 the error's code, u32 offset, the error's text
//   REGEX_MATCH      a search, then for each match u32 n, n pairs of u32 (begin, end; 0xFFFFFFFF: the group is not
//                    set)
//   REGEX_MATCH_ALL  the same for all matches
//   REGEX_VERSION    text
//   REGEX_GO_ON      continues the search of the handle, whose check is the number, with more bytes of the subject;
//                    the answer is that of REGEX_MATCH
//   REGEX_FORGET     forgets the search of the handle, which may be finished already; the answer is empty

// The answer of a search begins with
//   i32 PCRE2's result, or REGEX_MORE  u32 handle  u32 check  u32 steps it took (pausing.h)

// Character tables for bytes in ISO 8859-1, which re assumes.
enum { REGEX_TABLES_SIZE = 1088 };
void regex_latin1_tables(uint8_t *tables);

#endif
