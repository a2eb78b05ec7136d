read -r n
read -r -a a
best=-1000000000
sum=-1000000000
for x in "${a[@]}"; do
  sum=$((sum > 0 ? sum + x : x))
  best=$((sum > best ? sum : best))
done
echo $best
