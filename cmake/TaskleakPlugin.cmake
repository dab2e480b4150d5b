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
