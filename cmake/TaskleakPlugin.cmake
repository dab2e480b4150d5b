# Functions that make taskleak's libraries: the compiled ones, and the plugins.

# taskleak_hide(NAME): a shared library exports only names of this target that public headers declare. taskleak's own tests use other names too.
function(taskleak_hide name)
  if(BUILD_SHARED_LIBS AND NOT TASKLEAK_BUILD_TESTS)
    set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  endif()
endfunction()

# taskleak_library(NAME): settings of a library that is static or, with BUILD_SHARED_LIBS, shared.
function(taskleak_library name)
  string(REGEX MATCH "^[0-9]+\\.[0-9]+" soversion "${PROJECT_VERSION}") # before 1.0 each minor version may change the ABI
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON VERSION ${PROJECT_VERSION} SOVERSION ${soversion})
  target_compile_features(${name} PUBLIC cxx_std_17)
  taskleak_hide(${name})
  if(BUILD_SHARED_LIBS AND NOT TASKLEAK_BUILD_TESTS)
    set(exports "${PROJECT_SOURCE_DIR}/packaging/exports.map")
    set_target_properties(${name} PROPERTIES LINK_DEPENDS "${exports}")
    target_link_options(${name} PRIVATE "LINKER:--version-script=${exports}")
  endif()
endfunction()

# The hooks and the plugins are INTERFACE targets: their few sources are compiled in the consumer's own target. So their functions come before libc's,
# they match the consumer's framework and language standard, and no archive drops the object that registers the listener.

# taskleak_consumer_target(NAME FOLDER SOURCE... [ONCE_WITH LIBRARY...]): taskleak::NAME, which compiles src/SOURCE... in whatever links it; installed,
# the sources are in taskleak/FOLDER. ONCE_WITH: quick builds compile them once, with these libraries, for all targets of the build but those that
# have the property TASKLEAK_OWN_OBJECTS.
function(taskleak_consumer_target name folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "ONCE_WITH")
  add_library(taskleak_${name} INTERFACE)
  add_library(taskleak::${name} ALIAS taskleak_${name})
  set_target_properties(taskleak_${name} PROPERTIES EXPORT_NAME ${name})
  list(TRANSFORM arg_UNPARSED_ARGUMENTS PREPEND "${CMAKE_CURRENT_SOURCE_DIR}/src/" OUTPUT_VARIABLE sources)
  list(TRANSFORM arg_UNPARSED_ARGUMENTS PREPEND "$<INSTALL_PREFIX>/${CMAKE_INSTALL_DATADIR}/taskleak/${folder}/" OUTPUT_VARIABLE installed_sources)
  if(TASKLEAK_QUICK_BUILD AND arg_ONCE_WITH)
    add_library(taskleak_${name}_objects OBJECT EXCLUDE_FROM_ALL ${sources})
    set_target_properties(taskleak_${name}_objects PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_include_directories(taskleak_${name}_objects PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/include")
    target_link_libraries(taskleak_${name}_objects PRIVATE taskleak_own_build ${arg_ONCE_WITH})
    set(sources "$<IF:$<BOOL:$<TARGET_PROPERTY:TASKLEAK_OWN_OBJECTS>>,${sources},$<TARGET_OBJECTS:taskleak_${name}_objects>>")
  endif()
  target_sources(taskleak_${name} INTERFACE "$<BUILD_INTERFACE:${sources}>" "$<INSTALL_INTERFACE:${installed_sources}>")
endfunction()
