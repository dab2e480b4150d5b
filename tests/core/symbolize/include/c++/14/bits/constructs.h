// A header in the folder of a C++ library's headers. Any program could have a file of this name.
#ifndef TASKLEAK_TESTS_CORE_SYMBOLIZE_INCLUDE_CXX_14_BITS_CONSTRUCTS_H_
#define TASKLEAK_TESTS_CORE_SYMBOLIZE_INCLUDE_CXX_14_BITS_CONSTRUCTS_H_

template <typename Function>
__attribute__((always_inline)) inline void ConstructsWith(Function function) {
  function();
}

#endif  // TASKLEAK_TESTS_CORE_SYMBOLIZE_INCLUDE_CXX_14_BITS_CONSTRUCTS_H_
