# SPDX-License-Identifier: Apache-2.0
#
# The wasm module: standalone, no JavaScript glue, its own exports (marked in the source with
# export_name) and imports (module "env", every name starting with host_) and nothing else.

add_executable(vm ${SOURCES})
add_dependencies(vm tables)
target_compile_options(vm PRIVATE
  -O3 -mtail-call -mbulk-memory -msign-ext -mnontrapping-fptoint -fno-exceptions -fvisibility=hidden)
set_target_properties(vm PROPERTIES SUFFIX .wasm)

target_link_options(vm PRIVATE
  -O3 -mtail-call -mbulk-memory -msign-ext -mnontrapping-fptoint
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
