# The install target and the package that find_package(taskleak) reads: one export for each
# component, so that a consumer of the core alone needs no GoogleTest.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/taskleak")

install(TARGETS taskleak_core EXPORT taskleakCoreTargets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/core/include/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(EXPORT taskleakCoreTargets NAMESPACE taskleak:: DESTINATION "${package_dir}")
install(EXPORT taskleakCatch2Targets NAMESPACE taskleak:: DESTINATION "${package_dir}") # catch2_plugin/CMakeLists.txt fills it
install(EXPORT taskleakGtestTargets NAMESPACE taskleak:: DESTINATION "${package_dir}") # gtest_plugin/CMakeLists.txt fills it
if(TARGET taskleak_program)
  install(EXPORT taskleakProgramTargets NAMESPACE taskleak:: DESTINATION "${package_dir}") # cli/CMakeLists.txt fills it
  install(FILES "${CMAKE_CURRENT_LIST_DIR}/TaskleakGate.cmake" "${CMAKE_CURRENT_LIST_DIR}/TaskleakGateSelfTest.cmake"
          DESTINATION "${package_dir}")
endif()

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/taskleakConfig.cmake.in" "${PROJECT_BINARY_DIR}/taskleakConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/taskleakConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/taskleakConfig.cmake" "${PROJECT_BINARY_DIR}/taskleakConfigVersion.cmake"
              "${CMAKE_CURRENT_LIST_DIR}/FindLibdw.cmake" DESTINATION "${package_dir}")

include(TaskleakPackage)
