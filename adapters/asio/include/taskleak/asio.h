// Turns asynchronous operations of Asio into tasks. Do not include it yourself: Boost.Asio and Asio
// include it if BOOST_ASIO_CUSTOM_HANDLER_TRACKING and ASIO_CUSTOM_HANDLER_TRACKING are defined as
// <taskleak/asio.h>, which the CMake target taskleak::asio does.
//
// All code of a program that uses Asio must be compiled in this way, since it adds members to
// Asio's operations.
#ifndef TASKLEAK_ASIO_H_
#define TASKLEAK_ASIO_H_

#include "taskleak/asio_operation.h"

// The macros that Asio's detail/handler_tracking.hpp requires ("The user-specified header must
// define the following macros"), and HANDLER_LOCATION, which it uses without listing it.
#define TASKLEAK_ASIO_NOTHING static_cast<void>(0)

#define BOOST_ASIO_INHERIT_TRACKED_HANDLER : public ::taskleak::internal::AsioHandler
#define BOOST_ASIO_ALSO_INHERIT_TRACKED_HANDLER , public ::taskleak::internal::AsioHandler
#define BOOST_ASIO_HANDLER_TRACKING_INIT TASKLEAK_ASIO_NOTHING
#define BOOST_ASIO_HANDLER_LOCATION(location) TASKLEAK_ASIO_NOTHING
#define BOOST_ASIO_HANDLER_CREATION(arguments) ::taskleak::internal::BeginAsioOperation arguments
#define BOOST_ASIO_HANDLER_COMPLETION(arguments) \
  ::taskleak::internal::AsioCompletion taskleak_completion arguments
#define BOOST_ASIO_HANDLER_INVOCATION_BEGIN(arguments) taskleak_completion.BeginInvocation()
#define BOOST_ASIO_HANDLER_INVOCATION_END taskleak_completion.EndInvocation()
#define BOOST_ASIO_HANDLER_OPERATION(arguments) TASKLEAK_ASIO_NOTHING
#define BOOST_ASIO_HANDLER_REACTOR_REGISTRATION(arguments) TASKLEAK_ASIO_NOTHING
#define BOOST_ASIO_HANDLER_REACTOR_DEREGISTRATION(arguments) TASKLEAK_ASIO_NOTHING
#define BOOST_ASIO_HANDLER_REACTOR_READ_EVENT 0
#define BOOST_ASIO_HANDLER_REACTOR_WRITE_EVENT 0
#define BOOST_ASIO_HANDLER_REACTOR_ERROR_EVENT 0
#define BOOST_ASIO_HANDLER_REACTOR_EVENTS(arguments) TASKLEAK_ASIO_NOTHING
#define BOOST_ASIO_HANDLER_REACTOR_OPERATION(arguments) TASKLEAK_ASIO_NOTHING

#define ASIO_INHERIT_TRACKED_HANDLER BOOST_ASIO_INHERIT_TRACKED_HANDLER
#define ASIO_ALSO_INHERIT_TRACKED_HANDLER BOOST_ASIO_ALSO_INHERIT_TRACKED_HANDLER
#define ASIO_HANDLER_TRACKING_INIT BOOST_ASIO_HANDLER_TRACKING_INIT
#define ASIO_HANDLER_LOCATION(location) BOOST_ASIO_HANDLER_LOCATION(location)
#define ASIO_HANDLER_CREATION(arguments) BOOST_ASIO_HANDLER_CREATION(arguments)
#define ASIO_HANDLER_COMPLETION(arguments) BOOST_ASIO_HANDLER_COMPLETION(arguments)
#define ASIO_HANDLER_INVOCATION_BEGIN(arguments) BOOST_ASIO_HANDLER_INVOCATION_BEGIN(arguments)
#define ASIO_HANDLER_INVOCATION_END BOOST_ASIO_HANDLER_INVOCATION_END
#define ASIO_HANDLER_OPERATION(arguments) BOOST_ASIO_HANDLER_OPERATION(arguments)
#define ASIO_HANDLER_REACTOR_REGISTRATION(arguments) TASKLEAK_ASIO_NOTHING
#define ASIO_HANDLER_REACTOR_DEREGISTRATION(arguments) TASKLEAK_ASIO_NOTHING
#define ASIO_HANDLER_REACTOR_READ_EVENT 0
#define ASIO_HANDLER_REACTOR_WRITE_EVENT 0
#define ASIO_HANDLER_REACTOR_ERROR_EVENT 0
#define ASIO_HANDLER_REACTOR_EVENTS(arguments) TASKLEAK_ASIO_NOTHING
#define ASIO_HANDLER_REACTOR_OPERATION(arguments) TASKLEAK_ASIO_NOTHING

// Replacing work guards and coroutines needs templates with constraints.
#if defined(__cpp_concepts) && __cpp_concepts >= 201907L
#define TASKLEAK_ASIO_HAS_CONSTRAINTS
#include "taskleak/asio_work_guard.h"
#if defined(__cpp_impl_coroutine) && __has_include(<coroutine>)
#include <version>
#ifdef __cpp_lib_coroutine
#define TASKLEAK_ASIO_HAS_COROUTINES
#include "taskleak/asio_coroutine.h"
#endif
#endif
#endif

#endif  // TASKLEAK_ASIO_H_

// Once for each of the two libraries. The replaced templates are declared here before the library
// declares them, which is right for the versions that were tried (docs/compatibility.md). Later
// versions keep their own.
#ifdef TASKLEAK_ASIO_HAS_CONSTRAINTS
#ifndef TASKLEAK_NEWEST_ASIO_VERSION
#define TASKLEAK_NEWEST_ASIO_VERSION 103899
#endif
#define TASKLEAK_ASIO_TOO_NEW                                                                 \
  "taskleak: this Asio is newer than those that taskleak was tried with; its operations are " \
  "followed, and its coroutines and work guards are not"

#if defined(BOOST_ASIO_CUSTOM_HANDLER_TRACKING) && defined(BOOST_ASIO_DETAIL_CONFIG_HPP) && \
    !defined(TASKLEAK_ASIO_REPLACED_BOOST)
#define TASKLEAK_ASIO_REPLACED_BOOST
#include <boost/asio/version.hpp>
#if BOOST_ASIO_VERSION > TASKLEAK_NEWEST_ASIO_VERSION
#pragma message(TASKLEAK_ASIO_TOO_NEW)
#else
#define TASKLEAK_ASIO boost::asio
#define TASKLEAK_ASIO_VERSION BOOST_ASIO_VERSION
#ifdef BOOST_ASIO_INLINE_NAMESPACE_BEGIN  // from Asio 1.38 on
#define TASKLEAK_ASIO_BEGIN BOOST_ASIO_INLINE_NAMESPACE_BEGIN
#define TASKLEAK_ASIO_END BOOST_ASIO_INLINE_NAMESPACE_END
#else
#define TASKLEAK_ASIO_BEGIN
#define TASKLEAK_ASIO_END
#endif
#include "taskleak/asio_replace.inc"
#undef TASKLEAK_ASIO
#undef TASKLEAK_ASIO_VERSION
#undef TASKLEAK_ASIO_BEGIN
#undef TASKLEAK_ASIO_END
#endif
#endif

#if defined(ASIO_CUSTOM_HANDLER_TRACKING) && defined(ASIO_DETAIL_CONFIG_HPP) && \
    !defined(TASKLEAK_ASIO_REPLACED_STANDALONE)
#define TASKLEAK_ASIO_REPLACED_STANDALONE
#include <asio/version.hpp>
#if ASIO_VERSION > TASKLEAK_NEWEST_ASIO_VERSION
#pragma message(TASKLEAK_ASIO_TOO_NEW)
#else
#define TASKLEAK_ASIO asio
#define TASKLEAK_ASIO_VERSION ASIO_VERSION
#ifdef ASIO_INLINE_NAMESPACE_BEGIN
#define TASKLEAK_ASIO_BEGIN ASIO_INLINE_NAMESPACE_BEGIN
#define TASKLEAK_ASIO_END ASIO_INLINE_NAMESPACE_END
#else
#define TASKLEAK_ASIO_BEGIN
#define TASKLEAK_ASIO_END
#endif
#include "taskleak/asio_replace.inc"
#undef TASKLEAK_ASIO
#undef TASKLEAK_ASIO_VERSION
#undef TASKLEAK_ASIO_BEGIN
#undef TASKLEAK_ASIO_END
#endif
#endif
#endif  // TASKLEAK_ASIO_HAS_CONSTRAINTS
