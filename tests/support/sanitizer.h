// Which sanitizer this program was built with.
#ifndef TASKLEAK_TESTS_SUPPORT_SANITIZER_H_
#define TASKLEAK_TESTS_SUPPORT_SANITIZER_H_

namespace taskleak {

// GCC 12 defines the macros, and clang 14 has the features.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define TASKLEAK_TESTS_HAS_FEATURE(feature) false
#elif defined(__has_feature)
#define TASKLEAK_TESTS_HAS_FEATURE(feature) __has_feature(feature)
#else
#define TASKLEAK_TESTS_HAS_FEATURE(feature) false
#endif

#if defined(__SANITIZE_THREAD__)
inline constexpr bool kUnderTsan = true;
#else
inline constexpr bool kUnderTsan = TASKLEAK_TESTS_HAS_FEATURE(thread_sanitizer);
#endif

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kUnderAsan = true;
#else
inline constexpr bool kUnderAsan = TASKLEAK_TESTS_HAS_FEATURE(address_sanitizer);
#endif

// For code that must not even be compiled with a sanitizer.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || \
    TASKLEAK_TESTS_HAS_FEATURE(thread_sanitizer) || TASKLEAK_TESTS_HAS_FEATURE(address_sanitizer)
#define TASKLEAK_TESTS_SANITIZED 1
#else
#define TASKLEAK_TESTS_SANITIZED 0
#endif

#undef TASKLEAK_TESTS_HAS_FEATURE

}  // namespace taskleak

#endif  // TASKLEAK_TESTS_SUPPORT_SANITIZER_H_
