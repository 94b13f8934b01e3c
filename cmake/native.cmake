# SPDX-License-Identifier: Apache-2.0
#
# The native build: the VM as a static library, its native host (tests/c/native_*.c), the native
# runner (tests/c/native_main.c) and one program for each tests/c/test_*.c.

find_package(ZLIB REQUIRED)

if(SANITIZE)
  add_compile_options(-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-O0 -g)
else()
  add_compile_options(-O2 -g)
endif()
# POSIX clocks and files, for the native host only.
set(NATIVE_DEFINITIONS _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)

if(FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()

# Regular expressions by PCRE2: from its source in PCRE2 as in wasm, or where that could not be had the machine's own,
# with which a long match does not pause; streams by the machine's own zlib (scripts/setup installs both).
set(PCRE2_LIBRARY "")
if(NOT PCRE2)
  find_library(PCRE2_LIBRARY pcre2-8 REQUIRED)
endif()

file(GLOB NATIVE_HOST CONFIGURE_DEPENDS tests/c/native_*.c)
list(APPEND NATIVE_HOST libraries/regex/regex.c libraries/regex/latin1.c libraries/zlib/zlib_streams.c)
set(NATIVE_MAIN ${CMAKE_CURRENT_SOURCE_DIR}/tests/c/native_main.c)
list(REMOVE_ITEM NATIVE_HOST ${NATIVE_MAIN})

set(VM_LIBRARIES "")
if(SOURCES)
  add_library(spawnlink STATIC ${SOURCES})
  add_dependencies(spawnlink tables)
  list(APPEND VM_LIBRARIES spawnlink)
endif()
if(NATIVE_HOST)
  add_library(native_host STATIC ${NATIVE_HOST})
  target_compile_definitions(native_host PRIVATE ${NATIVE_DEFINITIONS})
  target_include_directories(native_host PRIVATE libraries)
  if(PCRE2)
    include(libraries/regex/pcre2.cmake)
    pcre2_into(native_host)
    if(SANITIZE)
      target_compile_definitions(native_host PRIVATE REGEX_STEPS=60)
    endif()
  else()
    target_sources(native_host PRIVATE libraries/regex/not_pausing.c)
  endif()
  add_dependencies(native_host tables)
  # The VM calls the host and the host the VM: the linker looks at both again.
  set(VM_LIBRARIES spawnlink native_host spawnlink native_host)
endif()
list(APPEND VM_LIBRARIES ZLIB::ZLIB ${PCRE2_LIBRARY} m)

function(native_program name source)
  add_executable(${name} ${source})
  add_dependencies(${name} tables)
  target_include_directories(${name} PRIVATE tests/c)
  target_compile_definitions(${name} PRIVATE ${NATIVE_DEFINITIONS})
  if(VM_LIBRARIES MATCHES native_host)
    # CMake drops repeated static libraries; a group keeps the cycle.
    target_link_libraries(${name} PRIVATE -Wl,--start-group spawnlink native_host -Wl,--end-group
      ZLIB::ZLIB ${PCRE2_LIBRARY} m)
  else()
    target_link_libraries(${name} PRIVATE ${VM_LIBRARIES})
  endif()
endfunction()

file(GLOB TEST_SOURCES CONFIGURE_DEPENDS tests/c/test_*.c)
foreach(source ${TEST_SOURCES})
  get_filename_component(name ${source} NAME_WE)
  native_program(${name} ${source})
endforeach()

if(EXISTS ${NATIVE_MAIN})
  native_program(spawnlink_native ${NATIVE_MAIN})
endif()

if(FUZZ)
  file(GLOB FUZZ_SOURCES CONFIGURE_DEPENDS tests/fuzz/fuzz_*.c)
  foreach(source ${FUZZ_SOURCES})
    get_filename_component(name ${source} NAME_WE)
    native_program(${name} ${source})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endforeach()
endif()
