#include <iostream>
#include <vector>

int main() {
    std::vector<char> v(1LL << 45);
    std::cout << v.size() << std::endl;
}
