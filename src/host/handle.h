// SPDX-License-Identifier: Apache-2.0
// Handles: values of JavaScript that are no terms (functions, promises, objects of the page), as references that Erlang
// code holds. JavaScript knows each by a small number (js/vm/handles.js). When the last copy of a reference is
// collected, a record tells JavaScript so, with how often it has given that value: it may have given it again since.
#ifndef HOST_HANDLE_H
#define HOST_HANDLE_H

void handle_open(void);  // sets the hooks of the external term format
void handle_close(void); // after all heaps are gone

#endif
