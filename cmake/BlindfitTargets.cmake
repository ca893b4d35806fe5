# SPDX-License-Identifier: Apache-2.0
# The kinds of target that blindfit is made of. A folder's files decide what is built: nothing else has to be listed.
#
#   blindfit_layer(<name> DEPENDS <targets...>)              static library, its tests and its micro-benchmarks
#   blindfit_program(<name> FOLDER <folder> DEPENDS ...)     executable in the root of the build tree
#   blindfit_fuzzer(<name> SOURCE <file> DEPENDS ...)        libFuzzer harness and a replay of its corpus
#   blindfit_benchmark(<name> SOURCES <files> DEPENDS ...)   Google Benchmark program
#
# Tests are found by name: x_test.cpp is fast, x_slow_test.cpp slow. A test with "Thread" in its name also runs under
# ThreadSanitizer (`make tsan`). Labels: the layer, "unit", "fast" or "slow", "threads".
foreach(group programs unit_tests thread_tests fuzzers benchmarks)
  add_custom_target(${group})
endforeach()

# Adds one test program and registers its tests, those that concern threads apart from the others.
function(blindfit_test_program name)
  cmake_parse_arguments(TEST "" "SPEED;LAYER" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  target_link_libraries(${name} PRIVATE blindfit_options ${TEST_DEPENDS} GTest::gmock GTest::gtest_main)
  add_dependencies(unit_tests ${name})
  foreach(source IN LISTS TEST_SOURCES)
    file(STRINGS ${source} thread_tests REGEX "^TEST.*Thread")
    if(thread_tests)
      add_dependencies(thread_tests ${name})
    endif()
  endforeach()
  # From the source tree, where the default data folder ../shared/data is looked for.
  gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60 TEST_LIST ${name}_list
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  # A list of labels does not survive gtest_discover_tests, so a script that CTest reads afterwards sets them.
  set(blindfit_test_list ${name}_list)
  set(blindfit_test_labels unit ${TEST_LAYER} ${TEST_SPEED})
  set(blindfit_test_timeout 120)
  if(TEST_SPEED STREQUAL "slow")
    set(blindfit_test_timeout 900)
  endif()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/BlindfitTestLabels.cmake.in ${name}_labels.cmake @ONLY)
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake)
endfunction()

function(blindfit_benchmark name)
  cmake_parse_arguments(BENCH "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${BENCH_SOURCES})
  target_link_libraries(${name} PRIVATE blindfit_options ${BENCH_DEPENDS} benchmark::benchmark_main)
  add_dependencies(benchmarks ${name})
endfunction()

function(blindfit_layer name)
  cmake_parse_arguments(LAYER "" "" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  set(benchmarks ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|bench)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER benchmarks INCLUDE REGEX "_bench\\.cpp$")
  set(slow_tests ${tests})
  list(FILTER tests EXCLUDE REGEX "_slow_test\\.cpp$")
  list(FILTER slow_tests INCLUDE REGEX "_slow_test\\.cpp$")

  if(sources)
    add_library(blindfit_${name} STATIC ${sources})
    set(visibility PUBLIC)
    target_link_libraries(blindfit_${name} PRIVATE $<BUILD_INTERFACE:blindfit_options>)
  else()
    add_library(blindfit_${name} INTERFACE)
    set(visibility INTERFACE)
  endif()
  add_library(blindfit::${name} ALIAS blindfit_${name})
  target_compile_features(blindfit_${name} ${visibility} cxx_std_20)
  target_include_directories(blindfit_${name} ${visibility}
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(blindfit_${name} ${visibility} ${LAYER_DEPENDS})
  set_target_properties(blindfit_${name} PROPERTIES EXPORT_NAME ${name})
  # Not installed: doubles for tests, and what would ask every user of the library for OpenCV.
  if(NOT name MATCHES "^(testing|images)$")
    set_property(GLOBAL APPEND PROPERTY BLINDFIT_LAYERS ${name})
  endif()

  # The test doubles stand on the whole algebra, so the layers below it test without them.
  set(test_depends blindfit_${name})
  if(NOT name MATCHES "^(base|kernels|ring|data|images)$")
    list(APPEND test_depends $<TARGET_NAME_IF_EXISTS:blindfit_testing>)
  endif()
  if(BLINDFIT_DEV AND tests)
    blindfit_test_program(blindfit_${name}_test SPEED fast LAYER ${name} SOURCES ${tests} DEPENDS ${test_depends})
  endif()
  if(BLINDFIT_DEV AND slow_tests)
    blindfit_test_program(blindfit_${name}_slow_test SPEED slow LAYER ${name} SOURCES ${slow_tests}
      DEPENDS ${test_depends})
  endif()
  if(BLINDFIT_BENCH AND benchmarks)
    blindfit_benchmark(blindfit_${name}_bench SOURCES ${benchmarks} DEPENDS ${test_depends})
  endif()
endfunction()

function(blindfit_program name)
  cmake_parse_arguments(PROGRAM "" "FOLDER" "DEPENDS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${PROGRAM_FOLDER}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  if(NOT sources)
    message(STATUS "${name}: no sources in apps/${PROGRAM_FOLDER} yet")
    return()
  endif()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE blindfit_options ${PROGRAM_DEPENDS})
  # README, CI and the acceptance commands call build/<preset>/<name>.
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
  add_dependencies(programs ${name})
  install(TARGETS ${name} RUNTIME COMPONENT programs)
endfunction()

function(blindfit_fuzzer name)
  cmake_parse_arguments(FUZZER "" "SOURCE" "DEPENDS" ${ARGN})
  string(REGEX REPLACE "^fuzz_" "" reader ${name})
  set(corpus ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${reader})
  if(BLINDFIT_FUZZ)
    add_executable(${name} ${FUZZER_SOURCE})
    target_link_libraries(${name} PRIVATE blindfit_options ${FUZZER_DEPENDS})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(fuzzers ${name})
  endif()
  add_executable(${name}_replay ${FUZZER_SOURCE} ${PROJECT_SOURCE_DIR}/fuzz/replay_corpus.cpp)
  target_link_libraries(${name}_replay PRIVATE blindfit_options ${FUZZER_DEPENDS})
  add_test(NAME fuzz.${reader}.corpus COMMAND ${name}_replay ${corpus})
  set_tests_properties(fuzz.${reader}.corpus PROPERTIES LABELS "fuzz;fast" TIMEOUT 120)
endfunction()
