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

# Speed is decided by these: the interpreter, the collector, signals, arithmetic and what looks into terms. All others
# are built for size (the budget of vm.wasm is in scripts/check-size), and so is a new file until it is named here.
set(FAST
  base/alloc
  interp/interp interp/cold_arith interp/cold_bits interp/cold_call interp/cold_control interp/cold_data
  interp/cold_receive interp/cold_send
  memory/copy memory/gc memory/heap
  process/exit process/idmap process/link process/mailbox process/process process/scheduler process/signal
  process/signal_queue
  term/atom term/binary term/bits term/bs_build term/bs_match term/compare term/hash term/map term/map_hash term/number
  term/number_arith term/search)
set(SMALL ${SOURCES})
foreach(name ${FAST})
  set(file ${CMAKE_CURRENT_SOURCE_DIR}/src/${name}.c)
  if(NOT file IN_LIST SOURCES)
    message(FATAL_ERROR "cmake/vm.cmake names src/${name}.c, which does not exist")
  endif()
  list(REMOVE_ITEM SMALL ${file})
endforeach()
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
if(NOT SPAWNLINK_DEBUG)
  # What the files built for speed call all the time stands in headers as INLINE. Beyond that the linker's optimiser
  # may put only small functions into others: with its usual 20 vm.wasm is 1.3 KiB (gzip) larger and no faster, with 10
  # it is 1.6 KiB smaller, but sorting, links and exceptions are 2 to 5 % slower.
  set(INLINING --flexible-inline-max-function-size=18)
  target_link_options(vm PRIVATE -sBINARYEN_EXTRA_PASSES=${INLINING})
endif()
target_link_libraries(vm PRIVATE m)

add_custom_command(TARGET vm POST_BUILD
  COMMAND ${NODE} ${CMAKE_CURRENT_SOURCE_DIR}/scripts/check-wasm.js $<TARGET_FILE:vm>
  COMMENT "Checking the imports of vm.wasm")
