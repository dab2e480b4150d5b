# What packages need beyond the install target: a file for pkg-config, and CPack's settings for a Debian package.
file(RELATIVE_PATH relative_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
if(BUILD_SHARED_LIBS) # a shared taskleak brings elfutils with it
  set(requires_libdw Requires.private)
else()
  set(requires_libdw Requires)
endif()
configure_file("${PROJECT_SOURCE_DIR}/packaging/taskleak.pc.in" "${PROJECT_BINARY_DIR}/taskleak.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/taskleak.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION "${CMAKE_INSTALL_DOCDIR}" RENAME copyright)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "The taskleak authors")
set(CPACK_STRIP_FILES OFF) # the preload library's own frames are told apart by their names
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_DEPENDS libdw-dev) # to link the library; the program's own libraries are added
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libgtest-dev, catch2")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
include(CPack)
