// SPDX-License-Identifier: Apache-2.0
// A libFuzzer program for the BEAM reader: opens, checks and decodes any bytes.
#include "code/check.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t len);

int LLVMFuzzerTestOneInput(const u8 *data, size_t len) {
  struct beam_file f;
  struct beam_error e = {0};
  if (!beam_open(&f, data, len, &e)) {
    if (!e.what || !e.chunk[0]) PANIC("refused, and not said why");
    return 0;
  }
  bool good = beam_check(&f, &e);
  if (!good && (!e.what || !e.chunk[0])) PANIC("refused, and not said why");
  struct beam_cursor c;
  struct beam_instr i;
  beam_start(&c, &f);
  while (beam_next(&c, &i, &e) > 0) {}
  beam_stop(&c);
  beam_close(&f);
  return 0;
}
