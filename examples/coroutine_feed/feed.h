// A feed of prices that asks for each of them every minute, with Boost.Asio's timers.
#ifndef EXAMPLES_COROUTINE_FEED_FEED_H_
#define EXAMPLES_COROUTINE_FEED_FEED_H_

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>
#include <string>
#include <vector>

#include "job.h"

class Feed {
 public:
  explicit Feed(boost::asio::io_context& context) : context_(context) {}

  /// Asks for this price from now on.
  void Subscribe(std::string what);
  /// Asks for nothing any more. Jobs end when the context runs next.
  void Close();

  [[nodiscard]] const std::vector<std::string>& asked() const { return asked_; }

 private:
  Job Poll(std::string what);

  boost::asio::io_context& context_;
  std::list<boost::asio::steady_timer> timers_;
  std::vector<std::string> asked_;
  bool open_ = true;
};

#endif  // EXAMPLES_COROUTINE_FEED_FEED_H_
