# What `taskleak self-test` runs for a gate of taskleak_add_gate: one program as the gate's tests run it, judged by itself. In the first run, the
# leaks that are there anyway are taken into a copy of the baseline; in the second, which has a planted leak, that is the only new one.
#
#   cmake -DTASKLEAK=program -DFOLDER=folder -DTASKLEAK_OPTIONS=text -DBASELINE=[file] -DREPORTS=folder -P TaskleakGateSelfTest.cmake --
#         PROGRAM [argument...]
#
# REPORTS has the reports of the gate's tests, of which a missing baseline can be made.
set(command)
set(after_dashes FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(after_dashes)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(after_dashes TRUE)
  endif()
endforeach()

set(known "${FOLDER}.known.txt")
set(verb check)
if(NOT DEFINED ENV{TASKLEAK_SELF_TEST})
  set(verb write)
  file(REMOVE "${known}")
  if(BASELINE)
    if(NOT EXISTS "${BASELINE}")
      message(FATAL_ERROR "\n  ${BASELINE}: No such file or directory; to make it of the leaks of these reports:\n"
                          "  taskleak baseline write ${BASELINE} ${REPORTS}")
    endif()
    file(COPY_FILE "${BASELINE}" "${known}")
  endif()
endif()
file(REMOVE_RECURSE "${FOLDER}")
set(ENV{TASKLEAK_OPTIONS} "${TASKLEAK_OPTIONS}")
execute_process(COMMAND "${TASKLEAK}" run -- ${command})
execute_process(COMMAND "${TASKLEAK}" baseline ${verb} "${known}" "${FOLDER}" RESULT_VARIABLE code)
if(NOT code EQUAL 0)
  message(FATAL_ERROR "taskleak baseline ${verb} fails: ${code}")
endif()
