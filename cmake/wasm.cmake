# SPDX-License-Identifier: Apache-2.0
#
# Toolchain of the wasm build: whatever emcc is on PATH, without Emscripten's own CMake files
# (Debian's and emsdk's differ; all that is wanted of them is said in CMakeLists.txt).

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(CMAKE_C_COMPILER emcc)
set(CMAKE_AR emar CACHE FILEPATH "")
set(CMAKE_RANLIB emranlib CACHE FILEPATH "")
set(CMAKE_C_COMPILER_WORKS TRUE)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(SPAWNLINK_WASM ON)
