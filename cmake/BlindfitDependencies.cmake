# SPDX-License-Identifier: Apache-2.0
# Every dependency is a Debian package; tools/dependencies.txt says why each is there. What a library layer links must
# also be found by blindfitConfig.cmake.in, or a consumer cannot link it.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
# Not its CMake package: Debian's names programs that libzip-dev does not install.
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
find_package(Eigen3 REQUIRED NO_MODULE)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(ZLIB REQUIRED)
if(BLINDFIT_PROGRAMS)
  find_package(CLI11 REQUIRED)
endif()
# For images/, which is no part of the installed library.
if(BLINDFIT_PROGRAMS OR BLINDFIT_DEV)
  find_package(PNG REQUIRED)
  pkg_check_modules(turbojpeg REQUIRED IMPORTED_TARGET libturbojpeg)
  find_package(OpenCVDnn REQUIRED)
endif()
if(BLINDFIT_DEV)
  find_package(GTest REQUIRED)
  include(GoogleTest)
  # Debian's own interpreter first: it is the one that sees Debian's NumPy.
  find_program(BLINDFIT_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
  find_program(BLINDFIT_PYTHON NAMES python3 REQUIRED)
endif()
if(BLINDFIT_BENCH)
  find_package(benchmark REQUIRED)
endif()
