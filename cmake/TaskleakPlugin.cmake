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

# A framework's plugin is made of INTERFACE targets: their few sources are compiled in the consumer's own target, so they always
# match its framework and language standard, and no archive drops the object that registers the listener.

# taskleak_plugin_target(NAME FOLDER SOURCE...): taskleak::NAME, which compiles src/SOURCE... in whatever links it; installed,
# the sources are in taskleak/FOLDER.
function(taskleak_plugin_target name folder)
  add_library(taskleak_${name} INTERFACE)
  add_library(taskleak::${name} ALIAS taskleak_${name})
  set_target_properties(taskleak_${name} PROPERTIES EXPORT_NAME ${name})
  foreach(source IN LISTS ARGN)
    target_sources(
      taskleak_${name}
      INTERFACE "$<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/src/${source}>"
                "$<INSTALL_INTERFACE:$<INSTALL_PREFIX>/${CMAKE_INSTALL_DATADIR}/taskleak/${folder}/${source}>")
  endforeach()
endfunction()
