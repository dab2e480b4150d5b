# Common parts of the consumer projects: my_test, which leaves a thread behind, and clean_test, which does not. Strict warnings on both, since the
# plugin is compiled within them.
set(CMAKE_CXX_EXTENSIONS OFF)
if(NOT CMAKE_CXX_STANDARD)
  set(CMAKE_CXX_STANDARD 17)
endif()
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor -Woverloaded-virtual -Wundef
                    -Werror)

find_package(GTest REQUIRED)
add_executable(my_test "${CMAKE_CURRENT_LIST_DIR}/tests/leaky_test.cc")
add_executable(clean_test "${CMAKE_CURRENT_LIST_DIR}/tests/clean_test.cc")
