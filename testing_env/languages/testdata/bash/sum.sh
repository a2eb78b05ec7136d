#!/usr/bin/env bash
source "$(dirname "$0")/largest.sh"
read -r n
read -r -a values
sum=0
for x in "${values[@]:0:n}"; do ((sum += x)); done
echo "$sum $(largest "${values[@]}")"
