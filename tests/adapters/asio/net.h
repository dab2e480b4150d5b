// Includes the one of Asio's two libraries that the test program is compiled with.
#ifndef TASKLEAK_TESTS_ADAPTERS_ASIO_NET_H_
#define TASKLEAK_TESTS_ADAPTERS_ASIO_NET_H_

#ifdef TASKLEAK_TEST_STANDALONE_ASIO
#include <asio.hpp>

#include <system_error>

namespace net = asio;
using NetError = std::error_code;
#else
#include <boost/asio.hpp>

#include <boost/system/error_code.hpp>

namespace net = boost::asio;
using NetError = boost::system::error_code;
#endif

#endif  // TASKLEAK_TESTS_ADAPTERS_ASIO_NET_H_
