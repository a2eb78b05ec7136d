//: group: Processes
//: tries: to end in odd ways: an exception out of a destructor, out of a thread, in the middle of another
//: expect: tested=RE brute=BRUTE_FAILED generator=GENERATOR_FAILED checker=CHECKER_FAILED
//: why: nobody catches it, so it aborts
#include "hostile.h"
#include <stdexcept>
#include <thread>

struct Bomb {
	~Bomb() noexcept(false) { throw std::runtime_error("from a destructor"); }
};

int main(int argc, char **argv)
{
	honest(argc, argv);
	std::thread thread([] {
		try {
			Bomb bomb;
		} catch (const std::exception &) {
			Bomb again;
			throw std::logic_error("in the middle of another");
		}
	});
	thread.join();
	return 0;
}
