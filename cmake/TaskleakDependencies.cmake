# Headers that taskleak's own sources include, and that projects which use taskleak do not need. They are installed or, with
# TASKLEAK_FETCH_DEPENDENCIES, fetched. Each becomes a target taskleak_NAME, so that no target of another project has the same name.
include(FetchContent)

# taskleak_headers(NAME HEADER header PACKAGE package [TARGET target] [FOLDER folder] GIT address tag folder [DEFINITIONS definition...]
#                  [REQUIRED_FOR what [SWITCH option]])
#   HEADER        one of them
#   PACKAGE       Debian's
#   TARGET        of its CMake package. Without one, the header is looked for in the usual folders, or in FOLDER within them.
#   GIT           where it is fetched from, and the folder of its headers there; DEFINITIONS: what must be defined then
#   REQUIRED_FOR  without it, CMake stops and names this; SWITCH is the option that leaves that out. If it is not given, there is no target then.
function(taskleak_headers name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "HEADER;PACKAGE;TARGET;FOLDER;REQUIRED_FOR;SWITCH" "GIT;DEFINITIONS")
  string(TOUPPER "${name}" upper)
  set(folder)
  if(arg_TARGET)
    string(REGEX REPLACE "::.*" "" package "${arg_TARGET}")
    if(NOT TARGET ${arg_TARGET})
      find_package(${package} QUIET)
    endif()
  else()
    find_path(TASKLEAK_${upper}_INCLUDE_DIR "${arg_HEADER}" PATH_SUFFIXES ${arg_FOLDER})
    mark_as_advanced(TASKLEAK_${upper}_INCLUDE_DIR)
    set(folder "${TASKLEAK_${upper}_INCLUDE_DIR}")
  endif()
  if(NOT TARGET "${arg_TARGET}" AND NOT folder AND TASKLEAK_FETCH_DEPENDENCIES)
    list(POP_FRONT arg_GIT address tag headers)
    # Only its headers are used, so nothing of it is built: it has no such folder.
    FetchContent_Declare(taskleak_${name} GIT_REPOSITORY "${address}" GIT_TAG "${tag}" GIT_SHALLOW ON SOURCE_SUBDIR builds-nothing)
    FetchContent_MakeAvailable(taskleak_${name})
    set(folder "${taskleak_${name}_SOURCE_DIR}/${headers}")
    if(NOT EXISTS "${folder}/${arg_HEADER}")
      message(FATAL_ERROR "taskleak: there is no ${arg_HEADER} in ${folder}, which was fetched")
    endif()
  endif()

  if(TARGET "${arg_TARGET}")
    add_library(taskleak_${name} INTERFACE)
    target_link_libraries(taskleak_${name} INTERFACE ${arg_TARGET})
  elseif(folder)
    add_library(taskleak_${name} INTERFACE)
    target_include_directories(taskleak_${name} SYSTEM INTERFACE "${folder}")
    target_compile_definitions(taskleak_${name} INTERFACE ${arg_DEFINITIONS})
  elseif(arg_REQUIRED_FOR)
    set(or_leave_out)
    if(arg_SWITCH)
      set(or_leave_out ", or leave the former out with -D${arg_SWITCH}=OFF")
    endif()
    message(FATAL_ERROR "${arg_REQUIRED_FOR} needs ${name} (${arg_HEADER}), which was not found. Install it (Debian, Ubuntu: ${arg_PACKAGE}), "
                        "or let CMake fetch it with -DTASKLEAK_FETCH_DEPENDENCIES=ON${or_leave_out}.")
  endif()
endfunction()

taskleak_headers(fmt REQUIRED_FOR taskleak HEADER fmt/format.h TARGET fmt::fmt-header-only PACKAGE libfmt-dev
                 GIT https://github.com/fmtlib/fmt.git 11.2.0 include DEFINITIONS FMT_HEADER_ONLY=1)
taskleak_headers(nlohmann_json REQUIRED_FOR taskleak HEADER nlohmann/json.hpp TARGET nlohmann_json::nlohmann_json PACKAGE nlohmann-json3-dev
                 GIT https://github.com/nlohmann/json.git v3.12.0 single_include)
taskleak_headers(backward REQUIRED_FOR taskleak HEADER backward.hpp FOLDER backward-cpp PACKAGE libbackward-cpp-dev
                 GIT https://github.com/bombela/backward-cpp.git v1.6 .)
if(TASKLEAK_BUILD_CLI)
  taskleak_headers(CLI11 REQUIRED_FOR "The taskleak program" SWITCH TASKLEAK_BUILD_CLI HEADER CLI/CLI.hpp TARGET CLI11::CLI11
                   PACKAGE libcli11-dev GIT https://github.com/CLIUtils/CLI11.git v2.5.0 include)
endif()
if(TASKLEAK_BUILD_LIVE OR TASKLEAK_BUILD_CLI)
  taskleak_headers(protozero HEADER protozero/pbf_writer.hpp PACKAGE libprotozero-dev GIT https://github.com/mapbox/protozero.git v1.8.0
                   include)
  find_package(ZLIB QUIET)
  # What pprof profiles need and is not there, for messages.
  set(taskleak_missing_of_profiles)
  if(NOT ZLIB_FOUND)
    list(APPEND taskleak_missing_of_profiles "zlib (zlib1g-dev)")
  endif()
  if(NOT TARGET taskleak_protozero)
    list(APPEND taskleak_missing_of_profiles "protozero (libprotozero-dev)")
  endif()
  list(JOIN taskleak_missing_of_profiles " and " taskleak_missing_of_profiles)
  # Some distributions compile a part of it into a library, which only pkg-config names.
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND)
    pkg_check_modules(TaskleakHttplib QUIET IMPORTED_TARGET cpp-httplib)
  endif()
  taskleak_headers(httplib HEADER httplib.h TARGET PkgConfig::TaskleakHttplib PACKAGE libcpp-httplib-dev
                   GIT https://github.com/yhirose/cpp-httplib.git v0.20.1 .)
endif()
