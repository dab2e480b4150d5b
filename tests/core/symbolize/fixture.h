// Places in the libraries that are built from fixture.cc. Lines are those of the calls.
#ifndef TASKLEAK_TESTS_CORE_SYMBOLIZE_FIXTURE_H_
#define TASKLEAK_TESTS_CORE_SYMBOLIZE_FIXTURE_H_

struct Place {
  const void* pc;  // a return address
  int lines[3];    // innermost function first; 0 after the outermost
};

struct Places {
  Place inlined;     // fixture::Inner in fixture::(anonymous namespace)::Middle in fixture::Outer
  Place lambda;      // a lambda in fixture::CallLambda
  Place anonymous;   // fixture::(anonymous namespace)::Hidden
  Place static_one;  // fixture::Static
  Place templated;   // fixture::Box<int>::Templated<long>
  Place local;       // fixture::CallLocal()::Local::Method
  Place in_library;  // a lambda in ConstructsWith, of the C++ library, in fixture::CallInLibrary
};

using FillPlaces = void(Places*);

#endif  // TASKLEAK_TESTS_CORE_SYMBOLIZE_FIXTURE_H_
