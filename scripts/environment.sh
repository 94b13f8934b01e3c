# SPDX-License-Identifier: Apache-2.0
#
# Sourced by the other scripts: settings that every build step needs. Sets JOBS and GENERATOR.

# Debian's emscripten keeps its JavaScript libraries in a folder where Node does not search.
if [ -d /usr/share/nodejs ] && [ "$(command -v emcc || true)" = /usr/bin/emcc ]; then
  export NODE_PATH="${NODE_PATH:-/usr/share/nodejs}"
  # emcc starts Python for each file; one on PATH may be a version manager's wrapper, which starts much more slowly.
  export EMSDK_PYTHON="${EMSDK_PYTHON:-/usr/bin/python3}"
fi

JOBS=${JOBS:-$(nproc 2>/dev/null || echo 2)}
if command -v ninja >/dev/null 2>&1; then
  GENERATOR=(-G Ninja)
else
  GENERATOR=(-G "Unix Makefiles")
fi
export PATH="$PWD/node_modules/.bin:$PATH"
