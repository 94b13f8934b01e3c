// SPDX-License-Identifier: Apache-2.0
// Native records (OTP 29). A record refers to its definition, the tuple {Module, Name, IsExported, Key...}, and has its
// values in the order of the definition. Definitions are equal or not as tuples are: which one a record refers to is
// never seen. A module's own stand in its literals as prototypes: records that have the defaults, NV where there is
// none.
#ifndef TERM_RECORD_H
#define TERM_RECORD_H

#include "term/heap.h"

enum { RECORD_MODULE, RECORD_NAME, RECORD_EXPORTED, RECORD_KEYS }; // elements of a definition, from 0

INLINE bool is_native_record(term t) { return is_kind(t, KIND_RECORD); }
INLINE u32 record_size(term t) { return header_size(boxed_header(t)) - 1; } // fields
INLINE const term *record_definition(term t) { return tuple_elements(boxed_ptr(t)[1]); }
INLINE term *record_values(term t) { return boxed_ptr(t) + 2; }
bool record_is(term t, term module, term name);
term *record_field(term record, term key); // NULL: it has no such field
// A definition of n fields, its keys to be filled by the caller, and a record of zeros. NULL: no memory.
term *record_new(struct heap *h, term module, term name, term exported, u32 n, term *record);
term record_copy(struct heap *h, term record); // NV: no memory
// No two of n keys are the same (h: for what it takes to find out).
bool record_keys_distinct(struct heap *h, const term *keys, u32 n);

#endif
