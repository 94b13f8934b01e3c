# SPDX-License-Identifier: Apache-2.0
#
# Builds PCRE2 from its source (in PCRE2, as scripts/fetch-source unpacks it) for re.wasm and for the native build. The
# copy of pcre2_match.c in the build folder is edited, so that a long match can pause (pausing.h). In pcre2_match.c of
# 10.42, each place named here occurs exactly once. If that is not so in another version, nothing is edited: the build
# warns of it, and matches do not pause.

# Puts `added` before or after (where) the one place in the text `pcre2_match` that matches the expression `place`.
macro(edit where place added)
  string(REGEX MATCHALL "${place}" found "${pcre2_match}")
  list(LENGTH found count)
  if(NOT count EQUAL 1)
    set(unknown "${unknown}\n  ${place}")
  elseif("${where}" STREQUAL "before")
    string(REPLACE "${found}" "${added}${found}" pcre2_match "${pcre2_match}")
  elseif("${where}" STREQUAL "after")
    string(REPLACE "${found}" "${found}${added}" pcre2_match "${pcre2_match}")
  else()
    string(REPLACE "${found}" "${added}" pcre2_match "${pcre2_match}")
  endif()
endmacro()

function(pcre2_pausing source target)
  file(READ ${source} pcre2_match)
  # CMake gives ; and [ ] in a list of matches a meaning of its own, so other characters stand for them meanwhile.
  string(ASCII 1 semicolon)
  string(ASCII 2 opening)
  string(ASCII 3 closing)
  string(REPLACE ";" "${semicolon}" pcre2_match "${pcre2_match}")
  string(REPLACE "[" "${opening}" pcre2_match "${pcre2_match}")
  string(REPLACE "]" "${closing}" pcre2_match "${pcre2_match}")
  set(unknown "")
  edit(after "#include \"pcre2_internal.h\"" "\n#include \"regex/pausing_state.h\"")
  # match(): one attempt at one starting point.
  edit(before "Frdepth = 0${semicolon} " "PAUSING_ENTER${semicolon}\n")
  edit(after "if .Frdepth >= mb->match_limit_depth. return PCRE2_ERROR_DEPTHLIMIT${semicolon}"
    "\nPAUSING_FRAME${semicolon}\n")
  edit(after "\nRETURN_SWITCH:\n" "PAUSING_RETURN${semicolon}\n")
  edit(after "F = .heapframe [*]...char [*].F - Fback_frame.${semicolon}" " PAUSING_BACK${semicolon}")
  edit(after "length = Fovector${opening}offset.1${closing} - Fovector${opening}offset${closing}${semicolon}"
    "\nPAUSING_REFERENCE(length)${semicolon}\n")
  # pcre2_match(): all starting points.
  edit(instead "PRIV.valid_utf..mb->check_subject," "pausing_valid_utf(mb->check_subject,")
  edit(before "memset..char [*]..match_data->heapframes. [+] offsetof.heapframe, ovector., 0xff,"
    "if (!pausing.inside) ")
  edit(before "start_partial = match_partial = NULL${semicolon}" "PAUSING_AGAIN${semicolon}\n")
  edit(after "PCRE2_SPTR new_start_match${semicolon}" "\n  pausing.from = start_match${semicolon}\n")
  edit(before "/[*] Anchored: check the first code unit if one is recorded" "PAUSING_WINDOW${semicolon}\n    ")
  edit(before "rc = match.start_match, mb->start_code," "PAUSING_GO_ON:\n  ")
  edit(before "if .mb->hitend && start_partial == NULL." "PAUSING_PAUSE${semicolon}\n  ")
  if(unknown)
    message(WARNING "pcre2_match.c is not as known, so long matches will not pause; not found once:${unknown}")
    file(READ ${source} pcre2_match)
  else()
    string(REPLACE "${semicolon}" ";" pcre2_match "${pcre2_match}")
    string(REPLACE "${opening}" "[" pcre2_match "${pcre2_match}")
    string(REPLACE "${closing}" "]" pcre2_match "${pcre2_match}")
    set(pcre2_pauses TRUE PARENT_SCOPE)
  endif()
  file(WRITE ${target} "${pcre2_match}")
endfunction()

# Adds PCRE2 to the sources of `target`.
function(pcre2_into target)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/pcre2)
  configure_file(${PCRE2}/src/pcre2.h.generic ${generated}/pcre2.h COPYONLY)
  configure_file(${PCRE2}/src/config.h.generic ${generated}/config.h COPYONLY)
  configure_file(${PCRE2}/src/pcre2_chartables.c.dist ${generated}/pcre2_chartables.c COPYONLY)
  set(pcre2_pauses FALSE)
  pcre2_pausing(${PCRE2}/src/pcre2_match.c ${generated}/pcre2_match.c)
  set(files ${generated}/pcre2_chartables.c ${generated}/pcre2_match.c)
  foreach(part auto_possess chkdint compile config context error extuni find_bracket match_data newline ord2utf
      pattern_info script_run string_utils study tables ucd valid_utf xclass)
    if(EXISTS ${PCRE2}/src/pcre2_${part}.c)
      list(APPEND files ${PCRE2}/src/pcre2_${part}.c)
    endif()
  endforeach()
  target_sources(${target} PRIVATE ${files})
  target_include_directories(${target} BEFORE PRIVATE ${generated} ${PCRE2}/src)
  target_compile_definitions(${target} PRIVATE HAVE_CONFIG_H=1 PCRE2_CODE_UNIT_WIDTH=8 PCRE2_STATIC=1
    SUPPORT_UNICODE=1 SUPPORT_PCRE2_8=1
    HAVE_MEMMOVE=1 HAVE_STDINT_H=1 HAVE_INTTYPES_H=1 HAVE_STDLIB_H=1 HAVE_STRING_H=1)
  if(NOT pcre2_pauses)
    target_sources(${target} PRIVATE ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/not_pausing.c)
  endif()
endfunction()
