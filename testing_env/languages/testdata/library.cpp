#include <bits/stdc++.h>
using namespace std;

// What programs use of the library's more intricate parts: virtual functions of
// templates, what is instantiated again with types of their own, and what is
// specialized after the header has been read.

struct point {
	int x, y;
	auto operator<=>(const point&) const = default;
};

template <> struct std::hash<point> {
	size_t operator()(const point& p) const noexcept { return p.x * 31 + p.y; }
};

template <> struct std::numeric_limits<point> {
	static point max() { return {7, 8}; }
};

#ifdef __cpp_lib_format
template <> struct std::formatter<point> : std::formatter<int> {
	auto format(const point& p, auto& context) const {
		context.advance_to(std::formatter<int>::format(p.x, context));
		context.advance_to(format_to(context.out(), "/"));
		return std::formatter<int>::format(p.y, context);
	}
};
#endif

template class std::vector<point>;
template class std::deque<long double>;
extern template class std::basic_string<char>;

struct grouped : numpunct<char> {
	char do_thousands_sep() const override { return '_'; }
	string do_grouping() const override { return "\2"; }
};

struct failure : runtime_error {
	using runtime_error::runtime_error;
	~failure() override { puts("failure ends"); }
};

static int allocations = 0;
__attribute__((noinline)) void* operator new(size_t n) {
	allocations++;
	if (void* p = malloc(n ? n : 1)) return p;
	throw bad_alloc();
}
__attribute__((noinline)) void operator delete(void* p) noexcept { free(p); }
__attribute__((noinline)) void operator delete(void* p, size_t) noexcept { free(p); }

int main() {
	map<string, vector<point>> places{{"b", {{1, 2}, {3, 4}}}, {"a", {{5, 6}}}};
	for (auto& [name, points] : places)
		for (auto& p : points) cout << name << ' ' << p.x << ' ' << p.y << '\n';
	unordered_set<point> set{{1, 2}, {1, 2}, {3, 4}};
	cout << set.size() << ' ' << numeric_limits<point>::max().y << '\n';

	shared_ptr<exception> shared = make_shared<failure>("shared");
	weak_ptr<exception> weak = shared;
	cout << shared->what() << ' ' << weak.use_count() << ' ' << (dynamic_pointer_cast<failure>(shared) != nullptr) << '\n';
	shared.reset();
	cout << weak.expired() << '\n';
	try {
		throw failure("thrown");
	} catch (const exception& e) {
		cout << e.what() << ' ' << (typeid(e) == typeid(failure)) << '\n';
	}
	try {
		cout << stoi("12x") << ' ' << stod("2.5") << '\n' << stoi("99999999999") << '\n';
	} catch (const out_of_range& e) {
		cout << "out of range: " << e.what() << '\n';
	}
	try {
		(void)vector<int>().at(3);
	} catch (const exception& e) {
		cout << e.what() << '\n';
	}

	promise<int> promised;
	future<int> later = promised.get_future();
	promised.set_value(42);
	packaged_task<int(int)> task([](int n) { return n * n; });
	future<int> squared = task.get_future();
	task(9);
	future<string> deferred = async(launch::deferred, [] { return string("deferred"); });
	cout << later.get() << ' ' << squared.get() << ' ' << deferred.get() << '\n';
	thread t([] { puts("in a thread"); });
	t.join();
	mutex m;
	{ scoped_lock lock(m); }

	smatch found;
	string text = "on 2024-05-17 and later";
	if (regex_search(text, found, regex("(\\d+)-(\\d+)-(\\d+)"))) cout << found[3] << found.prefix() << '\n';
	cout << regex_replace(text, regex("[aeiou]"), "*") << '\n';

	ostringstream out;
	out.imbue(locale(locale::classic(), new grouped));
	out << 1234567 << ' ' << fixed << setprecision(3) << 3.14159 << ' ' << hex << showbase << 255 << ' ' << put_time(gmtime(new time_t(0)), "%F");
	cout << out.str() << '\n';
	wcout << L"";
	wstring_convert<codecvt_utf8<char32_t>, char32_t> convert;
	cout << convert.from_bytes("\xc3\xa9").size() << ' ' << to_string(2.5) << '\n';
	istringstream in("3 0x1f word");
	int a = 0, b = 0;
	string word;
	in >> a >> hex >> b >> word;
	cout << a << ' ' << b << ' ' << quoted(word) << '\n';

	mt19937_64 random(5);
	uniform_int_distribution<int> die(1, 6);
	normal_distribution<double> bell(0, 1);
	cout << die(random) << ' ' << bell(random) << ' ' << poisson_distribution<int>(4)(random) << '\n';
	valarray<double> values{1, 2, 3};
	complex<double> z(1, 1);
	cout << (values * 2.0).sum() << ' ' << pow(z, 2) << ' ' << hermite(3, 0.5) << ' ' << riemann_zeta(2.0) << '\n';
	variant<int, string> either = "text";
	any anything = 5;
	cout << visit([](auto& v) { ostringstream s; s << v; return s.str(); }, either) << ' ' << any_cast<int>(anything) << ' '
	     << optional<int>(3).value_or(4) << ' ' << filesystem::path("/a/b.txt").stem() << '\n';
	bitset<12> bits(0xabc);
	cout << bits << ' ' << gcd(12, 18) << ' ' << chrono::duration_cast<chrono::minutes>(chrono::hours(2)).count() << '\n';
	pmr::monotonic_buffer_resource arena;
	pmr::vector<int> pooled({3, 1, 2}, &arena);
	sort(pooled.begin(), pooled.end());
	cout << pooled[0] << pooled[2] << '\n';
#ifdef __cpp_lib_format
	cout << format("{:>6}|{:<5.2f}|{:#x}|{:^7}|{}|{}", 42, 2.5, 255, "mid", point{1, 2}, true) << '\n';
	cout << vformat("{1} {0:05}", make_format_args(a, word)) << '\n';
	wcout << format(L"{:*^9}", L"wide") << L'\n';
	try {
		(void)vformat("{:d}", make_format_args(word));
	} catch (const format_error& e) {
		cout << e.what() << '\n';
	}
	using namespace chrono;
	sys_days day = 2024y / February / 29;
	cout << format("{:%Y-%m-%d %A}", day) << ' ' << (day + days(1)) << ' ' << format("{:%H:%M:%S}", 3661s) << ' ' << 90min << '\n';
	for (int n : views::iota(1, 20) | views::filter([](int n) { return n % 3 == 0; }) | views::transform([](int n) { return n * n; })) cout << n << ' ';
	vector<point> many{{3, 1}, {1, 2}, {2, 0}};
	ranges::sort(many, {}, &point::y);
	span<point> seen(many);
	cout << seen.front().x << ' ' << (many[0] < many[1]) << ' ' << source_location::current().line() << '\n';
	jthread joined([](stop_token stop) { while (!stop.stop_requested()) this_thread::yield(); });
	joined.request_stop();
	barrier meet(1);
	meet.arrive_and_wait();
	osyncstream(cout) << "synchronized\n";
#endif
#ifdef __cpp_lib_expected
	expected<int, string> outcome = unexpected("wrong");
	cout << outcome.error() << ' ' << views::zip(many, many).size() << '\n';
	println("{}", many.size());
	auto count = [](int n) -> generator<int> { for (int i = 0; i < n; i++) co_yield i; };
	for (int n : count(3)) print("{} ", n);
#endif
	cout << (allocations > 20) << endl;
}
