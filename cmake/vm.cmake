# SPDX-License-Identifier: Apache-2.0
#
# The wasm module: standalone, no JavaScript glue, its own exports (marked in the source with
# export_name) and imports (module "env", every name starting with host_) and nothing else.
#   release   vm.wasm without names, and beside it vm.wasm.symbols: "number:name" of each function
#   debug     (SPAWNLINK_DEBUG) with names, DWARF, assertions and the heap verifier

add_executable(vm ${SOURCES})
add_dependencies(vm tables)
if(SPAWNLINK_DEBUG)
  set(COMPILE_LEVEL -O1 -g)
  set(LINK_LEVEL -O1 -g)
else()
  set(COMPILE_LEVEL -O2)
  set(LINK_LEVEL -O3 --emit-symbol-map)
endif()
target_compile_options(vm PRIVATE
  ${COMPILE_LEVEL} -mtail-call -mbulk-memory -msign-ext -mnontrapping-fptoint -fno-exceptions -fvisibility=hidden)
set_target_properties(vm PROPERTIES SUFFIX .wasm)

# Speed is decided in the interpreter, the collector, signals, and arithmetic; the other rooms are built
# for size (the budget of vm.wasm is in scripts/check-size).
file(GLOB SMALL CONFIGURE_DEPENDS src/bif/*.c src/code/*.c src/host/*.c src/process/node.c src/process/re[mq]*.c src/ets/match*.c src/term/etf*.c src/term/print*.c
  src/term/float*.c src/term/bigint_text.c src/term/number_text.c src/term/unicode*.c src/term/hash_portable.c src/interp/undefined.c src/interp/cold_record.c src/interp/cold_bits_old.c src/memory/shared.c src/process/port.c src/term/record.c src/base/bytes.c
  src/process/event.c src/process/report.c src/process/collection.c src/process/held.c src/process/remote.c src/term/bigint_work.c src/term/number_bits.c src/interp/apply.c src/process/kept.c src/memory/verify.c src/memory/retire.c src/process/verify.c src/ets/*.c src/term/iolist.c src/term/bigint_div.c src/process/dictionary.c src/process/alias.c src/process/monitor.c
  src/interp/exception.c src/term/bigint.c src/base/md5.c src/process/timer.c src/term/ref.c src/process/suspend.c src/process/registry.c src/process/table.c)
if(NOT SPAWNLINK_DEBUG)
  set_source_files_properties(${SMALL} PROPERTIES COMPILE_OPTIONS "-Oz;-DSMALL_CODE=1")
endif()

target_link_options(vm PRIVATE
  ${LINK_LEVEL} -mtail-call -mbulk-memory -msign-ext -mnontrapping-fptoint
  --no-entry
  -sSTANDALONE_WASM=1
  -sALLOW_MEMORY_GROWTH=1
  -sINITIAL_MEMORY=8MB
  -sMAXIMUM_MEMORY=4GB
  -sALLOW_TABLE_GROWTH=1
  -sMALLOC=dlmalloc
  -sFILESYSTEM=0
  -sSUPPORT_LONGJMP=0
  # Imports are declared in src/host and checked after the link; emcc cannot tell them from mistakes.
  -sERROR_ON_UNDEFINED_SYMBOLS=0
  -Wno-undefined
  # The C stack lies below the data and grows down: overflowing it traps instead of overwriting.
  -sTOTAL_STACK=1MB
  -sGLOBAL_BASE=1048576
  -Wl,--stack-first)
target_link_libraries(vm PRIVATE m)

add_custom_command(TARGET vm POST_BUILD
  COMMAND ${NODE} ${CMAKE_CURRENT_SOURCE_DIR}/scripts/check-wasm.js $<TARGET_FILE:vm>
  COMMENT "Checking the imports of vm.wasm")
