"""Makes JSON reports of any size, like those of test programs, to test the pages."""

PROGRAM = "store_server_integration_test"  # of which the kernel keeps 15 bytes as a thread's name
LONG = ("std::enable_if_t<is_handler_v<Handler>, void> store::replication::detail::ReplicationSession<store::replication::TcpTransport, "
        "std::chrono::steady_clock>::ScheduleRetransmission<Handler>(store::replication::SequenceNumber, std::vector<std::shared_ptr<"
        "store::replication::Segment const>, std::allocator<std::shared_ptr<store::replication::Segment const>>> const&, Handler&&)::{lambda()#2}"
        "::operator()() const")


def frame(function, file="", line=0, module=PROGRAM, offset=4096, runtime=False, inlined=False):
    return {"function": function, "file": file, "line": line, "module": module, "module_offset": offset, "inlined": inlined,
            "guessed": False, "runtime": runtime}


CALLS = {"condvar": "pthread_cond_wait", "mutex": "pthread_mutex_lock", "read": "read", "epoll": "epoll_wait", "join": "pthread_join",
         "sleep": "clock_nanosleep"}


def waiting(state, function, file, line):
    """Returns the stack of a thread that waits in a function."""
    return [frame("__futex_abstimed_wait_common", module="libc.so.6", runtime=True), frame(CALLS[state], module="libc.so.6", runtime=True),
            frame("std::condition_variable::wait(std::unique_lock<std::mutex>&)", "/usr/include/c++/12/condition_variable", 102, runtime=True),
            frame(function, file, line), frame(f"{function.split('(')[0]}Loop()", file, line + 40),
            frame("void std::__invoke_impl<void, store::Worker>(std::__invoke_other)", "/usr/include/c++/12/bits/invoke.h", 61, runtime=True),
            frame("execute_native_thread_routine", module="libstdc++.so.6", runtime=True), frame("start_thread", module="libc.so.6", runtime=True)]


def creation(function, file, line, test):
    return [frame("std::thread::thread<store::Worker>(store::Worker&&)", "/usr/include/c++/12/bits/std_thread.h", 143, runtime=True),
            frame(function, file, line), frame(f"{test.replace('.', '_')}_Test::TestBody()", "tests/store_test.cc", 17),
            frame("testing::Test::Run()", module="libgtest.so", runtime=False), frame("main", "tests/main.cc", 5)]


def group(number, test):
    state = list(CALLS)[number % len(CALLS)]
    creator = LONG if number % 7 == 3 else f"store::Shard{number // 3}::Start(int, std::string const&)"
    count = 1 + (number * 7) % 12
    name = PROGRAM[:15] if number % 2 else f"shard-{number}"
    stack = waiting(state, f"store::Shard{number}::WaitForWork()", f"../../src/store/shard_{number}.cc", 60 + number)
    places = [{"count": count, "state": state, "detail": "0x55d0c0de1040" if state == "mutex" else "", "stack": stack}]
    if count > 5:
        places[0]["count"] = count - 2
        places.append({"count": 2, "state": "sleep", "detail": "3599.2 s left", "stack": waiting("sleep", "store::Backoff(int)", "src/store/backoff.cc", 12)})
    unit = {"name": name, "state": state, "detail": places[0]["detail"], "waits_at": "", "held_by": None, "age_ms": 40 + number % 900}
    return {"kind": "thread", "count": count, "signature": f"{number:012x}", "part_of": "", "state": state, "detail": places[0]["detail"],
            "origin": test, "deadlock": False, "hint": "stop and join the shard before the test ends" if number % 3 == 0 else "",
            "units": [dict(unit, id=1000 + 20 * number + i, state=state if i < places[0]["count"] else "sleep") for i in range(count)], "stack": stack, "stack_missing": "", "places": places,
            "created_by": creation(creator, "src/store/shard.cc", 41 + number % 5, test),
            "ignore": [f"created_by:store::Shard{number // 3}::Start", f"signature:{number:012x}"]}


def edge(waiter, holder, name):
    ours, theirs = (waiting("mutex", f"bank::{each}(bank::Account&, bank::Account&)", "src/bank.cc", 20 + at) for each, at in ((name, waiter % 50), ("Audit", holder % 50)))
    return {"waiter": waiter, "waiter_name": name.lower(), "state": "mutex", "waits_at": f"0x55c0{waiter:04x}", "holder": holder,
            "holder_name": "audit", "holder_ended": False, "waiter_stack": ours, "holder_stack": theirs}


def deadlocks(ids):
    """Returns one circle of the threads with these ids."""
    return {"kind": "cycle", "edges": [edge(waiter, ids[(i + 1) % len(ids)], ("Transfer", "Audit", "Settle")[i % 3]) for i, waiter in enumerate(ids)]}


def report(groups, tests=None, shard=0):
    """So many groups, in about as many tests; every third test leaks nothing. Shards have tests and leaks of their own."""
    entries, checked, number = [], [], 0
    for i in range(tests or groups + groups // 2 + 1):
        test = f"Shard{shard}{i // 10}/StoreTest.KeepsWhatWasWrittenBeforeTheRestart{i}/{i % 10}"
        checked.append({"test": test, "ended_ms": 30 + 40 * i, "times": 1})
        if i % 3 == 2 or number == groups:
            continue
        found = [group(1000 * shard + number, test)]
        number += 1
        entries.append({"test": test, "verdict": "hang" if number == 3 else "leak", "waited_ms": 1000, "could_not_look": "", "groups": found, "deadlocks": []})
        if number in (1, 4):
            ids = [unit["id"] for unit in found[0]["units"]][:1] + [2, 3][:number // 4 + 1]
            found[0]["deadlock"] = True
            entries[-1]["deadlocks"] = [deadlocks(ids)]
    return {"taskleak": "0.1.0", "schema": 1, "tests": entries, "checked": checked, "notes": ["a note about what could not be seen"] if groups > 1 else []}
