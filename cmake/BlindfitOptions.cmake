# SPDX-License-Identifier: Apache-2.0
# Compiler flags live here and reach targets only through blindfit_options: never globally, never consumers.
add_library(blindfit_options INTERFACE)
target_compile_features(blindfit_options INTERFACE cxx_std_20)
target_compile_options(blindfit_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  # Kernel families must agree bit for bit, so no compiler may fuse a multiply and an add on its own.
  -ffp-contract=off
  -fvisibility=hidden -fstack-protector-strong
  $<$<BOOL:${BLINDFIT_WERROR}>:-Werror>)
if(BLINDFIT_SANITIZE)
  target_compile_options(blindfit_options INTERFACE -fsanitize=${BLINDFIT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(blindfit_options INTERFACE -fsanitize=${BLINDFIT_SANITIZE})
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
find_program(BLINDFIT_CCACHE ccache)
if(BLINDFIT_CCACHE AND BLINDFIT_DEV)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${BLINDFIT_CCACHE})
endif()
