set -eu
read -r n
echo "$((n / (n - 5)))" # <-- crash
