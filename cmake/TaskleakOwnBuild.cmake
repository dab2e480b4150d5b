# What only taskleak's own targets get: warnings, and -Werror where asked. Consumers never see these.
add_library(taskleak_own_build INTERFACE)
target_compile_features(taskleak_own_build INTERFACE cxx_std_20)
target_compile_options(taskleak_own_build INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
                                                    $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>)
if(TASKLEAK_WERROR)
  target_compile_options(taskleak_own_build INTERFACE -Werror)
endif()

# taskleak_test(NAME SOURCE...): one GoogleTest program of taskleak's own tests, run by CTest test by test unless WHOLE is given.
function(taskleak_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "WHOLE" "" "LIBRARIES")
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/core/src" "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${name} PRIVATE taskleak_own_build taskleak::core GTest::gmock GTest::gtest_main ${arg_LIBRARIES})
  if(arg_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
  else()
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
  endif()
endfunction()
