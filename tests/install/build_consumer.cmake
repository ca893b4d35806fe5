# SPDX-License-Identifier: Apache-2.0
# cmake -D BUILD= -D SCRATCH= -D COMPILER= -D VERSION= -P build_consumer.cmake
set(prefix ${SCRATCH}/prefix)
set(build ${SCRATCH}/build)
file(REMOVE_RECURSE ${SCRATCH})

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGV}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} --component library)

# Every installed header reaches only what is installed too.
file(GLOB_RECURSE headers RELATIVE ${prefix}/include ${prefix}/include/*.h)
list(LENGTH headers count)
if(count LESS 5)
  message(FATAL_ERROR "at least 5 headers must be installed: ${count}")
endif()
foreach(forbidden "blindfit/testing/" "/avx" "_test\\.h$")
  set(leaked ${headers})
  list(FILTER leaked INCLUDE REGEX "${forbidden}")
  if(leaked)
    message(FATAL_ERROR "must not be installed: ${leaked}")
  endif()
endforeach()
list(TRANSFORM headers PREPEND "#include <")
list(TRANSFORM headers APPEND ">\n")
list(JOIN headers "" every_header)
file(WRITE ${SCRATCH}/every_header.cpp "${every_header}")

run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${build} -G Ninja -D CMAKE_PREFIX_PATH=${prefix}
  -D CMAKE_CXX_COMPILER=${COMPILER} -D EVERY_HEADER=${SCRATCH}/every_header.cpp -D WANTED_VERSION=${VERSION})
run(${CMAKE_COMMAND} --build ${build})
run(${build}/consumer)
foreach(expected "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319" "scalar")
  if(NOT output MATCHES "${expected}")
    message(FATAL_ERROR "the consumer must print ${expected}:\n${output}")
  endif()
endforeach()

# Control: another minor version is refused.
execute_process(COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${SCRATCH}/refused -G Ninja
  -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_CXX_COMPILER=${COMPILER} -D EVERY_HEADER=${SCRATCH}/every_header.cpp
  -D WANTED_VERSION=99.0 RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
if(status EQUAL 0)
  message(FATAL_ERROR "find_package(blindfit 99.0) must fail")
endif()
file(REMOVE_RECURSE ${SCRATCH})
message(STATUS "${count} headers installed; the consumer printed:\n${output}")
