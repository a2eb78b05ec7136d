#pragma once
#include <bits/stdc++.h>

inline long long largest(const std::vector<long long>& v) { return *std::max_element(v.begin(), v.end()); }
