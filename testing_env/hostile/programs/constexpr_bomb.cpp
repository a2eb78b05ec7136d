//: group: Compilation
//: tries: to compute for ever while being compiled
//: expect: tested=CE
//: why: compilation has a time limit, if the compiler has none of its own
//: compile-time: 500ms
constexpr unsigned long spin()
{
	unsigned long sum = 0;
	for (unsigned i = 0; i < 200000; i++)
		for (unsigned k = 0; k < 200000; k++)
			sum += i * k;
	return sum;
}
constexpr unsigned long value = spin();
int main() { return (int)value; }
