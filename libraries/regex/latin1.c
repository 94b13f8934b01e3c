// SPDX-License-Identifier: Apache-2.0
// Character tables of ISO 8859-1 in the layout that pcre2_maketables makes: lower case, other case, ten classes of 256
// bits, types.
#include <string.h>

#include "regex/regex.h"

enum class { SPACE, XDIGIT, DIGIT, UPPER, LOWER, WORD, GRAPH, PRINT, PUNCT, CNTRL, CLASSES };
enum type { TYPE_SPACE = 1, TYPE_LETTER = 2, TYPE_LOWER = 4, TYPE_DIGIT = 8, TYPE_WORD = 16 };
enum { LOWER_CASE = 0, OTHER_CASE = 256, CLASS_BITS = 512, CLASS_SIZE = 32, TYPES = CLASS_BITS + CLASSES * CLASS_SIZE };
enum {
  MULTIPLY = 0xD7,
  DIVIDE = 0xF7,
  SHARP_S = 0xDF,
  Y_DIAERESIS = 0xFF,
  FEMININE = 0xAA,
  MICRO = 0xB5,
  MASCULINE = 0xBA
};

static bool within(unsigned c, unsigned lo, unsigned hi) { return c >= lo && c <= hi; }
static bool is_upper(unsigned c) { return within(c, 'A', 'Z') || (within(c, 0xC0, 0xDE) && c != MULTIPLY); }
static bool is_lower(unsigned c) {
  return within(c, 'a', 'z') || (within(c, SHARP_S, 0xFF) && c != DIVIDE) || c == FEMININE || c == MICRO ||
         c == MASCULINE;
}
static bool is_letter(unsigned c) { return is_upper(c) || is_lower(c); }
static bool is_digit(unsigned c) { return within(c, '0', '9'); }
static bool is_space(unsigned c) { return c == ' ' || within(c, 9, 13); }
static bool is_control(unsigned c) { return c < 32 || within(c, 127, 159); }
static bool is_graph(unsigned c) { return !is_control(c) && c != ' '; }

static unsigned other_case(unsigned c) {
  if (is_upper(c)) return c + 32;
  bool has_upper = is_lower(c) && c != SHARP_S && c != Y_DIAERESIS && c != FEMININE && c != MICRO && c != MASCULINE;
  return has_upper ? c - 32 : c;
}

void regex_latin1_tables(uint8_t *t) {
  memset(t, 0, REGEX_TABLES_SIZE);
  for (unsigned c = 0; c < 256; c++) {
    bool word = is_letter(c) || is_digit(c) || c == '_';
    bool xdigit = is_digit(c) || within(c, 'a', 'f') || within(c, 'A', 'F');
    const bool in[CLASSES] = {[SPACE] = is_space(c),
                              [XDIGIT] = xdigit,
                              [DIGIT] = is_digit(c),
                              [UPPER] = is_upper(c),
                              [LOWER] = is_lower(c),
                              [WORD] = word,
                              [GRAPH] = is_graph(c),
                              [PRINT] = is_graph(c) || c == ' ',
                              [PUNCT] = is_graph(c) && !is_letter(c) && !is_digit(c),
                              [CNTRL] = is_control(c)};
    t[LOWER_CASE + c] = (uint8_t)(is_upper(c) ? c + 32 : c);
    t[OTHER_CASE + c] = (uint8_t)other_case(c);
    for (unsigned k = 0; k < CLASSES; k++)
      if (in[k]) t[CLASS_BITS + k * CLASS_SIZE + c / 8] |= (uint8_t)(1u << c % 8);
    t[TYPES + c] = (uint8_t)((is_space(c) ? TYPE_SPACE : 0) | (is_letter(c) ? TYPE_LETTER : 0) |
                             (is_lower(c) ? TYPE_LOWER : 0) | (is_digit(c) ? TYPE_DIGIT : 0) | (word ? TYPE_WORD : 0));
  }
}
