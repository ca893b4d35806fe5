# SPDX-License-Identifier: Apache-2.0
# Compiler flags live here and reach targets only through blindfit_options: never globally, never consumers. There is
# no -march: instruction sets beyond the baseline are given to single files (blindfit/kernels/CMakeLists.txt).
add_library(blindfit_options INTERFACE)
target_compile_features(blindfit_options INTERFACE cxx_std_20)
target_compile_options(blindfit_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  # Kernel families must agree bit for bit, so no compiler may fuse a multiply and an add on its own.
  -ffp-contract=off
  # Static libraries ignore visibility; it keeps our symbols out of the interface of a shared library that links them.
  -fvisibility=hidden -fstack-protector-strong
  # gcc 12 warns of overlap in "text" + std::string, which has none (its bug 105651, mended in 13), and of uninitialized
  # sizes in copies of Eigen matrices, which are set; clang and the sanitizers watch for the real ones.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-maybe-uninitialized>
  $<$<CONFIG:Debug>:-D_GLIBCXX_ASSERTIONS>
  $<$<BOOL:${BLINDFIT_WERROR}>:-Werror>)

if(BLINDFIT_SANITIZE)
  set(instrumentation -fsanitize=${BLINDFIT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_compile_options(blindfit_options INTERFACE ${instrumentation})
  target_link_options(blindfit_options INTERFACE ${instrumentation})
endif()
if(BLINDFIT_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "BLINDFIT_FUZZ needs clang (cmake --preset fuzz): ${CMAKE_CXX_COMPILER_ID}")
  endif()
  target_compile_options(blindfit_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(blindfit_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
find_program(BLINDFIT_CCACHE ccache)
if(BLINDFIT_CCACHE AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${BLINDFIT_CCACHE})
endif()
