// Threads that are joined.
// flags: -pthread
#include <atomic>
#include <iostream>
#include <mutex>
#include <condition_variable>
#include <thread>
#include <vector>
std::atomic<long> total;
std::mutex m;
std::condition_variable ready;
int waiting;
thread_local int mine;
int main()
{
	int n;
	std::cin >> n;
	std::vector<std::thread> all;
	for (int t = 0; t < 4; t++)
		all.emplace_back([=] {
			for (int i = 0; i < 1000 * n; i++)
				total += i, mine++;
			std::unique_lock<std::mutex> lock(m);
			waiting++;
			ready.notify_all();
		});
	{
		std::unique_lock<std::mutex> lock(m);
		ready.wait(lock, [] { return waiting == 4; });
	}
	for (auto &t : all)
		t.join();
	std::cout << total << ' ' << mine << ' ' << waiting << '\n';
}
