# Finds elfutils' libdw and libelf. Provides the target Libdw::dw.
find_path(Libdw_INCLUDE_DIR elfutils/libdwfl.h)
find_library(Libdw_LIBRARY dw)
find_library(Libdw_ELF_LIBRARY elf)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  Libdw REQUIRED_VARS Libdw_LIBRARY Libdw_ELF_LIBRARY Libdw_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "taskleak reads stacks with elfutils: install libdw-dev (Debian, Ubuntu) or elfutils-devel (Fedora).")
if(Libdw_FOUND AND NOT TARGET Libdw::dw)
  add_library(Libdw::dw INTERFACE IMPORTED)
  set_target_properties(Libdw::dw PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${Libdw_INCLUDE_DIR}" INTERFACE_LINK_LIBRARIES
                                                                                             "${Libdw_LIBRARY};${Libdw_ELF_LIBRARY}")
endif()
mark_as_advanced(Libdw_INCLUDE_DIR Libdw_LIBRARY Libdw_ELF_LIBRARY)
