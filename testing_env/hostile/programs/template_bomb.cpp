//: group: Compilation
//: tries: to keep the compiler busy by templates
//: expect: tested=CE
//: why: compilation has a time limit
//: compile-time: 500ms
template <int depth, int branch> struct Bomb {
	static constexpr int value = Bomb<depth - 1, branch * 2>::value + Bomb<depth - 1, branch * 2 + 1>::value;
};
template <int branch> struct Bomb<0, branch> {
	static constexpr int value = branch & 1;
};
int main() { return Bomb<28, 1>::value; }
