// SPDX-License-Identifier: Apache-2.0
// Native records (OTP 29). A record refers to its definition, the tuple {Module, Name, IsExported, Key...}, and holds
// its values in the order of the keys in that tuple. Definitions are compared as tuples, so which of two equal
// definitions a record refers to cannot be seen. A module keeps its own definitions among its literals as prototypes:
// records that hold the default values, and NV for a field without a default.
#ifndef TERM_RECORD_H
#define TERM_RECORD_H

#include "term/heap.h"

enum { RECORD_MODULE, RECORD_NAME, RECORD_EXPORTED, RECORD_KEYS }; // indices of a definition's elements, from 0

INLINE bool is_native_record(term t) { return is_kind(t, KIND_RECORD); }
INLINE u32 record_size(term t) { return header_size(boxed_header(t)) - 1; } // number of fields
INLINE const term *record_definition(term t) { return tuple_elements(boxed_ptr(t)[1]); }
INLINE term *record_values(term t) { return boxed_ptr(t) + 2; }
bool record_is(term t, term module, term name);
term *record_field(term record, term key); // NULL: the record has no such field
// Makes a definition of n fields, whose keys the caller fills in, and a record of it whose values are zero. NULL: no
// memory.
term *record_new(struct heap *h, term module, term name, term exported, u32 n, term *record);
term record_copy(struct heap *h, term record); // NV: no memory
// Whether no two of n keys are the same. h is for the memory that the check needs.
bool record_keys_distinct(struct heap *h, const term *keys, u32 n);

#endif
