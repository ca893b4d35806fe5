# SPDX-License-Identifier: Apache-2.0
# `cmake --install` and find_package(blindfit): every product layer but images/ with its headers, and blindfit::blindfit
# for all of them. Components: library, programs.
include(CMakePackageConfigHelpers)
get_property(blindfit_layers GLOBAL PROPERTY BLINDFIT_LAYERS)
set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME library)
set(config_folder ${CMAKE_INSTALL_LIBDIR}/cmake/blindfit)

add_library(blindfit_all INTERFACE)
add_library(blindfit::blindfit ALIAS blindfit_all)
set_target_properties(blindfit_all PROPERTIES EXPORT_NAME blindfit)
set(layer_targets ${blindfit_layers})
list(TRANSFORM layer_targets PREPEND blindfit_)
target_link_libraries(blindfit_all INTERFACE ${layer_targets})

install(TARGETS blindfit_all ${layer_targets} EXPORT blindfitTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT blindfitTargets NAMESPACE blindfit:: DESTINATION ${config_folder})
install(DIRECTORY blindfit DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h"
  PATTERN "testing" EXCLUDE PATTERN "images" EXCLUDE PATTERN "*_test_*" EXCLUDE
  # Headers of one instruction set are the kernels' own business.
  PATTERN "scalar" EXCLUDE PATTERN "avx2" EXCLUDE PATTERN "avx512ifma" EXCLUDE)
configure_package_config_file(cmake/blindfitConfig.cmake.in ${PROJECT_BINARY_DIR}/blindfitConfig.cmake
  INSTALL_DESTINATION ${config_folder})
# Before 1.0 a minor version may change anything, so only the same minor version is compatible.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/blindfitConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/blindfitConfig.cmake ${PROJECT_BINARY_DIR}/blindfitConfigVersion.cmake
  DESTINATION ${config_folder})
