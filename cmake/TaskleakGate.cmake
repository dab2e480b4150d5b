# A gate in CTest: tests that write reports, and tests that judge them. Part of find_package(taskleak COMPONENTS program).
#
#   taskleak_discover_tests(TARGET [CATCH2] [OPTIONS text] [argument of the framework's function]...)
#
# gtest_discover_tests(TARGET argument...), or catch_discover_tests with CATCH2, for a program that links taskleak or knows nothing of it:
# each test runs under `taskleak run` and writes its report to the folder TASKLEAK_REPORT_DIR (cache variable; default
# <binary dir>/taskleak-reports), and leaks do not fail it: that is for the gate. OPTIONS are further TASKLEAK_OPTIONS, such as "drain=5s". The tests
# have the label taskleak.
#
#   taskleak_add_gate(NAME [BASELINE file] [STALE warn|fail] [SELF_TEST target [argument...]])
#
# The test NAME runs after all of those tests, whichever are selected, and fails if they leak; with BASELINE, if they leak what is not in that
# file, and with STALE fail also if the file names what is gone. The test NAME.self_test runs the target (the first discovered one unless SELF_TEST
# names another; with arguments that select a quick test of it) with a planted leak, and passes if the gate fails then. CTest runs it with NAME.

set(TASKLEAK_REPORT_DIR "${CMAKE_BINARY_DIR}/taskleak-reports" CACHE PATH "Where taskleak_discover_tests lets tests write reports")

function(taskleak_gate_options out folder more)
  set(${out} "on_leak=warn json='${folder}/' ${more}" PARENT_SCOPE)
endfunction()

function(taskleak_discover_tests target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "CATCH2" "OPTIONS" "PROPERTIES")
  set(launcher "$<TARGET_FILE:taskleak::program>" run --)
  if(CMAKE_VERSION VERSION_LESS 3.29)
    set_property(TARGET ${target} PROPERTY CROSSCOMPILING_EMULATOR "${launcher}")
  else() # where policy CMP0158 is new, emulators are for cross compiling only
    set_property(TARGET ${target} PROPERTY TEST_LAUNCHER "${launcher}")
  endif()
  if(TARGET taskleak_program) # in one build with it
    add_dependencies(${target} taskleak_program)
  endif()
  get_property(discovered GLOBAL PROPERTY TASKLEAK_GATE_TARGETS)
  if(NOT discovered) # reports of earlier runs say nothing of this one
    add_test(NAME taskleak.clear_reports COMMAND ${CMAKE_COMMAND} -E rm -rf "${TASKLEAK_REPORT_DIR}")
    set_tests_properties(taskleak.clear_reports PROPERTIES LABELS taskleak FIXTURES_SETUP taskleak_no_reports)
  endif()
  set_property(GLOBAL APPEND PROPERTY TASKLEAK_GATE_TARGETS ${target})
  set_property(TARGET ${target} PROPERTY TASKLEAK_GATE_OPTIONS "${arg_OPTIONS}")
  taskleak_gate_options(options "${TASKLEAK_REPORT_DIR}" "${arg_OPTIONS}")
  list(APPEND arg_UNPARSED_ARGUMENTS PROPERTIES LABELS taskleak FIXTURES_REQUIRED taskleak_no_reports FIXTURES_SETUP taskleak_reports
       ENVIRONMENT_MODIFICATION "TASKLEAK_OPTIONS=set:${options}" ${arg_PROPERTIES})
  if(arg_CATCH2)
    include(Catch) # of the Catch2 that was found
    catch_discover_tests(${target} ${arg_UNPARSED_ARGUMENTS})
  else()
    include(GoogleTest)
    gtest_discover_tests(${target} ${arg_UNPARSED_ARGUMENTS})
  endif()
endfunction()

function(taskleak_add_gate name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "BASELINE;STALE" "SELF_TEST")
  get_property(discovered GLOBAL PROPERTY TASKLEAK_GATE_TARGETS)
  if(NOT discovered)
    message(FATAL_ERROR "taskleak_add_gate(${name}): call taskleak_discover_tests first, so that there are tests to judge")
  endif()
  set(judge "$<TARGET_FILE:taskleak::program>" report)
  if(arg_BASELINE)
    cmake_path(ABSOLUTE_PATH arg_BASELINE BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
    set(judge "$<TARGET_FILE:taskleak::program>" baseline check "${arg_BASELINE}")
    if(arg_STALE)
      list(APPEND judge --stale=${arg_STALE})
    endif()
  endif()
  add_test(NAME ${name} COMMAND ${judge} "${TASKLEAK_REPORT_DIR}")
  set_tests_properties(${name} PROPERTIES LABELS taskleak FIXTURES_REQUIRED taskleak_reports)

  if(NOT arg_SELF_TEST)
    list(GET discovered 0 arg_SELF_TEST)
  endif()
  list(POP_FRONT arg_SELF_TEST target)
  set(folder "${TASKLEAK_REPORT_DIR}.${name}.self_test")
  taskleak_gate_options(options "${folder}" "$<TARGET_PROPERTY:${target},TASKLEAK_GATE_OPTIONS>")
  add_test(NAME ${name}.self_test
           COMMAND "$<TARGET_FILE:taskleak::program>" self-test -- ${CMAKE_COMMAND} "-DFOLDER=${folder}" "-DTASKLEAK_OPTIONS=${options}"
                   "-DTASKLEAK=$<TARGET_FILE:taskleak::program>" "-DBASELINE=${arg_BASELINE}" "-DREPORTS=${TASKLEAK_REPORT_DIR}"
                   -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/TaskleakGateSelfTest.cmake" --
                   "$<TARGET_FILE:${target}>" ${arg_SELF_TEST})
  set_tests_properties(${name}.self_test PROPERTIES LABELS taskleak)
endfunction()
